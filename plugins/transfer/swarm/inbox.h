// The inbox: files that people send each other. The sender hashes a file and offers it with one
// POST to the receiver; the receiver decides (or its configuration does) and then fetches the file
// like any other content, only from the address that the registry knows for the sender. The
// sender asks the receiver how its offers stand.
// Threads: thread-safe; one thread of its own delivers offers and follows them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "swapmeet/http.h"
#include "swapmeet/transfer.h"
#include "transfer/swarm/downloads.h"

namespace swapmeet::swarm {

enum class InboxPolicy { ask, accept, refuse };

struct InboxOptions {
  std::filesystem::path database;  // the inbox's own SQLite file
  PeerId self;
  std::string name;                // of this host
  Registry* registry = nullptr;    // null: nothing can be sent, and no sender verified
  Downloads* downloads = nullptr;  // of this host
  Clock* clock = nullptr;
  LogFunction log;                            // optional
  std::function<void(const Event&)> publish;  // optional; topic "inbox"
  // Content id of a file (BEP 52 pieces root); called on the caller's thread.
  std::function<Result<ContentId>(const std::filesystem::path&)> hash;
  std::function<std::uint16_t()> port;  // of the public listener
  InboxPolicy policy = InboxPolicy::ask;
  std::vector<std::string> always_accept;  // peer ids or names
  std::size_t max_waiting = 200;           // undecided offers that came in; more are turned away
};

// A file that was sent, as the content route serves it to the one who holds the key.
struct SentFile {
  std::filesystem::path path;
  std::string name;
  std::uint64_t size = 0;
};

class InboxBook final : public Inbox {
 public:
  static Result<std::unique_ptr<InboxBook>> open(InboxOptions options);
  ~InboxBook() override;
  void stop();  // idempotent

  // POST /inbox and GET /inbox/{id}, for the public listener.
  Result<std::vector<Registration>> add_routes(http::Routes& routes);
  // What GET /content/{cid}?key=… may serve besides the shares; nullopt: no such offer, or it was
  // refused. For the content routes.
  std::optional<SentFile> sent_file(const ContentId& content, const std::string& key);

  Result<Page<Offer>> list(const PageRequest& page) override;
  Result<Offer> get(const std::string& id) override;
  Result<Offer> accept(const std::string& id) override;
  Result<Offer> refuse(const std::string& id) override;
  Result<Offer> send(const SendRequest& request) override;

 private:
  struct State;
  explicit InboxBook(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace swapmeet::swarm
