#include "transfer/swarm/catalogue/catalogue_feed.h"

#include <algorithm>
#include <vector>

#include "swapmeet/secret_file.h"
#include "swapmeet/sqlite/columns.h"
#include "transfer/swarm/base/shown_name.h"

namespace swapmeet::transfer_swarm {
namespace {

void read_puts(sqlite::Database& reader, Revision after, std::size_t limit,
               std::vector<Change>& changes) {
  auto row = reader.prepare(kPutsAfter);
  row.with(after, limit);
  while (row.step()) {
    Change change;
    change.revision = static_cast<Revision>(row.integer(0));
    change.listing.path = row.text(1) + '/' + shown_name(row.view(2));
    change.listing.content = row.id<ContentId>(3);
    change.listing.size = static_cast<std::uint64_t>(row.integer(4));
    change.listing.modified = std::chrono::floor<std::chrono::milliseconds>(
        std::chrono::time_point<std::chrono::system_clock, std::chrono::nanoseconds>(
            std::chrono::nanoseconds(row.integer(5))));
    change.listing.audience = sqlite::audience_from(row.text(6));
    if (!row.is_null(7)) change.listing.attributes = sqlite::attributes_from(row.view(7));
    changes.push_back(std::move(change));
  }
}

void read_partial(sqlite::Database& reader, Revision after, std::size_t limit,
                  std::vector<Change>& changes) {
  auto row = reader.prepare(kPartialAfter);
  row.with(after, limit);
  while (row.step()) {
    Change change;
    change.revision = static_cast<Revision>(row.integer(0));
    change.listing.path = row.text(1);
    change.listing.content = row.id<ContentId>(2);
    change.listing.size = static_cast<std::uint64_t>(row.integer(3));
    change.listing.modified = Time(std::chrono::seconds(row.integer(4)));
    change.listing.have = static_cast<std::uint64_t>(row.integer(5));
    change.listing.audience = sqlite::audience_from(row.view(6));
    changes.push_back(std::move(change));
  }
}

void read_removals(sqlite::Database& reader, Revision after, std::size_t limit,
                   std::vector<Change>& changes) {
  auto row = reader.prepare(kRemovalsAfter);
  row.with(after, limit);
  while (row.step()) {
    Change change;
    change.revision = static_cast<Revision>(row.integer(0));
    change.kind = ChangeKind::remove;
    change.listing.path = row.text(1);
    changes.push_back(std::move(change));
  }
}

FeedState state_of(sqlite::Database& reader, const std::string& id) {
  auto row = reader.prepare(
      "SELECT (SELECT value FROM meta WHERE name='oldest'),"
      " (SELECT value FROM meta WHERE name='latest')");
  row.step();
  return {id, static_cast<Revision>(row.integer(0)), static_cast<Revision>(row.integer(1))};
}

}  // namespace

std::string feed_id(sqlite::Database& database) {
  database.prepare("INSERT OR IGNORE INTO meta VALUES('feed', ?)").with(random_hex(16)).run();
  auto row = database.prepare("SELECT value FROM meta WHERE name='feed'");
  row.step();
  return row.text(0);
}

Result<FeedState> CatalogueFeed::state() {
  return sqlite::attempt([&]() -> Result<FeedState> {
    auto reader = readers_.take();
    return state_of(*reader, id_);
  });
}

Result<ChangeBatch> CatalogueFeed::changes_after(Revision after, std::size_t limit) {
  return sqlite::attempt([&]() -> Result<ChangeBatch> {
    auto reader = readers_.take();
    const sqlite::Snapshot snapshot(*reader);
    const auto state = state_of(*reader, id_);
    if ((after != 0 && after < state.oldest) || after > state.latest)
      return Error{ErrorCode::conflict,
                   "the catalogue's feed does not reach from revision " + std::to_string(after) +
                       "; start over from 0",
                   {}};
    ChangeBatch batch{id_, after, state.latest, {}};
    read_puts(*reader, after, limit, batch.changes);
    read_partial(*reader, after, limit, batch.changes);
    read_removals(*reader, after, limit, batch.changes);
    std::sort(batch.changes.begin(), batch.changes.end(),
              [](const Change& a, const Change& b) { return a.revision < b.revision; });
    if (limit > 0 && batch.changes.size() >= limit) {  // there may be more between the two
      batch.changes.resize(limit);
      batch.upto = batch.changes.back().revision;
    }
    return batch;
  });
}

Registration CatalogueFeed::on_advance(std::function<void()> wake) {
  const std::lock_guard lock(wakes_->mutex);
  const auto number = wakes_->next++;
  wakes_->wakes.emplace(number, std::move(wake));
  return Registration([wakes = wakes_, number] {
    const std::lock_guard guard(wakes->mutex);
    wakes->wakes.erase(number);
  });
}

void CatalogueFeed::advance() {
  const std::lock_guard lock(wakes_->mutex);
  for (const auto& [number, call] : wakes_->wakes) call();
}

}  // namespace swapmeet::transfer_swarm
