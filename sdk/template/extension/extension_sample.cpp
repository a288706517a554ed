// extension.sample: greets who asks, and counts what happens on the host.
// Threads: routes and events come on the host's threads, so what they share has a lock or is
// atomic.
#include <swapmeet/http.h>
#include <swapmeet/json_object.h>
#include <swapmeet/plugin.h>

#include <atomic>
#include <mutex>

namespace {

using namespace swapmeet;

class SampleExtension final : public Plugin {
 public:
  // What the keys' rows cannot say.
  Result<void> check(const Settings& settings) const override {
    if (settings.text("greeting").size() > 100)
      return invalid_argument("greeting: is longer than 100 bytes");
    return {};
  }

  Result<void> configure(Host& host) override {
    host_ = &host;
    greeting_ = host.settings().text("greeting");
    return {};
  }

  Result<void> start() override {
    served_ = host_->counter("sample_greetings", "How often it has greeted somebody.");
    auto route = host_->routes().add("GET", "/api/v1/ext/sample/greeting",
                                     [this](http::Request& request) { return greet(request); });
    if (!route) return std::move(route).error();
    route_ = std::move(*route);
    events_ = host_->subscribe([this](const Event&) { ++seen_; });
    tick_ = host_->every(std::chrono::minutes(1), [this] {
      host_->log(LogLevel::debug, "still here", {{"events", std::to_string(seen_.load())}});
    });
    return {};
  }

  // The keys that change at once, after check() has accepted them.
  Result<void> reconfigure(const Settings& settings) override {
    const std::lock_guard lock(mutex_);
    greeting_ = settings.text("greeting");
    return {};
  }

  // When a registration is gone, nothing that it registered runs any more.
  void stop() override {
    tick_.reset();
    events_.reset();
    route_.reset();
  }

  void* interface(std::string_view) override { return nullptr; }

 private:
  http::Response greet(http::Request& request) {
    served_->add();
    const std::string who = request.identity.is_guest() ? "guest" : request.identity.account;
    const std::lock_guard lock(mutex_);
    return http::json(
        JsonObject().text("greeting", greeting_ + ", " + who).number("events", seen_).json());
  }

  Host* host_ = nullptr;
  std::shared_ptr<Counter> served_;
  std::atomic<std::uint64_t> seen_{0};
  std::mutex mutex_;
  std::string greeting_;
  Registration route_;
  Registration events_;
  Registration tick_;
};

constexpr KeySpec kKeys[] = {at_once(
    {"greeting", KeyType::text, "Hello", nullptr, nullptr, "What everybody is greeted with."})};

}  // namespace

SWAPMEET_PLUGIN(SampleExtension, {.id = "extension.sample",
                                  .kind = Kind::extension,
                                  .version = "0.1",
                                  .summary = "Greets who asks, and counts what happens.",
                                  .keys = kKeys});
