#include "search/memory/index.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "search/memory/finding.h"
#include "search/memory/locks.h"
#include "search/memory/suggesting.h"

namespace swapmeet::search_memory {
namespace {

constexpr std::size_t kFlips = 2000;  // listings of a peer that comes or goes, likewise

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

}  // namespace

Index::Index(std::size_t max_results, std::size_t rank_after)
    : max_results_(max_results), rank_after_(rank_after) {
  ranker_ = std::thread([this] { rank_when_due(); });
}

Index::Index(std::size_t max_results, std::filesystem::path snapshot, Report report)
    : max_results_(max_results),
      rank_after_(kRankAfter),
      snapshot_(std::move(snapshot)),
      report_(std::move(report)) {
  load();
  ranker_ = std::thread([this] { rank_when_due(); });
}

Index::~Index() {
  {
    const std::lock_guard lock(due_mutex_);
    stopping_ = true;
  }
  due_changed_.notify_all();
  ranker_.join();
  save_what_changed();
}

// ---- the snapshot ----

FeedPosition Index::read(const std::filesystem::path& snapshot, State& state) {
  SnapshotReader in(snapshot);
  FeedPosition position;
  position.feed = in.text();
  position.revision = in.number();
  state.documents.load(in);
  auto ranked = std::make_shared<RankedSegment>();
  ranked->load(in);
  in.finish();
  state.ranked = std::move(ranked);
  return position;
}

FeedPosition Index::verify(const std::filesystem::path& snapshot) {
  State state;
  return read(snapshot, state);
}

void Index::load() {
  std::error_code ignored;
  if (!std::filesystem::exists(snapshot_, ignored)) return;
  try {
    auto state = std::make_shared<State>();
    const auto position = read(snapshot_, *state);
    state->documents.each_unranked([&](Number number) { add_fresh(*state, number); });
    state_ = std::move(state);
    position_ = saved_ = position;
  } catch (const std::exception& bad) {
    report_("the snapshot is of no use; all is read from the registry anew", bad.what());
  }
}

Result<void> Index::save(const std::filesystem::path& file) {
  // Nothing changes without these two, so that reading needs no lock that keeps searches out.
  const std::lock_guard no_ranking(ranking_);
  const std::lock_guard no_writer(writer_);
  SnapshotWriter out(file);
  out.text(position_.feed);
  out.number(position_.revision);
  state_->documents.save(out);
  state_->ranked->save(out);
  auto done = out.finish();
  if (done && file == snapshot_) saved_ = position_;
  return done;
}

void Index::save_what_changed() {
  if (snapshot_.empty() || applied().value() == saved_) return;
  if (const auto saved = save(snapshot_); !saved)
    report_("no snapshot: the next start reads all from the registry", saved.error().message);
}

std::size_t Index::ranked() const {
  const Reading reading(*this);
  return state_->ranked->entries().size();
}

// ---- searching ----

Result<SearchPage> Index::search(const SearchRequest& request) {
  auto query = parse_query(request.query);
  if (!query) return std::move(query).error();
  auto offset = offset_of(request.page.after);
  if (!offset) return std::move(offset).error();
  const Reading reading(*this);
  const Segments segments{*state_->ranked, state_->aging.get(), *state_->fresh};
  return Finder(state_->documents, segments, request, max_results_).page(*query, *offset);
}

Result<std::vector<std::string>> Index::suggest(const SuggestRequest& request) {
  const Reading reading(*this);
  const Segments segments{*state_->ranked, state_->aging.get(), *state_->fresh};
  return suggestions(request, state_->documents, segments.all());
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
  for (const auto& change : batch.changes) {
    const bool of_peer = change.kind != ChangeKind::put && change.kind != ChangeKind::remove;
    if (writing && (of_peer || writing->is_over())) writing.reset();
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

void Index::add_fresh(State& state, Number number) {
  auto& documents = state.documents;
  const auto& document = documents.document(number);
  state.fresh->add(documents.entry(number), documents.folder(document), documents.name(document),
                   *state.ranked);
  documents.set_fresh(number);
}

void Index::apply_to_listing(const Change& change) {
  auto& documents = state_->documents;
  const auto peer = documents.peer_of(change.peer);
  ++changes_;
  const bool found = change.kind == ChangeKind::put && !is_partial(change.listing);
  if (!found) return documents.remove(peer, change.listing.path);
  const auto number = documents.put(peer, change.listing);
  if (number == kNone || documents.is_fresh(number)) return;
  add_fresh(*state_, number);
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

}  // namespace swapmeet::search_memory
