#include "search/memory/index.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <tuple>
#include <utility>

#include "search/memory/matcher.h"

namespace search_memory {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::size_t kCandidates = 2000;  // contents of a segment that are weighed, at least
constexpr std::size_t kSlice = 64;         // changes, while searches wait
constexpr std::size_t kFlips = 2000;       // listings of a peer that comes or goes, likewise
constexpr std::size_t kTexts = 10'000;     // read at once while ranking
constexpr std::size_t kMostNames = 10;
constexpr std::size_t kNamesFrom = 200;  // documents of a content that are asked for other names

Result<std::size_t> offset_of(const std::string& after) {
  std::size_t offset = 0;
  const auto* end = after.data() + after.size();
  if (after.empty()) return offset;
  if (const auto [at, error] = std::from_chars(after.data(), end, offset);
      error != std::errc{} || at != end)
    return Error{ErrorCode::invalid_argument,
                 "'after' is not the 'next' of an earlier page of this search",
                 {}};
  return offset;
}

// What else the document's content is called, in order of the alphabet.
std::vector<std::string> other_names(const Documents& documents, const Document& shown,
                                     const std::vector<bool>& visible) {
  std::vector<Number> numbers{shown.name};  // most documents of a content share a name
  auto at = documents.content(shown.content).first;
  for (std::size_t n = 0; n < kNamesFrom && at != kNone; ++n) {
    const auto& other = documents.document(at);
    if (other.present > 0 && visible[other.audience] &&
        std::find(numbers.begin(), numbers.end(), other.name) == numbers.end())
      numbers.push_back(other.name);
    at = other.next;
  }
  std::vector<std::string> names;
  for (std::size_t i = 1; i < numbers.size(); ++i) names.emplace_back(documents.text(numbers[i]));
  std::sort(names.begin(), names.end());
  if (names.size() > kMostNames) names.resize(kMostNames);
  return names;
}

}  // namespace

// Readers pass the gate one by one and let each other be; a writer holds it until it is in, so that
// a crowd of readers cannot keep it out.
class Index::Reading {
 public:
  explicit Reading(const Index& index) {
    {
      const std::lock_guard pass(index.gate_);
      lock_ = std::shared_lock(index.lock_);
    }
  }

 private:
  std::shared_lock<std::shared_mutex> lock_;
};

class Index::Writing {
 public:
  explicit Writing(Index& index) : pass_(index.gate_), lock_(index.lock_) {}

 private:
  std::unique_lock<std::mutex> pass_;
  std::unique_lock<std::shared_mutex> lock_;
};

struct Index::Candidate {
  Number content = kNone;
  Number document = kNone;
  Number sources = 0;
  bool in_name = false;
};

Index::Index(std::size_t max_results, std::size_t rank_after)
    : max_results_(max_results), rank_after_(rank_after) {
  ranker_ = std::thread([this] { rank_when_due(); });
}

Index::~Index() {
  {
    const std::lock_guard lock(due_mutex_);
    stopping_ = true;
  }
  due_changed_.notify_all();
  ranker_.join();
}

std::size_t Index::ranked() const {
  const Reading reading(*this);
  return state_->ranked->entries().size();
}

// ---- searching ----

std::vector<Index::Candidate> Index::candidates(const Query& query,
                                                const std::vector<bool>& visible,
                                                SortOrder sort) const {
  const auto& documents = state_->documents;
  const Matcher matcher(documents, query, visible);
  std::vector<Candidate> all;
  IdTable places;  // in `all`, by content
  const auto hash_of = [&](Number place) { return all[place].content; };
  const auto better = [&](Number a, Number b) {
    const auto& one = documents.document(a);
    const auto& other = documents.document(b);
    const auto order = documents.name(one).compare(documents.name(other));
    return order != 0 ? order < 0 : documents.path(one) < documents.path(other);
  };
  const auto gather = [&](const Segment& segment, Where where) {
    const auto most = all.size() + std::max(kCandidates, max_results_);
    matcher.run(segment, where, [&](const Entry& entry) {
      const auto place =
          places.find(entry.content, [&](Number one) { return all[one].content == entry.content; });
      if (place == kNone) {
        all.push_back({entry.content, entry.document, 0, where == Where::name});
        places.insert(static_cast<Number>(all.size() - 1), hash_of);
      } else if (all[place].in_name == (where == Where::name) &&
                 better(entry.document, all[place].document)) {
        all[place].document = entry.document;
      }
      return all.size() < most;
    });
  };
  std::vector<const Segment*> segments{state_->ranked.get(), state_->fresh.get()};
  if (state_->aging) segments.push_back(state_->aging.get());
  if (matcher.has_words())
    for (const auto* segment : segments) gather(*segment, Where::name);
  // With enough hits in names, those elsewhere would come after them all.
  if (all.size() < max_results_ || sort != SortOrder::relevance)
    for (const auto* segment : segments) gather(*segment, Where::anywhere);
  for (auto& candidate : all)
    candidate.sources = documents.sources(documents.content(candidate.content), visible);
  return all;
}

Result<SearchPage> Index::search(const SearchRequest& request) {
  auto query = parse_query(request.query);
  if (!query) return std::move(query).error();
  auto offset = offset_of(request.page.after);
  if (!offset) return std::move(offset).error();

  const Reading reading(*this);
  const auto& documents = state_->documents;
  std::vector<bool> visible;
  for (const auto& audience : documents.audiences())
    visible.push_back(audience.admits(request.viewer));
  auto all = candidates(*query, visible, request.sort);

  const auto before = [&](const Candidate& a, const Candidate& b) {
    const auto& one = documents.document(a.document);
    const auto& other = documents.document(b.document);
    const auto& first = documents.content(a.content);
    const auto& second = documents.content(b.content);
    if (request.sort == SortOrder::sources && a.sources != b.sources) return a.sources > b.sources;
    if (request.sort == SortOrder::size && first.size != second.size)
      return first.size > second.size;
    if (request.sort == SortOrder::newest && one.modified != other.modified)
      return one.modified > other.modified;
    if (a.in_name != b.in_name) return a.in_name;
    if (a.sources != b.sources) return a.sources > b.sources;
    if (const auto order = documents.name(one).compare(documents.name(other)); order != 0)
      return order < 0;
    return first.id < second.id;
  };
  const auto total = std::min(all.size(), max_results_);
  const auto from = std::min(*offset, total);
  const auto to = from + std::min(std::max<std::size_t>(request.page.limit, 1), total - from);
  std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(to), all.end(), before);

  SearchPage page{request.query, total, {}, {}};
  for (auto i = from; i < to; ++i) {
    const auto& document = documents.document(all[i].document);
    const auto& content = documents.content(all[i].content);
    Hit hit{content.id,
            std::string(documents.name(document)),
            documents.path(document),
            content.size,
            document.type,
            all[i].sources,
            {}};
    hit.names = other_names(documents, document, visible);
    page.hits.push_back(std::move(hit));
  }
  if (to < total) page.next = std::to_string(to);
  return page;
}

// ---- following the feed ----

Result<FeedPosition> Index::applied() {
  const Reading reading(*this);
  return position_;
}

Result<void> Index::apply(const ChangeBatch& batch) {
  const std::lock_guard one_writer(writer_);
  {
    auto empty = std::make_shared<State>();
    const Writing writing(*this);
    if (batch.base != 0 && position_ != FeedPosition{batch.feed, batch.base})
      return Error{ErrorCode::conflict,
                   "the search index stands at revision " + std::to_string(position_.revision) +
                       " of feed '" + position_.feed +
                       "'; go on from there, or start over with base 0",
                   {}};
    if (batch.base == 0) {
      state_.swap(empty);  // the old one ends after the lock
      position_ = {};
    }
  }
  std::optional<Writing> writing;
  std::size_t in_slice = 0;
  for (const auto& change : batch.changes) {
    const bool of_peer = change.kind != ChangeKind::put && change.kind != ChangeKind::remove;
    if (of_peer || in_slice++ == kSlice) {
      writing.reset();
      in_slice = 0;
    }
    if (of_peer) {
      apply_to_peer(change);
      continue;
    }
    if (!writing) writing.emplace(*this);
    apply_to_listing(change);
  }
  writing.reset();
  writing.emplace(*this);
  position_ = {batch.feed, batch.upto};
  const bool due = is_due();
  writing.reset();
  if (due) {
    const std::lock_guard lock(due_mutex_);
    due_ = true;
    due_changed_.notify_all();
  }
  return {};
}

void Index::apply_to_listing(const Change& change) {
  auto& documents = state_->documents;
  const auto peer = documents.peer_of(change.peer);
  ++changes_;
  if (change.kind == ChangeKind::remove) return documents.remove(peer, change.listing.path);
  const auto number = documents.put(peer, change.listing);
  if (number == kNone || documents.document(number).fresh) return;
  const auto& document = documents.document(number);
  state_->fresh->add({number, document.content}, documents.folder(document),
                     documents.name(document));
  documents.set_fresh(number, true);
}

// A peer may have a million listings: searches get their turn in between.
void Index::apply_to_peer(const Change& change) {
  Number peer = kNone;
  Number listing = kNone;
  const bool present = change.kind == ChangeKind::present;
  {
    const Writing writing(*this);
    auto& documents = state_->documents;
    peer = documents.peer_of(change.peer);
    if (present) documents.name_peer(peer, fold(change.peer_name));
    if (change.kind != ChangeKind::clear && documents.peer(peer).present != present) {
      documents.set_present(peer, present);
      listing = documents.peer(peer).first;
    }
  }
  while (listing != kNone) {
    const Writing writing(*this);
    listing = state_->documents.flip_some(listing, present, kFlips);
    changes_ += kFlips;
  }
  for (bool more = change.kind == ChangeKind::clear; more;) {
    const Writing writing(*this);
    more = state_->documents.clear_some(peer, kFlips);
    changes_ += kFlips;
  }
}

// ---- ranking ----

// With the lock.
bool Index::is_due() const {
  const auto ranked = state_->ranked->entries().size();
  return state_->fresh->entries().size() >= std::max(rank_after_, ranked / 8) ||
         changes_ > std::max(rank_after_, ranked) * 2;
}

void Index::rank_when_due() {
  std::unique_lock lock(due_mutex_);
  while (!stopping_) {
    due_changed_.wait(lock, [this] { return stopping_ || due_; });
    if (stopping_) return;
    due_ = false;
    lock.unlock();
    const auto began = Steady::now();
    rank();
    const auto took = Steady::now() - began;
    lock.lock();
    // At most a fifth of a processor, however much changes.
    due_changed_.wait_for(lock, took * 4, [this] { return stopping_; });
  }
}

void Index::rank() {
  struct Place {
    Number sources;
    Number content;
    Number document;
  };
  const std::lock_guard one_ranking(ranking_);
  std::vector<Number> unlisted;
  std::shared_ptr<State> state;
  {
    const Writing writing(*this);
    state = state_;
    unlisted = state->documents.take_unlisted();
    for (const auto& entry : state->fresh->entries())
      state->documents.set_fresh(entry.document, false);
    state->aging = std::exchange(state->fresh, std::make_shared<FreshSegment>());
    changes_ = 0;
  }
  // Between the slices the feed may start over, and all of this was for nothing.
  const auto current = [&] { return state_ == state; };
  std::vector<Place> places;
  for (Number at = 0, end = 1; at < end;) {
    const Reading reading(*this);
    if (!current()) return;
    const auto& documents = state->documents;
    end = static_cast<Number>(documents.document_slots());
    for (const auto stop = std::min(end, at + 10'000); at < stop; ++at)
      if (const auto& one = documents.document(at); one.listings > 0)
        places.push_back({documents.content(one.content).sources, one.content, at});
  }
  std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
    return std::tie(b.sources, a.content) < std::tie(a.sources, b.content);
  });
  RankedSegment::Builder builder;
  struct Text {
    std::string_view name;
    std::string path;
    Entry entry;
  };
  std::vector<Text> texts;
  for (std::size_t at = 0; at < places.size();) {
    texts.clear();
    {
      const Reading reading(*this);
      if (!current()) return;
      for (; at < places.size(); ++at) {
        if (texts.size() >= kTexts && places[at].content != places[at - 1].content) break;
        const auto& document = state->documents.document(places[at].document);
        texts.push_back({state->documents.name(document),
                         state->documents.path(document),
                         {places[at].document, places[at].content}});
      }
    }
    // The documents of one content in the order in which a search prefers them.
    for (auto first = texts.begin(); first != texts.end();) {
      const auto next = std::find_if(first, texts.end(), [&](const Text& text) {
        return text.entry.content != first->entry.content;
      });
      std::sort(first, next, [](const Text& a, const Text& b) {
        return std::tie(a.name, a.path) < std::tie(b.name, b.path);
      });
      first = next;
    }
    for (const auto& [name, path, entry] : texts)
      builder.add(entry, std::string_view(path).substr(0, path.size() - name.size()), name);
  }
  std::shared_ptr<const RankedSegment> ranked = std::make_shared<RankedSegment>(builder.finish());
  std::shared_ptr<const FreshSegment> aged;
  {
    const Writing writing(*this);
    if (!current()) return;
    state->ranked.swap(ranked);
    state->aging.swap(aged);
    state->documents.recycle(unlisted);
  }
}

}  // namespace search_memory
