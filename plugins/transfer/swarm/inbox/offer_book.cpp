#include "transfer/swarm/inbox/offer_book.h"

#include <algorithm>
#include <utility>

#include "swapmeet/secret_file.h"
#include "swapmeet/wire/json.h"

namespace swapmeet::transfer_swarm {

bool has_token(const StoredOffer& stored, const std::string& token) {
  return !stored.token.empty() && equal_in_constant_time(token, stored.token);
}

Error no_such_offer(const std::string& id) {
  return {ErrorCode::not_found, "there is no offer " + id, {}};
}

Error decided_already(const Offer& offer) {
  return {ErrorCode::conflict,
          "this offer is " + std::string(name_of(offer.state)) + " already; nothing to decide",
          {}};
}

OfferBook::OfferBook(OfferBookOptions options)
    : options_(std::move(options)), store_(options_.database), attempts_(options_.waits) {}

Page<Offer> OfferBook::page(const PageRequest& page) {
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
}

std::optional<StoredOffer> OfferBook::find(const std::string& id) {
  const std::lock_guard lock(mutex_);
  return store_.find(id);
}

Result<StoredOffer> OfferBook::find_secret(const std::string& id, const std::string& token) {
  auto stored = find(id);
  if (!stored || !has_token(*stored, token))
    return Error{ErrorCode::not_found, "there is no such offer", {}};
  return std::move(*stored);
}

std::vector<StoredOffer> OfferBook::unfinished() {
  const std::lock_guard lock(mutex_);
  return store_.unfinished();
}

std::vector<StoredOffer> OfferBook::undecided() {
  const std::lock_guard lock(mutex_);
  return store_.undecided();
}

std::size_t OfferBook::waiting(const std::optional<PeerId>& peer) {
  const std::lock_guard lock(mutex_);
  return store_.waiting(peer);
}

bool OfferBook::add(const StoredOffer& stored, const SentFiles& files) {
  const std::lock_guard lock(mutex_);
  if (store_.find(stored.offer.id)) return false;
  store_.put(stored, files);
  return true;
}

Result<StoredOffer> OfferBook::update(const std::string& id, const Change& change) {
  std::optional<StoredOffer> stored;
  {
    const std::lock_guard lock(mutex_);
    stored = store_.find(id);
    if (!stored) return no_such_offer(id);
    const auto before = stored->offer.state;
    if (auto changed = change(*stored); !changed) return changed.error();
    store_.put(*stored);
    if (stored->offer.state == before) return std::move(*stored);
    attempts_.forget(id);
  }
  log(LogLevel::info, "offer " + std::string(name_of(stored->offer.state)), stored->offer,
      stored->offer.why);
  publish(stored->offer);
  if (options_.changed) options_.changed();
  return std::move(*stored);
}

void OfferBook::end(const std::string& id, OfferState state, const std::string& why) {
  static_cast<void>(update(id, [&](StoredOffer& now) -> Result<void> {
    if (!is_open(now.offer)) return decided_already(now.offer);
    now.offer.state = state;
    now.offer.why = why;
    return {};
  }));
}

void OfferBook::forget_before(Time time) {
  const std::lock_guard lock(mutex_);
  store_.forget_before(time);
}

bool OfferBook::due(const std::string& id) {
  const std::lock_guard lock(mutex_);
  return attempts_.due(id, options_.clock->steady());
}

void OfferBook::later(const std::string& id, const std::string& why) {
  const std::lock_guard lock(mutex_);
  attempts_.failed(id, options_.clock->steady());
  auto stored = store_.find(id);
  if (!stored || stored->offer.why == why || stored->offer.state != OfferState::waiting) return;
  stored->offer.why = why;
  store_.put(*stored);
}

void OfferBook::succeeded(const std::string& id) {
  const std::lock_guard lock(mutex_);
  attempts_.forget(id);
}

SentFiles OfferBook::files(const StoredOffer& stored) {
  if (stored.offer.files == 0) return {};
  const std::lock_guard lock(mutex_);
  return store_.files(stored.offer.id);
}

void OfferBook::put_files(const std::string& id, const SentFiles& files) {
  const std::lock_guard lock(mutex_);
  store_.put(id, files);
}

void OfferBook::put_trees(const std::string& id, const std::vector<MerkleTree>& trees) {
  const std::lock_guard lock(mutex_);
  for (const auto& tree : trees) store_.put_tree(id, tree);
}

std::optional<MerkleTree> OfferBook::tree(const std::string& id, const ContentId& content) {
  const std::lock_guard lock(mutex_);
  return store_.tree(id, content);
}

std::optional<StoredOffer> OfferBook::offered(const ContentId& content, const std::string& token) {
  const std::lock_guard lock(mutex_);
  for (auto& stored : store_.offered(content))
    if (stored.hashed && has_token(stored, token)) return std::move(stored);
  return std::nullopt;
}

void OfferBook::log(LogLevel level, std::string_view message, const Offer& offer,
                    const std::string& why) const {
  if (options_.log)
    options_.log(level, message,
                 {{"offer", offer.id},
                  {"peer", offer.peer.text()},
                  {"name", offer.name},
                  {"size", std::to_string(offer.size)},
                  {"why", why}});
}

void OfferBook::publish_arrival(const Offer& offer) const {
  publish(offer);
  if (!options_.publish) return;
  options_.publish({"offer.came",
                    {{"id", offer.id},
                     {"peer", offer.peer.text()},
                     {"peer_name", offer.peer_name},
                     {"content", offer.content.text()},
                     {"name", offer.name},
                     {"files", offer.files},
                     {"size", offer.size}}});
}

void OfferBook::publish(const Offer& offer) const {
  if (!options_.publish) return;
  Event event{"inbox",
              {{"id", offer.id},
               {"incoming", offer.incoming},
               {"peer", offer.peer.text()},
               {"peer_name", offer.peer_name},
               {"content", offer.content.text()},
               {"name", offer.name},
               {"files", offer.files},
               {"size", offer.size},
               {"done", offer.done},
               {"state", std::string(name_of(offer.state))},
               {"download", offer.download},
               {"why", offer.why},
               {"created", offer.created}}};
  options_.publish(event);
}

}  // namespace swapmeet::transfer_swarm
