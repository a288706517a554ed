// auth.ticket as the host loads it: asks the index of the registry for the key of its tickets.
#include "swapmeet/plugin.h"

#include <sodium.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "auth/ticket/index_tickets.h"
#include "auth/ticket/kept_key.h"
#include "swapmeet/host.h"
#include "swapmeet/remote.h"
#include "swapmeet/wire/client.h"
#include "swapmeet/wire/json.h"

namespace {

using namespace swapmeet;
using std::chrono::seconds;

constexpr seconds kLook{1};  // whether the key is wanted
constexpr seconds kFirstPause{2};
constexpr seconds kLongestPause{60};
constexpr seconds kPatience{4};

class TicketAuth final : public Plugin {
 public:
  Result<void> configure(Host& host) override {
    host_ = &host;
    tickets_ = std::make_unique<auth_ticket::IndexTickets>(host.clock());
    return {};
  }

  Result<void> start() override {
    if (sodium_init() < 0) return Error{ErrorCode::internal, "libsodium does not start", {}};
    auto options = wire::options_for(*host_->find<IndexAddress>());
    options.timeout = kPatience;
    client_ = std::make_unique<wire::Client>(options);
    if (const auto kept = auth_ticket::read_kept_key(key_file(), client_->url()))
      tickets_->set_key(*kept, auth_ticket::IndexTickets::Origin::disk);
    stopping_ = false;
    thread_ = std::thread([this] { keep_key(); });
    return {};
  }

  void stop() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    told_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

  void* interface(std::string_view id) override {
    return interface_of<TicketChecker>(tickets_.get(), id);
  }

 private:
  void keep_key() {
    auto pause = kFirstPause;
    std::string why;
    for (;;) {
      if (tickets_->wants_key()) {
        const auto asked = ask();
        if (!asked && asked.error().message != why)
          host_->log(LogLevel::info, "tickets are not known here",
                     {{"index", client_->url()}, {"why", asked.error().message}});
        why = asked ? "" : asked.error().message;
        if (wait(pause)) return;
        pause = std::min(2 * pause, kLongestPause);
      } else {
        pause = kFirstPause;
        if (wait(kLook)) return;
      }
    }
  }

  Result<void> ask() {
    const auto reply = client_->request("GET", "/api/v1/tickets/key");
    if (!reply) return reply.error();
    const auto key = wire::from_json<wire::TicketKey>(reply->body);
    if (!key) return key.error();
    tickets_->set_key(key->bytes);
    if (!auth_ticket::keep_key(key_file(), client_->url(), key->bytes))
      host_->log(LogLevel::warning, "the key of the index's tickets is not kept",
                 {{"file", key_file().string()}});
    return {};
  }

  std::filesystem::path key_file() const { return host_->data_folder() / "index.key"; }

  // True: it is time to end.
  bool wait(seconds pause) {
    std::unique_lock lock(mutex_);
    return host_->clock().wait_for(lock, told_, pause, [this] { return stopping_; });
  }

  Host* host_ = nullptr;
  std::unique_ptr<auth_ticket::IndexTickets> tickets_;
  std::unique_ptr<wire::Client> client_;
  std::mutex mutex_;
  std::condition_variable told_;
  bool stopping_ = false;
  std::thread thread_;
};

constexpr const char* kProvides[] = {TicketChecker::kInterface};
constexpr const char* kRequires[] = {IndexAddress::kInterface};

}  // namespace

SWAPMEET_PLUGIN(TicketAuth, {.id = "auth.ticket",
                             .kind = swapmeet::Kind::auth,
                             .version = "0.2.0",
                             .summary = "Everyone may come, and tickets of the index are believed.",
                             .provides = kProvides,
                             .requires_interfaces = kRequires});
