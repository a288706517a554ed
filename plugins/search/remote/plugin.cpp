// search.remote: the search of an index, asked over HTTP.
#include "swapmeet/plugin.h"

#include <mutex>
#include <optional>
#include <utility>

#include "search/remote/watches.h"
#include "swapmeet/random.h"
#include "swapmeet/remote.h"
#include "swapmeet/search.h"
#include "swapmeet/wire/client.h"
#include "swapmeet/wire/host_url.h"
#include "swapmeet/wire/json.h"

namespace swapmeet {
namespace {

constexpr const char* kProvides[] = {Search::kInterface, Watches::kInterface};
constexpr KeySpec kKeys[] = {
    {"index", KeyType::url, "", nullptr, nullptr,
     "The index to ask, as in [registry]; empty: the one that stands there."},
    {"ca_file", KeyType::path, "", nullptr, nullptr,
     "Certificates (PEM) of the authorities that vouch for that index; empty: those of this "
     "machine."},
    {"timeout", KeyType::duration, "4s", "100ms", "5m", "How long to wait for an answer."},
};

class RemoteSearch final : public Plugin, public Search, public Watches {
 public:
  Result<void> check(const Settings& settings) const override {
    if (!settings.has("index")) return {};
    if (const auto index = wire::parse_host_url(settings.text("index")); !index)
      return invalid_argument("index: " + index.error().message);
    return {};
  }
  Result<void> configure(Host& host) override {
    host_ = &host;
    if (auto checked = check(host.settings()); !checked) return checked;
    search_remote::Index index{[this](const auto& method, const auto& target, const auto& body) {
                                 return ask(method, target, body);
                               },
                               [this] { return open_stream(); }};
    watches_.emplace(std::move(index), host.clock(), random_seed());
    return {};
  }
  Result<void> start() override { return {}; }
  void stop() override {
    if (watches_) watches_->stop();
  }
  void* interface(std::string_view id) override { return interface_of<Search, Watches>(this, id); }

  Result<SearchPage> search(const SearchRequest& request) override {
    const std::string target = "/api/v1/search?q=" + wire::percent_encode(request.query) +
                               "&limit=" + std::to_string(request.page.limit) +
                               "&after=" + wire::percent_encode(request.page.after) +
                               "&sort=" + std::string(name_of(request.sort));
    auto answer = ask("GET", target, "");
    if (!answer) return std::move(answer).error();
    return wire::from_json<SearchPage>(*answer);
  }
  Result<std::vector<std::string>> suggest(const SuggestRequest& request) override {
    auto answer = ask("GET",
                      "/api/v1/search/suggest?q=" + wire::percent_encode(request.typed) +
                          "&limit=" + std::to_string(request.limit),
                      "");
    // An index from before there were suggestions has none.
    if (!answer && answer.error().code == ErrorCode::not_found) return std::vector<std::string>{};
    if (!answer) return std::move(answer).error();
    auto suggestions = wire::from_json<wire::Suggestions>(*answer);
    if (!suggestions) return std::move(suggestions).error();
    return std::move(suggestions->queries);
  }
  ChangeFollower* follower() override { return nullptr; }
  Result<Registration> watch(const WatchRequest& request,
                             std::function<void(const Match&)> found) override {
    return watches_->watch(request, std::move(found));
  }

 private:
  // The index of this plugin's own section, or else the registry's. Where both are one, the
  // registry's section says how to know it: its session goes there.
  Result<wire::ClientOptions> options() const {
    const auto& settings = host_->settings();
    const auto* address = host_->find<IndexAddress>();
    if (!settings.has("index") && !address)
      return Error{ErrorCode::unavailable,
                   "[search] index is not set, and the registry is none that asks an index: set it",
                   {}};
    wire::ClientOptions options;
    options.url = settings.text("index");
    options.ca_file = settings.path("ca_file").string();
    const auto own = wire::parse_host_url(options.url);
    if (address && (!settings.has("index") || (own && own->url == address->index_url())))
      options = wire::options_for(*address);
    options.timeout = settings.duration("timeout");
    return options;
  }

  Result<std::string> ask(const std::string& method, const std::string& target,
                          const std::string& body) {
    auto client = this->client();
    if (!client) return std::move(client).error();
    auto* index = index_of(**client);
    auto reply = index ? wire::request_as_member(**client, *index, method, target, body)
                       : (*client)->request(method, target, body);
    if (!reply) return std::move(reply).error();
    return std::move(reply->body);
  }
  Result<std::unique_ptr<wire::EventStream>> open_stream() {
    auto client = this->client();
    if (!client) return std::move(client).error();
    auto options = options_;
    if (auto* index = index_of(**client)) {
      auto session = index->session();
      if (!session) return std::move(session).error();
      options.token = std::move(*session);
    }
    return std::make_unique<wire::EventStream>(std::move(options));
  }
  // The registry's index, whose session it is asked under, if it is the same one.
  IndexAddress* index_of(const wire::Client& client) {
    auto* index = host_->find<IndexAddress>();
    return index && index->index_url() == client.url() ? index : nullptr;
  }

  // The registry may start after this plugin, so its index is asked for at the first search.
  Result<wire::Client*> client() {
    const std::lock_guard lock(mutex_);
    if (!client_) {
      auto options = this->options();
      if (!options) return std::move(options).error();
      options_ = std::move(*options);
      client_ = std::make_unique<wire::Client>(options_);
    }
    return client_.get();
  }

  Host* host_ = nullptr;
  std::mutex mutex_;
  wire::ClientOptions options_;  // as client_ was made, and does not change then
  std::unique_ptr<wire::Client> client_;
  std::optional<search_remote::RemoteWatches> watches_;
};

}  // namespace
}  // namespace swapmeet

SWAPMEET_PLUGIN(swapmeet::RemoteSearch, {.id = "search.remote",
                                         .kind = swapmeet::Kind::search,
                                         .version = "0.2.0",
                                         .summary = "Asks the search of an index.",
                                         .provides = swapmeet::kProvides,
                                         .keys = swapmeet::kKeys});
