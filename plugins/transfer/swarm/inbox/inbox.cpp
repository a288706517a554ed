// The person's side: list, send, accept, refuse.
#include "transfer/swarm/inbox/inbox.h"

#include <openssl/rand.h>

#include <algorithm>
#include <stdexcept>

#include "swapmeet/wire/client.h"
#include "transfer/swarm/base/safe_name.h"
#include "transfer/swarm/base/shown_name.h"
#include "transfer/swarm/inbox/inbox_file.h"

namespace swapmeet::transfer_swarm {
namespace {

std::string random_hex(std::size_t size) {
  std::vector<std::uint8_t> bytes(size);
  if (RAND_bytes(bytes.data(), static_cast<int>(size)) != 1)
    throw std::runtime_error("OpenSSL gives no random numbers");
  return to_hex(bytes.data(), size);
}

Error no_such(const std::string& id) {
  return {ErrorCode::not_found, "there is no offer " + id, {}};
}

Error decided(const Offer& offer) {
  return {ErrorCode::conflict,
          "this offer is " + std::string(name_of(offer.state)) + " already; nothing to decide",
          {}};
}

}  // namespace

Result<std::string> exchange_over_http(const std::string& url, const std::string& token,
                                       const std::string& method, const std::string& target,
                                       const std::string& body) {
  wire::ClientOptions options;
  options.url = url;
  options.token = token;
  options.timeout = std::chrono::milliseconds(2'500);
  wire::Client client(options);
  http::Headers headers;
  if (!body.empty()) headers.set("Content-Type", "application/json");
  auto reply = client.request(method, target, body, headers);
  if (!reply) return std::move(reply).error();
  return std::move(reply->body);
}

Source PeerInbox::source_of(const StoredOffer& stored, const ContentId& content,
                            std::uint64_t size) {
  return {stored.offer.peer, stored.offer.peer_name,
          stored.url + "/content/" + content.text() + "?offer=" + stored.token, size};
}

std::vector<Source> PeerInbox::sources_of(const StoredOffer& stored) {
  if (stored.offer.files == 0) return {source_of(stored, stored.offer.content, stored.offer.size)};
  std::vector<Source> sources;
  for (const auto& [number, one] : files_of(stored))
    sources.push_back(source_of(stored, one.file.content, one.file.size));
  return sources;
}

PeerInbox::PeerInbox(InboxOptions options)
    : options_(std::move(options)), store_(options_.database) {}

Result<std::unique_ptr<PeerInbox>> PeerInbox::open(InboxOptions options) {
  return sqlite::attempt([&]() -> Result<std::unique_ptr<PeerInbox>> {
    std::unique_ptr<PeerInbox> inbox(new PeerInbox(std::move(options)));
    if (inbox->options_.background) inbox->start_threads();
    return inbox;
  });
}

PeerInbox::~PeerInbox() { stop(); }

void PeerInbox::stop() {
  {
    const std::lock_guard lock(sleep_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (auto& thread : threads_)
    if (thread.joinable()) thread.join();
}

void PeerInbox::wake() {
  {
    const std::lock_guard lock(sleep_);
    ++woken_;
  }
  changed_.notify_all();
}

Result<Page<Offer>> PeerInbox::list(const PageRequest& page) {
  return sqlite::attempt([&]() -> Result<Page<Offer>> {
    const auto limit = std::max<std::size_t>(page.limit, 1);
    const std::lock_guard lock(mutex_);
    Page<Offer> answer;
    for (auto& stored : store_.page(limit + 1, page.after))
      answer.items.push_back(std::move(stored.offer));
    if (answer.items.size() > limit) {
      answer.items.pop_back();
      answer.next = answer.items.back().id;
    }
    return answer;
  });
}

Result<Offer> PeerInbox::get(const std::string& id) {
  return sqlite::attempt([&]() -> Result<Offer> {
    const std::lock_guard lock(mutex_);
    auto stored = store_.find(id);
    if (!stored) return no_such(id);
    return std::move(stored->offer);
  });
}

Result<Offer> PeerInbox::send(const SendRequest& request) {
  return sqlite::attempt([&]() -> Result<Offer> {
    if (request.peer == options_.self)
      return Error{ErrorCode::invalid_argument, "this is the peer that sends; name another", {}};
    if (!request.path.starts_with('/'))
      return Error{ErrorCode::invalid_argument, "the file's path must be absolute", {}};
    std::error_code missing;
    const auto path = std::filesystem::canonical(request.path, missing);
    if (missing) return Error{ErrorCode::not_found, request.path + ": " + missing.message(), {}};
    const bool is_folder = std::filesystem::is_directory(path, missing);
    const auto stamp = is_folder ? FileStamp{} : stamp_of_file(path.string());
    if (!stamp) return stamp.error();
    const auto files = is_folder ? files_below(path) : SentFiles{};
    if (!files) return files.error();
    const auto record = options_.registry->peer(request.peer);
    if (!record) return record.error();
    if (!record->dialable)
      return Error{ErrorCode::unavailable,
                   record->name + " cannot be reached from outside, so nothing can be sent to it",
                   {}};
    StoredOffer stored;
    stored.path = path.string();
    stored.token = random_hex(32);
    stored.stamp = *stamp;
    auto& offer = stored.offer;
    offer.id = random_hex(16);
    offer.incoming = false;
    offer.peer = record->id;
    offer.peer_name = record->name;
    offer.name = safe_name(shown_name(path.filename().string()));
    offer.files = files->size();
    offer.size = stamp->size;
    for (const auto& [number, one] : *files) offer.size += one.file.size;
    offer.created = options_.clock->now();
    offer.why = is_folder ? "the files are being hashed" : "the file is being hashed";
    {
      const std::lock_guard lock(mutex_);
      store_.put(stored, *files);
    }
    log(LogLevel::info, is_folder ? "sends a folder" : "sends a file", offer);
    wake();
    return offer;
  });
}

Result<Offer> PeerInbox::accept(const std::string& id) {
  return sqlite::attempt([&]() -> Result<Offer> {
    std::optional<StoredOffer> stored;
    {
      const std::lock_guard lock(mutex_);
      stored = store_.find(id);
    }
    if (!stored) return no_such(id);
    if (!stored->offer.incoming)
      return Error{ErrorCode::conflict, "this is an offer of yours; the other peer accepts it", {}};
    if (stored->offer.state != OfferState::waiting) return decided(stored->offer);
    return take(*stored);
  });
}

// Starts the download; the offer is accepted from then on. Starting the same one twice is harmless,
// so a host that dies in between loses nothing.
Result<Offer> PeerInbox::take(const StoredOffer& stored) {
  const auto& offer = stored.offer;
  if (offer.files > 0) return take_folder(stored);
  DownloadRequest request;
  request.content = offer.content;
  request.name = offer.name;
  request.sources = sources_of(stored);
  const auto download = options_.downloads->start_for(offer.id, request);
  if (!download) return download.error();
  auto updated = update(offer.id, [&](StoredOffer& now) -> Result<void> {
    if (now.offer.state != OfferState::waiting) return decided(now.offer);
    now.offer.state = OfferState::accepted;
    now.offer.download = download->id;
    now.offer.why.clear();
    return {};
  });
  if (updated) return std::move(updated->offer);
  // It was withdrawn or refused meanwhile, and whoever did that saw no download yet. Taken twice at
  // the same time, it is still open.
  if (const auto now = get(offer.id); !now || !is_open(*now)) give_up(stored);
  return updated.error();
}

// The sender gives it no more. What others want too, the person or another offer, goes on.
void PeerInbox::give_up(const StoredOffer& stored) {
  const auto left = options_.downloads->give_up(stored.offer.id, sources_of(stored));
  if (!left) log(LogLevel::warning, "cannot end its download", stored.offer, left.error().message);
}

Result<Offer> PeerInbox::refuse(const std::string& id) {
  return sqlite::attempt([&]() -> Result<Offer> {
    auto updated = update(id, [&](StoredOffer& stored) -> Result<void> {
      auto& offer = stored.offer;
      if (!is_open(offer) || (offer.incoming && offer.state != OfferState::waiting))
        return decided(offer);
      offer.why = options_.self_name + (offer.incoming ? " refused it" : " withdrew it");
      offer.state = OfferState::refused;
      return {};
    });
    if (!updated) return updated.error();
    return std::move(updated->offer);
  });
}

Result<StoredOffer> PeerInbox::update(const std::string& id,
                                      const std::function<Result<void>(StoredOffer&)>& change) {
  std::optional<StoredOffer> stored;
  bool changed_state = false;
  {
    const std::lock_guard lock(mutex_);
    stored = store_.find(id);
    if (!stored) return no_such(id);
    const auto before = stored->offer.state;
    if (auto changed = change(*stored); !changed) return changed.error();
    store_.put(*stored);
    changed_state = stored->offer.state != before;
    if (changed_state) attempts_.erase(id);
  }
  if (changed_state) {
    log(LogLevel::info, "offer " + std::string(name_of(stored->offer.state)), stored->offer,
        stored->offer.why);
    if (options_.publish) options_.publish({"inbox", wire::to_json(stored->offer)});
    wake();
  }
  return std::move(*stored);
}

void PeerInbox::log(LogLevel level, std::string_view message, const Offer& offer,
                    const std::string& why) const {
  if (options_.log)
    options_.log(level, message,
                 {{"offer", offer.id},
                  {"peer", offer.peer.text()},
                  {"name", offer.name},
                  {"size", std::to_string(offer.size)},
                  {"why", why}});
}

}  // namespace swapmeet::transfer_swarm
