// The other peers' side: what they offer, ask and tell. Nothing here is believed before the sender,
// at the address that the index has for it, has confirmed it.
#include <openssl/crypto.h>

#include <algorithm>

#include "swapmeet/listing.h"
#include "transfer/swarm/inbox/inbox.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::size_t kTokenSize = 64;
constexpr std::size_t kLongestName = 255;
constexpr std::size_t kLongestWhy = 300;

bool is_hex(const std::string& text, std::size_t size) {
  return text.size() == size && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

bool same_secret(const std::string& a, const std::string& b) {
  return !a.empty() && a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool has_controls(const std::string& text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 || c == 0x7f) return true;
    if (c == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0)
      return true;
  }
  return false;
}

Result<void> check(const wire::OfferMessage& message, const std::string& token) {
  const auto wrong = [](const char* what) { return Error{ErrorCode::invalid_argument, what, {}}; };
  if (!is_hex(message.id, 32)) return wrong("the offer's id has 32 hexadecimal digits");
  if (!is_hex(token, kTokenSize))
    return wrong("send the offer's token, 64 hexadecimal digits, as 'Authorization: Bearer …'");
  if (message.name.empty() || message.name.size() > kLongestName || !is_utf8(message.name) ||
      has_controls(message.name) || message.name.find('/') != std::string::npos)
    return wrong("the name must be a file name of 1 to 255 bytes, without control characters");
  if (!message.files.empty()) return check_files(message);
  if (message.size > (std::uint64_t{1} << 62) ||
      (message.size == 0) != (message.content == kEmptyContent))
    return wrong("the size and the content do not belong together");
  return {};
}

// A sentence from another peer, fit for a line.
std::string tamed(std::string text) {
  if (!is_utf8(text) || text.size() > kLongestWhy || has_controls(text)) return "";
  return text;
}

wire::OfferNews news_of(const Offer& offer) { return {offer.state, offer.done, offer.why}; }

}  // namespace

Result<wire::OfferNews> PeerInbox::receive(const wire::OfferMessage& message,
                                           const std::string& token) {
  if (auto checked = check(message, token); !checked) return checked.error();
  if (message.to != options_.self || message.from == options_.self)
    return Error{ErrorCode::unavailable, "this is another peer: " + options_.self.text(), {}};
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = store_.find(message.id)) {
      if (known->offer.incoming && known->offer.peer == message.from &&
          same_secret(known->token, token))
        return news_of(known->offer);
      return Error{ErrorCode::conflict, "another offer has this id", {}};
    }
  }
  if (auto room = check_room(message.from); !room) return room.error();
  const auto sender = options_.registry->peer(message.from);
  if (!sender && sender.error().code == ErrorCode::not_found)
    return Error{ErrorCode::not_allowed, "the index here knows no such sender", {}};
  if (!sender) return Error{ErrorCode::unavailable, sender.error().message, {}};
  const auto url = "http://" + HostPort{sender->address, sender->port}.text();
  if (auto confirmed = confirm(message, token, url); !confirmed) return confirmed.error();

  StoredOffer stored;
  stored.token = token;
  stored.url = url;
  stored.hashed = stored.delivered = true;
  auto& offer = stored.offer;
  offer.id = message.id;
  offer.peer = message.from;
  offer.peer_name = sender->name;
  offer.content = message.content;
  offer.name = message.name;
  offer.files = message.files.size();
  offer.size = message.size;
  offer.created = options_.clock->now();
  if (auto room = check_room(message.from); !room) return room.error();
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = store_.find(message.id)) return news_of(known->offer);  // came twice
    SentFiles files;
    for (const auto& file : message.files) files[files.size()].file = file;
    store_.put(stored, files);
  }
  log(LogLevel::info, offer.files > 0 ? "was offered a folder" : "was offered a file", offer);
  if (options_.publish) options_.publish({"inbox", wire::to_json(offer)});
  if (!accepts(sender->id, sender->name)) return news_of(offer);
  const auto taken = take(stored);
  if (taken) return news_of(*taken);
  log(LogLevel::warning, "cannot accept by rule now", offer, taken.error().message);
  {
    const std::lock_guard lock(mutex_);
    accepted_.insert(offer.id);
  }
  later(offer.id, taken.error().message);
  wake();
  return news_of(offer);
}

// An offer is its sender's only when the peer that the index knows by that id says so: a stranger
// cannot pose as somebody whose files are accepted without asking, nor pass on another's offer.
Result<void> PeerInbox::confirm(const wire::OfferMessage& message, const std::string& token,
                                const std::string& url) {
  auto body = options_.exchange(url, token, "GET", "/inbox/" + message.id, "");
  if (!body &&
      (body.error().code == ErrorCode::unavailable || body.error().code == ErrorCode::timed_out))
    return Error{ErrorCode::unavailable, "the sender cannot be asked: " + body.error().message, {}};
  const auto told = body ? wire::from_json<wire::OfferMessage>(*body) : body.error();
  if (told && *told == message) return {};
  return Error{ErrorCode::not_allowed,
               "the peer that the index knows by the sender's id did not offer this",
               {}};
}

Result<void> PeerInbox::check_room(const PeerId& peer) {
  const std::lock_guard lock(mutex_);
  if (store_.waiting(peer) >= options_.most_waiting_of_peer)
    return Error{ErrorCode::too_many, "too many offers of this sender wait for an answer", {}};
  if (store_.waiting(std::nullopt) >= options_.most_waiting)
    return Error{ErrorCode::too_many, "too many offers wait for an answer here", {}};
  return {};
}

bool PeerInbox::accepts(const PeerId& sender, const std::string& name) const {
  return std::any_of(options_.accept.begin(), options_.accept.end(), [&](const std::string& who) {
    return who == "everyone" || (who != "ask" && (who == name || who == sender.text()));
  });
}

Result<StoredOffer> PeerInbox::find_secret(const std::string& id, const std::string& token) {
  const std::lock_guard lock(mutex_);
  auto stored = store_.find(id);
  if (!stored || !same_secret(stored->token, token))
    return Error{ErrorCode::not_found, "there is no such offer", {}};
  return std::move(*stored);
}

Result<wire::OfferMessage> PeerInbox::show(const std::string& id, const std::string& token) {
  const auto stored = find_secret(id, token);
  if (!stored) return stored.error();
  if (stored->offer.incoming || !stored->hashed || !is_open(stored->offer))
    return Error{ErrorCode::not_found, "there is no such offer", {}};
  return message_of(*stored);
}

Result<wire::OfferNews> PeerInbox::hear(const std::string& id, const std::string& token,
                                        const wire::OfferNews& news) {
  if (auto stored = find_secret(id, token); !stored) return stored.error();
  auto updated = update(id, [&](StoredOffer& stored) -> Result<void> {
    auto& offer = stored.offer;
    if (!is_open(offer))
      return Error{
          ErrorCode::conflict, "this offer is " + std::string(name_of(offer.state)) + " here", {}};
    // The receiver decides; the sender can only take its offer back.
    const bool may = offer.incoming
                         ? news.state == OfferState::refused || news.state == OfferState::failed
                         : news.state != OfferState::waiting;
    if (!may) return Error{ErrorCode::invalid_argument, "that is not this side's to tell", {}};
    offer.state = stored.told = news.state;
    offer.why = tamed(news.why);
    stored.delivered = true;
    if (!offer.incoming) offer.done = stored.told_done = std::min(news.done, offer.size);
    if (offer.state == OfferState::done) offer.done = stored.told_done = offer.size;
    stored.told_done = offer.done;
    return {};
  });
  if (!updated) return updated.error();
  if (updated->offer.incoming) give_up(*updated);
  return news_of(updated->offer);
}

std::optional<StoredOffer> PeerInbox::find_offered(const ContentId& content,
                                                   const std::string& token) {
  const std::lock_guard lock(mutex_);
  for (auto& stored : store_.offered(content))
    if (stored.hashed && same_secret(stored.token, token)) return std::move(stored);
  return std::nullopt;
}

std::optional<ContentPlace> PeerInbox::place(const ContentId& content, const std::string& token) {
  auto stored = find_offered(content, token);
  if (!stored) return std::nullopt;
  return ContentPlace{std::move(stored->path), std::move(stored->offer.name), stored->stamp, {}};
}

std::optional<MerkleTree> PeerInbox::tree(const ContentId& content, const std::string& token) {
  const auto stored = find_offered(content, token);
  if (!stored) return std::nullopt;
  const std::lock_guard lock(mutex_);
  return store_.tree(stored->offer.id, content);
}

}  // namespace swapmeet::transfer_swarm
