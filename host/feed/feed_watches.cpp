#include "host/feed/feed_watches.h"

#include <algorithm>

#include "swapmeet/matching.h"

namespace swapmeet {
namespace {

// The one word that is likely the rarest: the longest. Empty: the query has none.
std::string longest_word(const Query& query, bool of_prefixes) {
  std::string longest;
  for (const auto& term : query.terms) {
    if (term.negated) continue;
    const auto whole = term.words.size() - (term.prefix ? 1 : 0);
    for (std::size_t i = 0; i < term.words.size(); ++i)
      if ((i < whole) != of_prefixes && term.words[i].size() > longest.size())
        longest = term.words[i];
  }
  return longest;
}

Match match_of(const Change& change) {
  const auto& listing = change.listing;
  Match match;
  match.content = listing.content;
  match.name = name_of_path(listing.path);
  match.path = listing.path;
  match.size = listing.size;
  match.type = media_type_of(match.name);
  match.peer = change.peer;
  return match;
}

}  // namespace

FeedWatches::FeedWatches(Registry& registry, const LogFn& log)
    : registry_(registry), pump_(*registry.feed(), follower_, "watches", log) {
  pump_.start();
}

void FeedWatches::stop() { pump_.stop(); }

Result<Registration> FeedWatches::watch(const WatchRequest& request,
                                        std::function<void(const Match&)> found) {
  auto query = parse_query(request.query);
  if (!query) return std::move(query).error();
  auto entry =
      std::make_shared<Entry>(Entry{std::move(*query), request.viewer, std::move(found), false});
  entry->asks_for_peer =
      std::any_of(entry->query.filters.begin(), entry->query.filters.end(),
                  [](const auto& one) { return one.field == QueryFilter::Field::peer; });
  const std::lock_guard lock(mutex_);
  if (count_ == 0) {  // what was there before is no news
    auto state = registry_.feed()->state();
    if (!state) return std::move(state).error();
    position_ = {state->feed, state->latest};
  }
  auto& place = place_of(entry->query);
  if (&place == &without_word_ && place.size() >= kMostWithoutWord)
    return Error{ErrorCode::too_many,
                 "too many watch for everything of a kind already: add a word to the query",
                 {}};
  place.push_back(entry);
  ++count_;
  return Registration([this, entry] { remove(entry); });
}

FeedWatches::Entries& FeedWatches::place_of(const Query& query) {
  if (auto word = longest_word(query, false); !word.empty()) return by_word_[word];
  if (auto beginning = longest_word(query, true); !beginning.empty())
    return by_beginning_[beginning];
  return without_word_;
}

void FeedWatches::remove(const EntryPointer& entry) {
  const std::lock_guard lock(mutex_);
  std::erase(without_word_, entry);
  for (auto* map : {&by_word_, &by_beginning_}) {
    const auto place = map->find(longest_word(entry->query, map == &by_beginning_));
    if (place == map->end()) continue;
    std::erase(place->second, entry);
    if (place->second.empty()) map->erase(place);
  }
  --count_;
}

Result<FeedPosition> FeedWatches::Follower::applied() {
  {
    const std::lock_guard lock(watches_.mutex_);
    if (watches_.count_ > 0) return watches_.position_;
  }
  auto state = watches_.registry_.feed()->state();
  if (!state) return std::move(state).error();
  return FeedPosition{state->feed, state->latest};
}

Result<void> FeedWatches::Follower::apply(const ChangeBatch& batch) {
  const std::lock_guard lock(watches_.mutex_);
  auto& position = watches_.position_;
  if (batch.feed != position.feed) {  // another store: all that it has is old
    auto state = watches_.registry_.feed()->state();
    if (!state) return std::move(state).error();
    position = {state->feed, state->latest};
    return {};
  }
  for (const auto& change : batch.changes)
    if (change.revision > position.revision && change.kind == ChangeKind::put)
      watches_.compare(change);
  position.revision = std::max(position.revision, batch.upto);
  return {};
}

void FeedWatches::compare(const Change& change) {
  if (is_partial(change.listing)) return;
  std::set<const Entry*> seen;
  std::set<std::string> words;
  for (auto& row : searchable_words(change.listing.path))
    for (auto& word : row) words.insert(std::move(word));
  for (const auto& word : words) {
    if (const auto found = by_word_.find(word); found != by_word_.end())
      compare(found->second, change, seen);
    for (std::size_t length = 1; !by_beginning_.empty() && length <= word.size(); ++length)
      if (const auto found = by_beginning_.find(word.substr(0, length));
          found != by_beginning_.end())
        compare(found->second, change, seen);
  }
  compare(without_word_, change, seen);
}

void FeedWatches::compare(const Entries& entries, const Change& change,
                          std::set<const Entry*>& seen) {
  for (const auto& entry : entries) {
    if (!change.listing.audience.admits(entry->viewer) || !seen.insert(entry.get()).second)
      continue;
    std::string name;
    if (entry->asks_for_peer)
      if (auto peer = registry_.peer(change.peer)) name = peer->name;
    if (matches(entry->query, change.listing, change.peer, name)) entry->found(match_of(change));
  }
}

}  // namespace swapmeet
