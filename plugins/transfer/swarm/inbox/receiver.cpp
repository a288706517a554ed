#include "transfer/swarm/inbox/receiver.h"

#include <algorithm>

#include "swapmeet/safe_name.h"
#include "transfer/swarm/inbox/exchange.h"
#include "transfer/swarm/inbox/offer_message.h"

namespace swapmeet::transfer_swarm {

Result<wire::OfferNews> Receiver::receive(const wire::OfferMessage& message,
                                          const std::string& token, const std::string& caller) {
  if (auto checked = check_message(message, token); !checked) return checked.error();
  if (message.to != options_.self || message.from == options_.self)
    return Error{ErrorCode::unavailable, "this is another peer: " + options_.self.text(), {}};
  if (auto known = known_already(message, token)) return std::move(*known);
  if (auto room = check_room(message.from); !room) return room.error();
  const auto sender = confirm_sender(message, token, caller);
  if (!sender) return sender.error();
  if (auto room = check_room(message.from); !room) return room.error();
  const auto stored = record_of(message, token, *sender);
  if (!record(stored, message))
    return known_already(message, token).value_or(no_such_offer(message.id));
  return accepts(sender->id, sender->name) ? accept_by_rule(stored) : news_of(stored.offer);
}

std::optional<Result<wire::OfferNews>> Receiver::known_already(const wire::OfferMessage& message,
                                                               const std::string& token) {
  const auto known = book_.find(message.id);
  if (!known) return std::nullopt;
  if (known->offer.incoming && known->offer.peer == message.from && has_token(*known, token))
    return news_of(known->offer);
  return Error{ErrorCode::conflict, "another offer has this id", {}};
}

Result<void> Receiver::check_room(const PeerId& peer) {
  if (book_.waiting(peer) >= options_.most_waiting_of_peer)
    return Error{ErrorCode::too_many, "too many offers of this sender wait for an answer", {}};
  if (book_.waiting(std::nullopt) >= options_.most_waiting)
    return Error{ErrorCode::too_many, "too many offers wait for an answer here", {}};
  return {};
}

// An offer is its sender's only when the peer that the index knows by that id says so: a stranger
// cannot pose as somebody whose files are accepted without asking, nor pass on another's offer.
Result<Receiver::Sender> Receiver::confirm_sender(const wire::OfferMessage& message,
                                                  const std::string& token,
                                                  const std::string& caller) {
  const auto peer = options_.registry->peer(message.from);
  if (!peer && peer.error().code == ErrorCode::not_found)
    return Error{ErrorCode::not_allowed, "the index here knows no such sender", {}};
  if (!peer) return Error{ErrorCode::unavailable, peer.error().message, {}};
  const auto confirmed = options_.confirm(
      *peer, caller, token, "/inbox/" + message.id + "?digest=true", digest_of(message));
  if (confirmed) return Sender{peer->id, peer->name, pinned_url(url_of(*peer), peer->fingerprint)};
  const auto& why = confirmed.error();
  if (why.code == ErrorCode::too_many) return why;
  if (why.code == ErrorCode::unavailable || why.code == ErrorCode::timed_out)
    return Error{ErrorCode::unavailable, "the sender cannot be asked: " + why.message, {}};
  return Error{ErrorCode::not_allowed,
               "the peer that the index knows by the sender's id did not offer this",
               {}};
}

StoredOffer Receiver::record_of(const wire::OfferMessage& message, const std::string& token,
                                const Sender& sender) const {
  StoredOffer stored;
  stored.token = token;
  stored.url = sender.url;
  stored.hashed = stored.delivered = true;
  auto& offer = stored.offer;
  offer.id = message.id;
  offer.peer = message.from;
  offer.peer_name = sender.name;
  offer.content = message.content;
  offer.name = safe_name(message.name);  // as it will be called here
  offer.files = message.files.size();
  offer.size = message.size;
  offer.created = options_.clock->now();
  return stored;
}

// False: an offer with this id came meanwhile.
bool Receiver::record(const StoredOffer& stored, const wire::OfferMessage& message) {
  SentFiles files;
  for (const auto& file : message.files) {
    auto& kept = files[files.size()].file;
    kept = file;
    kept.path = safe_path(file.path);
  }
  if (!book_.add(stored, files)) return false;
  book_.log(LogLevel::info, stored.offer.files > 0 ? "was offered a folder" : "was offered a file",
            stored.offer);
  book_.publish_arrival(stored.offer);
  return true;
}

wire::OfferNews Receiver::accept_by_rule(const StoredOffer& stored) {
  const auto& offer = stored.offer;
  const auto taken = accepted_.take(stored);
  if (taken) return news_of(*taken);
  book_.log(LogLevel::warning, "cannot accept by rule now", offer, taken.error().message);
  take_later(offer.id);
  book_.later(offer.id, taken.error().message);
  rounds_.wake();
  return news_of(offer);
}

bool Receiver::accepts(const PeerId& sender, const std::string& name) const {
  return std::any_of(options_.accept.begin(), options_.accept.end(), [&](const std::string& who) {
    return who == "everyone" || (who != "ask" && (who == name || who == sender.text()));
  });
}

Result<Offer> Receiver::accept(const StoredOffer& stored) {
  if (stored.offer.state != OfferState::waiting) return decided_already(stored.offer);
  return accepted_.take(stored);
}

Result<Offer> Receiver::refuse(const std::string& id) {
  auto updated = book_.update(id, [&](StoredOffer& now) -> Result<void> {
    if (now.offer.state != OfferState::waiting) return decided_already(now.offer);
    now.offer.why = options_.self_name + " refused it";
    now.offer.state = OfferState::refused;
    return {};
  });
  if (!updated) return updated.error();
  return std::move(updated->offer);
}

void Receiver::look_back() {
  for (const auto& id : accepted_.with_downloads()) {
    const auto stored = book_.find(id);
    if (!stored) continue;  // the inbox was lost: what was accepted is fetched all the same
    if (!is_open(stored->offer))
      accepted_.give_up(*stored);
    else if (stored->offer.state == OfferState::waiting)
      take_later(id);
  }
  for (const auto& stored : book_.undecided())
    if (accepts(stored.offer.peer, stored.offer.peer_name)) take_later(stored.offer.id);
}

void Receiver::take_the_ruled() {
  for (const auto& stored : ruled_that_wait()) {
    const auto& id = stored.offer.id;
    if (rounds_.stopping() || !book_.due(id)) continue;
    const auto taken = accepted_.take(stored);
    if (!taken && is_passing(taken.error())) {
      book_.later(id, taken.error().message);
      continue;
    }
    if (!taken)
      book_.log(LogLevel::warning, "cannot be accepted", stored.offer, taken.error().message);
    take_no_more(id);
  }
}

bool Receiver::has_ruled() {
  const std::lock_guard lock(mutex_);
  return !ruled_.empty();
}

std::vector<StoredOffer> Receiver::ruled_that_wait() {
  std::vector<std::string> ids;
  {
    const std::lock_guard lock(mutex_);
    ids.assign(ruled_.begin(), ruled_.end());
  }
  std::vector<StoredOffer> ready;
  for (const auto& id : ids) {
    auto stored = book_.find(id);
    if (stored && stored->offer.state == OfferState::waiting)
      ready.push_back(std::move(*stored));
    else
      take_no_more(id);
  }
  return ready;
}

void Receiver::take_later(const std::string& id) {
  const std::lock_guard lock(mutex_);
  ruled_.insert(id);
}

void Receiver::take_no_more(const std::string& id) {
  const std::lock_guard lock(mutex_);
  ruled_.erase(id);
}

}  // namespace swapmeet::transfer_swarm
