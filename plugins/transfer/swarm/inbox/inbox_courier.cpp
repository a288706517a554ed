// What happens by itself: hashing what is sent, delivering offers, following the downloads of
// accepted ones, and telling the other side.
#include <algorithm>
#include <iterator>

#include "transfer/swarm/base/backoff.h"
#include "transfer/swarm/inbox/inbox.h"
#include "transfer/swarm/inbox/inbox_file.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::chrono::hours kGiveUpAfter{24 * 30};
constexpr std::chrono::hours kForgetAfter{24 * 90};
constexpr std::chrono::hours kForgetEvery{1};
// Who fetches a file that was changed is refused at once; this is only for saying so.
constexpr std::chrono::minutes kLookEvery{1};
// How long an offer that got no answer may still be on its way into the other side's store.
constexpr std::chrono::minutes kUnderWay{1};

bool needs_telling(const StoredOffer& stored) {
  const bool may_be_known = stored.delivered || stored.unanswered != Time{};
  return may_be_known &&
         (stored.told != stored.offer.state || stored.told_done != stored.offer.done);
}

bool is_passing(const Error& error) {
  switch (error.code) {
    case ErrorCode::unavailable:
    case ErrorCode::timed_out:
    case ErrorCode::too_many:
    case ErrorCode::no_space:
    case ErrorCode::internal: return true;
    default: return false;
  }
}

}  // namespace

void PeerInbox::start_threads() {
  threads_.emplace_back([this] {
    loop([this] {
      hash_waiting();
      return false;
    });
  });
  threads_.emplace_back([this] { loop([this] { return talk(); }); });
}

// `round` says whether something is under way that wants another look soon.
void PeerInbox::loop(const std::function<bool()>& round) {
  std::uint64_t seen = 0;
  while (!stopping_) {
    {
      const std::lock_guard lock(sleep_);
      seen = woken_;
    }
    bool soon = true;
    try {
      soon = round();
    } catch (const std::exception& exception) {  // the disk is full, say
      if (options_.log)
        options_.log(LogLevel::error, "the inbox cannot go on now", {{"why", exception.what()}});
    }
    std::unique_lock lock(sleep_);
    changed_.wait_for(lock, soon ? options_.poll : std::chrono::milliseconds(60'000),
                      [&] { return stopping_ || woken_ != seen; });
  }
}

bool PeerInbox::work() {
  hash_waiting();
  return talk();
}

std::vector<StoredOffer> PeerInbox::unfinished() {
  const std::lock_guard lock(mutex_);
  return store_.unfinished();
}

void PeerInbox::hash_waiting() {
  for (const auto& stored : unfinished())
    if (!stopping_ && !stored.offer.incoming && !stored.hashed) hash(stored);
}

void PeerInbox::hash(const StoredOffer& stored) {
  if (stored.offer.files > 0) {
    if (!hash_folder(stored)) return;
    hashed_all(stored.offer.id, [](StoredOffer&) {});
    return;
  }
  const auto stamp = stamp_of_file(stored.path);
  if (!stamp) return end(stored.offer.id, OfferState::failed, stamp.error().message);
  auto tree = tree_of(stored.path, *stamp);
  if (stopping_) return;
  if (!tree) return end(stored.offer.id, OfferState::failed, tree.error().message);
  {
    const std::lock_guard lock(mutex_);
    store_.put_tree(stored.offer.id, *tree);
  }
  hashed_all(stored.offer.id, [&](StoredOffer& now) {
    now.offer.content = tree->content;
    now.offer.size = tree->size;
    now.stamp = *stamp;
  });
}

// Now it can be offered.
void PeerInbox::hashed_all(const std::string& id, const std::function<void(StoredOffer&)>& change) {
  static_cast<void>(update(id, [&](StoredOffer& now) -> Result<void> {
    change(now);
    now.offer.why.clear();
    now.hashed = true;
    return {};
  }));
  wake();
}

bool PeerInbox::talk() {
  if (!looked_back_) look_back();
  forget_old();
  take_the_accepted();
  const auto now = options_.clock->steady();
  const bool look = now >= look_next_;
  if (look) look_next_ = now + kLookEvery;
  const auto offers = unfinished();
  for (const auto& stored : offers)
    if (!stopping_) step(stored, look);
  const std::lock_guard lock(mutex_);
  return !offers.empty() || !accepted_.empty();
}

// What a host that died had begun: offers that the rule accepts and nobody took, acceptances whose
// download began before they were recorded, and downloads whose offers have ended.
void PeerInbox::look_back() {
  std::vector<StoredOffer> over;
  {
    const auto with_downloads = options_.downloads->offers();
    const std::lock_guard lock(mutex_);
    for (const auto& id : with_downloads) {
      auto stored = store_.find(id);
      if (!stored) continue;  // the inbox was lost: what was accepted is fetched all the same
      if (!is_open(stored->offer))
        over.push_back(std::move(*stored));
      else if (stored->offer.state == OfferState::waiting)
        accepted_.insert(id);
    }
    for (const auto& stored : store_.undecided())
      if (accepts(stored.offer.peer, stored.offer.peer_name)) accepted_.insert(stored.offer.id);
  }
  for (const auto& stored : over) give_up(stored);
  looked_back_ = true;
}

void PeerInbox::forget_old() {
  const auto now = options_.clock->steady();
  if (now < forget_next_) return;
  forget_next_ = now + kForgetEvery;
  const std::lock_guard lock(mutex_);
  store_.forget_before(options_.clock->now() - kForgetAfter);
}

void PeerInbox::take_the_accepted() {
  std::vector<StoredOffer> ready;
  {
    const std::lock_guard lock(mutex_);
    for (auto at = accepted_.begin(); at != accepted_.end();) {
      auto stored = store_.find(*at);
      const bool waits = stored && stored->offer.state == OfferState::waiting;
      if (waits) ready.push_back(std::move(*stored));
      at = waits ? std::next(at) : accepted_.erase(at);
    }
  }
  for (const auto& stored : ready) {
    const auto& id = stored.offer.id;
    if (stopping_ || !due(id)) continue;
    const auto taken = take(stored);
    if (!taken && is_passing(taken.error())) {
      later(id, taken.error().message);
      continue;
    }
    if (!taken) log(LogLevel::warning, "cannot be accepted", stored.offer, taken.error().message);
    const std::lock_guard lock(mutex_);
    accepted_.erase(id);
  }
}

void PeerInbox::step(const StoredOffer& stored, bool look_at_file) {
  const auto& offer = stored.offer;
  if (offer.incoming && is_open(offer)) return follow(stored);
  if (!offer.incoming && is_open(offer)) {
    if (!stored.hashed) return;
    const bool is_sent_now = !stored.delivered && due(offer.id);
    if (is_sent_now || look_at_file)
      if (const auto same = check_unchanged(stored); !same)
        return end(offer.id, OfferState::failed, same.error().message);
    if (offer.state == OfferState::waiting && options_.clock->now() - offer.created > kGiveUpAfter)
      return end(offer.id, OfferState::failed, "nobody answered within 30 days");
  }
  if (!due(offer.id)) return;
  if (!stored.delivered && is_open(offer))
    deliver(stored);
  else if (needs_telling(stored))
    tell(stored);
}

// An accepted offer goes as its download goes.
std::optional<Offer> PeerInbox::follow_file(const StoredOffer& stored) {
  auto next = stored.offer;
  const auto download = options_.downloads->get(next.download);
  if (!download && download.error().code == ErrorCode::not_found) {
    next.state = OfferState::failed;
    next.why = "its download was cancelled";
    return next;
  }
  if (!download) return std::nullopt;
  next.done = std::min(download->done, next.size);
  if (download->state == DownloadState::done) {
    next.state = OfferState::done;
    next.done = next.size;
  } else if (download->state == DownloadState::failed) {
    next.state = OfferState::failed;
    next.why = download->why;
  }
  return next;
}

void PeerInbox::follow(const StoredOffer& stored) {
  const auto& offer = stored.offer;
  const auto became = offer.files > 0 ? follow_folder(stored) : follow_file(stored);
  if (!became) return;
  const auto& next = *became;
  auto now = stored;
  if (next.state != offer.state || next.done != offer.done) {
    auto updated = update(offer.id, [&](StoredOffer& current) -> Result<void> {
      if (current.offer.state != offer.state) return Error{ErrorCode::conflict, "moved on", {}};
      current.offer.state = next.state;
      current.offer.done = next.done;
      current.offer.why = next.why;
      return {};
    });
    if (!updated) return;
    now = std::move(*updated);
  }
  if (needs_telling(now) && due(offer.id)) tell(now);
}

bool PeerInbox::due(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto found = attempts_.find(id);
  return found == attempts_.end() || found->second.next <= options_.clock->steady();
}

Result<std::string> PeerInbox::url_of(const StoredOffer& stored) {
  const auto& offer = stored.offer;
  const auto record = options_.registry->peer(offer.peer);
  if (!record && record.error().code == ErrorCode::not_found)
    return Error{
        ErrorCode::unavailable, "the index does not know " + offer.peer_name + " any more", {}};
  if (!record) return record.error();
  if (!record->present)
    return Error{ErrorCode::unavailable,
                 offer.peer_name + " is not there now; it is tried again when it returns",
                 {}};
  return "http://" + HostPort{record->address, record->port}.text();
}

void PeerInbox::deliver(const StoredOffer& stored) {
  const auto& offer = stored.offer;
  const auto url = url_of(stored);
  if (!url) return later(offer.id, url.error().message);
  const auto begun = update(offer.id, [&](StoredOffer& now) -> Result<void> {
    if (!is_open(now.offer)) return Error{ErrorCode::conflict, "it was taken back", {}};
    now.unanswered = options_.clock->now();
    return {};
  });
  if (!begun) return;
  const auto body =
      options_.exchange(*url, stored.token, "POST", "/inbox", wire::to_json(message_of(stored)));
  if (!body && is_passing(body.error())) return later(offer.id, body.error().message);
  static_cast<void>(update(offer.id, [&](StoredOffer& now) -> Result<void> {
    now.unanswered = {};
    if (!body) return {};
    now.delivered = true;
    if (now.offer.state == OfferState::waiting) now.offer.why.clear();
    return {};
  }));
  if (!body)
    return end(offer.id, OfferState::failed,
               offer.peer_name + " does not take it: " + body.error().message);
  // What it answers it could as well tell a moment later.
  if (const auto news = wire::from_json<wire::OfferNews>(*body);
      news && news->state != OfferState::waiting)
    static_cast<void>(hear(offer.id, stored.token, *news));
  wake();
}

void PeerInbox::tell(const StoredOffer& stored) {
  const auto& offer = stored.offer;
  const auto url = url_of(stored);
  const wire::OfferNews news{offer.state, offer.done, offer.why};
  const auto body =
      url ? options_.exchange(*url, stored.token, "POST", "/inbox/" + offer.id, wire::to_json(news))
          : url.error();
  const bool too_late = options_.clock->now() - offer.created > 2 * kGiveUpAfter;
  const bool may_arrive = !body && body.error().code == ErrorCode::not_found && !stored.delivered &&
                          options_.clock->now() - stored.unanswered < kUnderWay;
  if (!body && (is_passing(body.error()) || may_arrive) && !too_late)
    return later(offer.id, offer.why);
  static_cast<void>(update(offer.id, [&](StoredOffer& now) -> Result<void> {
    now.told = offer.state;  // told, or the other side does not want to know
    now.told_done = offer.done;
    return {};
  }));
  const std::lock_guard lock(mutex_);
  attempts_.erase(offer.id);
}

void PeerInbox::later(const std::string& id, const std::string& why) {
  {
    const std::lock_guard lock(mutex_);
    auto& attempts = attempts_[id];
    attempts.next =
        options_.clock->steady() +
        doubled_wait(options_.first_backoff, options_.longest_backoff, attempts.count++);
    const auto stored = store_.find(id);
    if (!stored || stored->offer.why == why) return;
  }
  static_cast<void>(update(id, [&](StoredOffer& now) -> Result<void> {
    if (now.offer.state == OfferState::waiting) now.offer.why = why;
    return {};
  }));
}

void PeerInbox::end(const std::string& id, OfferState state, const std::string& why) {
  static_cast<void>(update(id, [&](StoredOffer& now) -> Result<void> {
    if (!is_open(now.offer)) return Error{ErrorCode::conflict, "ended already", {}};
    now.offer.state = state;
    now.offer.why = why;
    return {};
  }));
}

}  // namespace swapmeet::transfer_swarm
