#include "host/feed/feed_watches.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "swapmeet/matching.h"

namespace swapmeet {
namespace {

// A word of an attribute, so that it is none of a name.
std::string word_of(const std::string& key, const std::string& word) { return key + ':' + word; }

// The one word that is likely the rarest: the longest; of an attribute only when there is no other.
// Empty: the query has none.
std::string longest_word(const Query& query, bool of_prefixes) {
  std::string longest;
  for (const auto& term : query.terms) {
    if (term.negated) continue;
    const auto whole = term.words.size() - (term.prefix ? 1 : 0);
    for (std::size_t i = 0; i < term.words.size(); ++i)
      if ((i < whole) != of_prefixes && term.words[i].size() > longest.size())
        longest = term.words[i];
  }
  if (!longest.empty()) return longest;
  for (const auto& filter : query.filters) {
    if (filter.negated || filter.field != QueryFilter::Field::words_of) continue;
    const auto& words = filter.words.words;
    const auto whole = words.size() - (filter.words.prefix ? 1 : 0);
    for (std::size_t i = 0; i < words.size(); ++i)
      if ((i < whole) != of_prefixes && words[i].size() + filter.text.size() >= longest.size())
        longest = word_of(filter.text, words[i]);
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
  match.attributes = listing.attributes;
  return match;
}

}  // namespace

FeedWatches::FeedWatches(Registry& registry, const Log& log, Clock& clock, std::uint64_t seed,
                         Gate* gate)
    : registry_(registry),
      gate_(gate),
      pump_(*registry.feed(), follower_, "watches", log, clock, seed, {.feed = gate}) {
  pump_.start();
}

Result<FeedState> FeedWatches::state_of_feed() {
  return through(gate_, "state()", [this] { return registry_.feed()->state(); });
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
    auto state = state_of_feed();
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

// One change, with the watches that wait under one of its words and those without.
class FeedWatches::Comparison {
 public:
  Comparison(FeedWatches& watches, const Change& change)
      : watches_(watches), change_(change), listing_(change.listing) {}

  void run() {
    std::vector<std::string> of_attributes;
    for (const auto& [key, value] : change_.listing.attributes)
      for (const auto& row : searchable_words(value))
        for (const auto& word : row) of_attributes.push_back(word_of(key, word));
    std::vector<std::string_view> words(of_attributes.begin(), of_attributes.end());
    for (const auto& row : listing_.words()) words.insert(words.end(), row.begin(), row.end());
    std::sort(words.begin(), words.end());
    words.erase(std::unique(words.begin(), words.end()), words.end());
    for (const auto word : words) compare_under(watches_.by_word_, word);
    if (!watches_.by_beginning_.empty()) compare_beginnings(words);
    compare(watches_.without_word_);
  }

 private:
  // Words in order: what one has in common with the last has been looked at.
  void compare_beginnings(const std::vector<std::string_view>& words) {
    std::string_view last;
    for (const auto word : words) {
      const auto common = std::mismatch(word.begin(), word.end(), last.begin(), last.end()).first;
      for (auto length = static_cast<std::size_t>(common - word.begin()) + 1; length <= word.size();
           ++length)
        compare_under(watches_.by_beginning_, word.substr(0, length));
      last = word;
    }
  }

  void compare_under(const ByWord& map, std::string_view word) {
    if (const auto found = map.find(word); found != map.end()) compare(found->second);
  }

  void compare(const Entries& entries) {
    for (const auto& entry : entries) {
      if (!change_.listing.audience.admits(entry->viewer)) continue;
      if (entry->asks_for_peer && !peer_name_) peer_name_ = name_of_peer();
      if (!listing_.matches(entry->query, change_.peer, peer_name_.value_or(std::string())))
        continue;
      if (!match_) match_ = match_of(change_);
      entry->found(*match_);
    }
  }

  std::string name_of_peer() {
    const auto peer =
        through(watches_.gate_, "peer()", [&] { return watches_.registry_.peer(change_.peer); });
    return peer ? peer->name : std::string();
  }

  FeedWatches& watches_;
  const Change& change_;
  const QueriedListing listing_;
  std::optional<std::string> peer_name_;  // when the first asks for it
  std::optional<Match> match_;            // when the first is found
};

Result<FeedPosition> FeedWatches::Follower::applied() {
  {
    const std::lock_guard lock(watches_.mutex_);
    if (watches_.count_ > 0) return watches_.position_;
  }
  auto state = watches_.state_of_feed();
  if (!state) return std::move(state).error();
  return FeedPosition{state->feed, state->latest};
}

Result<void> FeedWatches::Follower::apply(const ChangeBatch& batch) {
  const std::lock_guard lock(watches_.mutex_);
  auto& position = watches_.position_;
  if (batch.feed != position.feed) {  // another store: all that it has is old
    auto state = watches_.state_of_feed();
    if (!state) return std::move(state).error();
    position = {state->feed, state->latest};
    return {};
  }
  for (const auto& change : batch.changes)
    if (change.revision > position.revision && change.kind == ChangeKind::put &&
        !is_partial(change.listing))
      Comparison(watches_, change).run();
  position.revision = std::max(position.revision, batch.upto);
  return {};
}

}  // namespace swapmeet
