#include "registry/sqlite/stored_feed.h"

#include <algorithm>

#include "registry/sqlite/rows.h"

namespace swapmeet::registry_sqlite {
namespace {

using sqlite::Database;

void read_puts(Database& reader, Revision after, std::int64_t limit, std::vector<Change>& changes) {
  static const auto kSql = "SELECT " + std::string(kListingColumns) +
                           ", l.revision, p.id FROM listings l JOIN peers p ON p.key=l.peer"
                           " WHERE l.revision>? ORDER BY l.revision LIMIT ?";
  auto row = reader.keep(kSql);
  row->with(after, limit);
  while (row->step()) {
    Change change;
    change.revision = static_cast<Revision>(row->integer(kAfterListing));
    change.peer = row->id<PeerId>(kAfterListing + 1);
    change.listing = read_listing(*row);
    changes.push_back(std::move(change));
  }
}

void read_removals(Database& reader, Revision after, std::int64_t limit,
                   std::vector<Change>& changes) {
  auto row = reader.keep(
      "SELECT revision, peer, path FROM removed WHERE revision>? ORDER BY revision LIMIT ?");
  row->with(after, limit);
  while (row->step()) {
    Change change;
    change.revision = static_cast<Revision>(row->integer(0));
    change.kind = row->is_null(2) ? ChangeKind::clear : ChangeKind::remove;
    change.peer = row->id<PeerId>(1);
    change.listing.path = row->text(2);
    changes.push_back(std::move(change));
  }
}

void read_flips(Database& reader, Revision after, std::int64_t limit,
                std::vector<Change>& changes) {
  auto row = reader.keep(
      "SELECT flipped, id, name, present FROM peers WHERE flipped>? ORDER BY flipped LIMIT ?");
  row->with(after, limit);
  while (row->step()) {
    Change change;
    change.revision = static_cast<Revision>(row->integer(0));
    change.kind = row->integer(3) != 0 ? ChangeKind::present : ChangeKind::absent;
    change.peer = row->id<PeerId>(1);
    change.peer_name = row->text(2);
    changes.push_back(std::move(change));
  }
}

FeedState state_of(Database& reader, const std::string& feed) {
  auto row = reader.keep(
      "SELECT (SELECT value FROM meta WHERE name='oldest'), value FROM meta WHERE name='latest'");
  row->step();
  return {feed, static_cast<Revision>(row->integer(0)), static_cast<Revision>(row->integer(1))};
}

}  // namespace

FeedState StoredFeed::state() {
  auto reader = readers_.take();
  return state_of(*reader, id_);
}

Result<ChangeBatch> StoredFeed::changes_after(Revision after, std::size_t limit) {
  auto reader = readers_.take();
  const sqlite::Snapshot snapshot(*reader);
  const auto state = state_of(*reader, id_);
  if (after > state.latest || !being_read_.may_read(after, state.oldest, state.latest))
    return Error{
        ErrorCode::conflict, "the feed does not reach from revision " + std::to_string(after), {}};
  ChangeBatch batch{id_, after, state.latest, {}};
  const auto most = static_cast<std::int64_t>(limit);
  read_puts(*reader, after, most, batch.changes);
  read_removals(*reader, after, most, batch.changes);
  read_flips(*reader, after, most, batch.changes);
  std::sort(batch.changes.begin(), batch.changes.end(),
            [](const Change& a, const Change& b) { return a.revision < b.revision; });
  if (batch.changes.size() >= limit) {  // there may be more between the three
    batch.changes.resize(limit);
    batch.upto = batch.changes.back().revision;
  }
  being_read_.has_read(after, batch.upto);
  return batch;
}

std::size_t StoredFeed::prune(Writing& writing) {
  auto& writer = writing.database();
  const auto limit = being_read_.forgettable(writing.latest());
  // The revision of the first removal that is one too many.
  auto surplus =
      writer.keep("SELECT revision FROM removed ORDER BY revision DESC LIMIT 1 OFFSET ?");
  surplus->with(keep_removed_);
  if (!surplus->step()) return 0;
  const auto upto = std::min(limit, static_cast<Revision>(surplus->integer(0)));
  surplus->reset();
  writer.keep("DELETE FROM removed WHERE revision<=?")->with(upto).run();
  const auto count = static_cast<std::size_t>(writer.changed_rows());
  if (count == 0) return 0;
  writer.keep("UPDATE meta SET value=max(value,?) WHERE name='oldest'")->with(upto).run();
  writing.commit();
  return count;
}

}  // namespace swapmeet::registry_sqlite
