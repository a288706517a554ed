#include "search/memory/index.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "search/memory/finding.h"
#include "search/memory/reordering.h"
#include "search/memory/snapshot.h"
#include "search/memory/suggesting.h"
#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace swapmeet::search_memory {
namespace {

constexpr std::size_t kFlips = 2'000;  // listings of a peer that comes or goes, at once

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

Index::Index(IndexOptions options)
    : options_(std::move(options)),
      state_(empty_state()),
      housekeeper_(options_.clock, {.is_worth_reordering = [this] { return is_worth_reordering(); },
                                    .reorder = [this] { reorder(); },
                                    .is_worth_saving = [this] { return is_worth_saving(); },
                                    .save = [this] { save_what_changed(); }}) {
  load();
  housekeeper_.start();
}

Index::~Index() {
  housekeeper_.stop();
  save_what_changed();
}

std::shared_ptr<State> Index::empty_state() const {
  return std::make_shared<State>(State{.documents = Documents(options_.salt)});
}

// ---- the snapshot ----

FeedPosition Index::verify(const std::filesystem::path& snapshot) {
  return read_snapshot(snapshot).position;
}

void Index::load() {
  const auto& file = options_.snapshot;
  std::error_code ignored;
  if (file.empty() || !std::filesystem::exists(file, ignored)) return;
  try {
    auto read = read_snapshot(file);
    auto state = std::make_shared<State>(
        State{.documents = std::move(read.documents),
              .ranked = std::make_shared<RankedSegment>(std::move(read.ranked))});
    state->documents.each_unranked([&](Number number) { state->add_fresh(number); });
    state_ = std::move(state);
    position_ = saved_ = read.position;
  } catch (const std::exception& bad) {
    options_.report("the snapshot is of no use; all is read from the registry again", bad.what());
  }
}

Result<void> Index::save(const std::filesystem::path& file) {
  // Nothing changes without these two, so that reading needs no lock that keeps searches out.
  const std::lock_guard no_reordering(reordering_);
  const std::lock_guard no_writer(writer_);
  auto done = write_snapshot(file, position_, state_->documents, *state_->ranked);
  if (done && file == options_.snapshot) saved_ = position_;
  return done;
}

void Index::save_what_changed() {
  if (options_.snapshot.empty() || applied().value() == saved_) return;
  if (const auto saved = save(options_.snapshot); !saved)
    options_.report("no snapshot: the next start reads all from the registry",
                    saved.error().message);
}

bool Index::is_worth_saving() const {
  if (options_.snapshot.empty()) return false;
  const Reading reading(lock_);
  return position_.feed != saved_.feed ||
         position_.revision - saved_.revision >= options_.reorder_after;
}

// ---- the order ----

std::size_t Index::ranked() const {
  const Reading reading(lock_);
  return state_->ranked->entries().size();
}

// With the lock.
bool Index::is_due() const {
  const auto ranked = state_->ranked->entries().size();
  const auto least = options_.reorder_after;
  return state_->fresh->entries().size() >= std::max(least, ranked / 8) ||
         changes_ > std::max(least, ranked) * 2;
}

bool Index::is_worth_reordering() const {
  const Reading reading(lock_);
  return state_->fresh->entries().size() >= options_.reorder_after;
}

// The feed may start over meanwhile, or the host stop. With the lock.
bool Index::is_current(const std::shared_ptr<State>& state) const {
  return state_ == state && !housekeeper_.is_stopping();
}

void Index::reorder() {
  const std::lock_guard one_reordering(reordering_);
  std::vector<Number> unlisted;
  std::shared_ptr<State> state;
  {
    const auto writing = write();
    state = state_;
    unlisted = state->documents.take_unlisted();
    state->documents.begin_round();
    state->aging = std::exchange(state->fresh, std::make_shared<FreshSegment>());
    changes_ = 0;
  }
  auto ranked = Reordering(lock_, state, [&] { return is_current(state); }).run();
  std::shared_ptr<const FreshSegment> aged;
  {
    const auto writing = write();
    if (!ranked || !is_current(state)) return state->documents.give_back_unlisted(unlisted);
    state->ranked.swap(ranked);
    state->aging.swap(aged);
    state->documents.end_rounds_before();
    state->documents.recycle(unlisted);
  }
  ranked.reset();
  aged.reset();
#ifdef __GLIBC__
  malloc_trim(0);  // what this took goes back to the system, else it would be kept for good
#endif
}

// ---- searching ----

Result<SearchPage> Index::search(const SearchRequest& request) {
  auto query = parse_query(request.query);
  if (!query) return std::move(query).error();
  auto offset = offset_of(request.page.after);
  if (!offset) return std::move(offset).error();
  const Reading reading(lock_);
  const Segments segments{*state_->ranked, state_->aging.get(), *state_->fresh};
  return Finder(state_->documents, segments, request, options_.max_results).page(*query, *offset);
}

Result<std::vector<std::string>> Index::suggest(const SuggestRequest& request) {
  const Reading reading(lock_);
  const Segments segments{*state_->ranked, state_->aging.get(), *state_->fresh};
  return suggestions(request, state_->documents, segments.all());
}

// ---- following the feed ----

Result<FeedPosition> Index::applied() {
  const Reading reading(lock_);
  return position_;
}

Result<void> Index::apply(const ChangeBatch& batch) {
  const std::lock_guard one_writer(writer_);
  {
    auto empty = empty_state();
    const auto writing = write();
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
  std::optional<FairLock::Writing> writing;
  for (const auto& change : batch.changes) {
    const bool of_peer = change.kind != ChangeKind::put && change.kind != ChangeKind::remove;
    if (writing && (of_peer || writing->is_over())) writing.reset();
    if (of_peer) {
      apply_to_peer(change);
      continue;
    }
    if (!writing) writing.emplace(lock_, options_.clock);
    apply_to_listing(change);
  }
  writing.reset();
  writing.emplace(lock_, options_.clock);
  position_ = {batch.feed, batch.upto};
  const bool due = is_due();
  writing.reset();
  if (due) housekeeper_.reorder_soon();
  return {};
}

void Index::apply_to_listing(const Change& change) {
  auto& documents = state_->documents;
  const auto peer = documents.peer_of(change.peer);
  ++changes_;
  const bool found = change.kind == ChangeKind::put && !is_partial(change.listing);
  if (!found) return documents.remove(peer, change.listing.path);
  const auto number = documents.put(peer, change.listing);
  if (number != kNone && !documents.is_fresh(number)) state_->add_fresh(number);
}

// A peer may have a million listings: searches get their turn in between.
void Index::apply_to_peer(const Change& change) {
  Number peer = kNone;
  Number listing = kNone;
  const bool present = change.kind == ChangeKind::present;
  {
    const auto writing = write();
    auto& documents = state_->documents;
    peer = documents.peer_of(change.peer);
    if (present) documents.name_peer(peer, fold(change.peer_name));
    if (change.kind != ChangeKind::clear && documents.peers()[peer].present != present) {
      documents.set_present(peer, present);
      listing = documents.peers()[peer].first;
    }
  }
  while (listing != kNone) {
    const auto writing = write();
    listing = state_->documents.flip_some(listing, present, kFlips);
    changes_ += kFlips;
  }
  for (bool more = change.kind == ChangeKind::clear; more;) {
    const auto writing = write();
    more = state_->documents.clear_some(peer, kFlips);
    changes_ += kFlips;
  }
}

}  // namespace swapmeet::search_memory
