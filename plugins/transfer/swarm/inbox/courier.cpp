#include "transfer/swarm/inbox/courier.h"

#include <algorithm>
#include <chrono>

#include "transfer/swarm/inbox/offer_message.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::chrono::hours kGiveUpAfter{24 * 30};
constexpr std::chrono::hours kForgetAfter{24 * 90};
constexpr std::chrono::hours kForgetEvery{1};
// Whoever fetches a file that has changed is refused at once; this is only for saying so.
constexpr std::chrono::minutes kLookEvery{1};
// How long an offer that got no answer may still be on its way into the other side's store.
constexpr std::chrono::minutes kUnderWay{1};

bool needs_telling(const StoredOffer& stored) {
  const bool may_be_known = stored.delivered || stored.unanswered != Time{};
  return may_be_known &&
         (stored.told != stored.offer.state || stored.told_done != stored.offer.done);
}

// The receiver decides; the sender can only take its offer back.
bool may_tell(const Offer& offer, OfferState told) {
  return offer.incoming ? told == OfferState::refused || told == OfferState::failed
                        : told != OfferState::waiting;
}

}  // namespace

bool Courier::round() {
  if (!looked_back_) parts_.receiver.look_back();
  looked_back_ = true;
  forget_old();
  parts_.receiver.take_the_ruled();
  const bool look = time_to_look();
  const auto offers = book_.unfinished();
  for (const auto& stored : offers)
    if (!parts_.rounds.stopping()) step(stored, look);
  return !offers.empty() || parts_.receiver.has_ruled();
}

void Courier::forget_old() {
  const auto now = options_.clock->steady();
  if (forget_next_ && now < *forget_next_) return;
  forget_next_ = now + kForgetEvery;
  book_.forget_before(options_.clock->now() - kForgetAfter);
}

bool Courier::time_to_look() {
  const auto now = options_.clock->steady();
  if (look_next_ && now < *look_next_) return false;
  look_next_ = now + kLookEvery;
  return true;
}

void Courier::step(const StoredOffer& stored, bool look_at_file) {
  if (is_open(stored.offer)) {
    if (stored.offer.incoming) return step_incoming(stored);
    return step_outgoing(stored, look_at_file);
  }
  if (needs_telling(stored) && book_.due(stored.offer.id)) tell(stored);
}

// An accepted offer goes as its downloads go.
void Courier::step_incoming(const StoredOffer& stored) {
  const auto now = parts_.accepted.follow(stored);
  if (now && needs_telling(*now) && book_.due(now->offer.id)) tell(*now);
}

void Courier::step_outgoing(const StoredOffer& stored, bool look_at_file) {
  if (!stored.hashed) return;
  const auto& offer = stored.offer;
  const bool due = book_.due(offer.id);
  if (look_at_file || (due && !stored.delivered))
    if (const auto same = parts_.outbox.check_unchanged(stored); !same)
      return book_.end(offer.id, OfferState::failed, same.error().message);
  if (offer.state == OfferState::waiting && options_.clock->now() - offer.created > kGiveUpAfter)
    return book_.end(offer.id, OfferState::failed, "nobody answered within 30 days");
  if (!due) return;
  if (!stored.delivered)
    deliver(stored);
  else if (needs_telling(stored))
    tell(stored);
}

void Courier::deliver(const StoredOffer& stored) {
  const auto& offer = stored.offer;
  const auto url = find_url(*options_.registry, offer);
  if (!url) return book_.later(offer.id, url.error().message);
  if (!begin_delivery(offer.id)) return;
  const auto body = options_.exchange(*url, stored.token, "POST", "/inbox",
                                      wire::to_json(parts_.outbox.message_of(stored)));
  if (!body && is_passing(body.error())) return book_.later(offer.id, body.error().message);
  static_cast<void>(book_.update(offer.id, [&](StoredOffer& now) -> Result<void> {
    now.unanswered = {};
    if (!body) return {};
    now.delivered = true;
    if (now.offer.state == OfferState::waiting) now.offer.why.clear();
    return {};
  }));
  if (!body)
    return book_.end(offer.id, OfferState::failed,
                     offer.peer_name + " does not take it: " + body.error().message);
  // What it answers it could as well tell a moment later.
  if (const auto news = wire::from_json<wire::OfferNews>(*body);
      news && news->state != OfferState::waiting)
    static_cast<void>(hear(offer.id, stored.token, *news));
  parts_.rounds.wake();
}

// False: it was taken back.
bool Courier::begin_delivery(const std::string& id) {
  const auto begun = book_.update(id, [&](StoredOffer& now) -> Result<void> {
    if (!is_open(now.offer)) return decided_already(now.offer);
    now.unanswered = options_.clock->now();
    return {};
  });
  return begun.ok();
}

void Courier::tell(const StoredOffer& stored) {
  const auto& offer = stored.offer;
  const auto url = find_url(*options_.registry, offer);
  const auto body = url ? options_.exchange(*url, stored.token, "POST", "/inbox/" + offer.id,
                                            wire::to_json(news_of(offer)))
                        : url.error();
  if (!body && tell_again(stored, body.error())) return book_.later(offer.id, offer.why);
  static_cast<void>(book_.update(offer.id, [&](StoredOffer& now) -> Result<void> {
    now.told = offer.state;  // told, or the other side does not want to know
    now.told_done = offer.done;
    return {};
  }));
  book_.succeeded(offer.id);
}

bool Courier::tell_again(const StoredOffer& stored, const Error& error) const {
  const auto now = options_.clock->now();
  if (now - stored.offer.created > 2 * kGiveUpAfter) return false;
  const bool may_arrive = error.code == ErrorCode::not_found && !stored.delivered &&
                          now - stored.unanswered < kUnderWay;
  return is_passing(error) || may_arrive;
}

Result<wire::OfferNews> Courier::hear(const std::string& id, const std::string& token,
                                      const wire::OfferNews& news) {
  if (auto stored = book_.find_secret(id, token); !stored) return stored.error();
  auto updated = book_.update(id, [&](StoredOffer& now) -> Result<void> {
    auto& offer = now.offer;
    if (!is_open(offer))
      return Error{
          ErrorCode::conflict, "this offer is " + std::string(name_of(offer.state)) + " here", {}};
    if (!may_tell(offer, news.state))
      return Error{ErrorCode::invalid_argument, "that is not this side's to tell", {}};
    offer.state = now.told = news.state;
    offer.why = tamed(news.why);
    now.delivered = true;
    if (!offer.incoming) offer.done = std::min(news.done, offer.size);
    if (offer.state == OfferState::done) offer.done = offer.size;
    now.told_done = offer.done;
    return {};
  });
  if (!updated) return updated.error();
  if (updated->offer.incoming) parts_.accepted.give_up(*updated);
  return news_of(updated->offer);
}

}  // namespace swapmeet::transfer_swarm
