#include "transfer/swarm/catalogue/catalogue.h"

#include <sqlite3.h>
#include <sys/random.h>

#include <algorithm>
#include <array>

#include "transfer/swarm/base/shown_name.h"
#include "transfer/swarm/catalogue/catalogue_sql.h"
#include "transfer/swarm/catalogue/catalogue_writer.h"

namespace swapmeet::transfer_swarm {
namespace {

std::string random_feed() {
  std::array<std::uint8_t, 16> bytes{};
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    throw std::runtime_error("the system gives no random bytes");
  return to_hex(bytes.data(), bytes.size());
}

std::string feed_of(sqlite::Database& database) {
  sqlite::migrate(database, kCatalogueMigrations);
  database.prepare("INSERT OR IGNORE INTO meta VALUES('feed', ?)").with(random_feed()).run();
  auto row = database.prepare("SELECT value FROM meta WHERE name='feed'");
  row.step();
  return row.text(0);
}

FileStamp stamp_at(const sqlite::Statement& row, int column) {
  return {static_cast<std::uint64_t>(row.integer(column)),
          static_cast<std::uint64_t>(row.integer(column + 1)), row.integer(column + 2)};
}

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
    change.listing.modified = Time(std::chrono::milliseconds(row.integer(5) / 1'000'000));
    change.listing.audience = audience_from(row.text(6));
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

}  // namespace

Catalogue::Catalogue(const std::filesystem::path& file)
    : writer_(file, {.durability = sqlite::Durability::full}),
      feed_(feed_of(writer_)),
      readers_(file, 4) {}

std::vector<StoredShare> Catalogue::shares() {
  std::vector<StoredShare> shares;
  auto reader = readers_.take();
  auto row = reader->prepare(
      "SELECT key, name, folder, audience, configured, device, withdrawn FROM shares"
      " ORDER BY name");
  while (row.step())
    shares.push_back({row.integer(0),
                      {row.text(1), row.text(2), audience_from(row.text(3))},
                      row.integer(4) != 0,
                      static_cast<std::uint64_t>(row.integer(5)),
                      row.integer(6) != 0});
  return shares;
}

std::optional<StoredShare> Catalogue::share(const std::string& name) {
  for (auto& share : shares())
    if (share.spec.name == name) return std::move(share);
  return std::nullopt;
}

// Counted again only after a commit: people look every moment, and a share may have a million
// files.
ShareCounts Catalogue::counts(std::int64_t share) {
  const auto commits = commits_.load();
  {
    const std::lock_guard lock(counted_mutex_);
    const auto known = counted_.find(share);
    if (known != counted_.end() && known->second.commits == commits) return known->second.counts;
  }
  auto reader = readers_.take();
  auto row = reader->prepare("SELECT count(*), total(size) FROM files WHERE share=?");
  row.with(share);
  row.step();
  const ShareCounts counts{static_cast<std::uint64_t>(row.integer(0)),
                           static_cast<std::uint64_t>(row.integer(1))};
  const std::lock_guard lock(counted_mutex_);
  counted_.insert_or_assign(share, Counted{commits, counts});
  return counts;
}

void Catalogue::write(const std::function<void(CatalogueWriter&)>& work) {
  bool advanced = false;
  {
    const std::lock_guard lock(mutex_);
    const auto changes = sqlite3_total_changes(writer_.handle());
    CatalogueWriter writer(writer_);
    work(writer);
    advanced = writer.commit();
    if (sqlite3_total_changes(writer_.handle()) != changes) ++commits_;
  }
  if (advanced) wake();
}

void Catalogue::put_share(const ShareSpec& spec, bool configured) {
  const auto known = share(spec.name);
  if (known && known->configured == configured && known->spec.folder == spec.folder &&
      known->spec.audience == spec.audience)
    return;
  write([&](CatalogueWriter& writer) {
    const auto old = writer.find_share(spec.name);
    const auto prefix = spec.name + '/';
    const bool moved = old && old->spec.folder != spec.folder;
    if (moved) writer.drop_all(old->key, prefix);
    auto put = writer.database().prepare(
        "INSERT INTO shares(name, folder, audience, configured) VALUES(?,?,?,?) ON CONFLICT(name)"
        " DO UPDATE SET folder=excluded.folder, audience=excluded.audience,"
        " configured=excluded.configured");
    put.bind(1, spec.name).bind_blob(2, spec.folder.data(), spec.folder.size());
    put.bind(3, text_of(spec.audience)).bind(4, configured).run();
    if (moved)
      writer.database()
          .prepare("UPDATE shares SET device=0, withdrawn=0 WHERE key=?")
          .with(old->key)
          .run();
    else if (old && !old->withdrawn && old->spec.audience != spec.audience)
      writer.renew_all(old->key, prefix);  // every listing carries the audience
  });
}

void Catalogue::remove_share(const std::string& name) {
  write([&](CatalogueWriter& writer) {
    const auto share = writer.find_share(name);
    if (!share) return;
    writer.drop_all(share->key, name + '/');
    writer.database().prepare("DELETE FROM shares WHERE key=?").with(share->key).run();
  });
}

void Catalogue::set_device(std::int64_t share, std::uint64_t device) {
  write([&](CatalogueWriter& writer) {
    writer.database().prepare("UPDATE shares SET device=? WHERE key=?").with(device, share).run();
  });
}

std::optional<ContentId> Catalogue::content(std::int64_t share, const std::string& path,
                                            const FileStamp& stamp) {
  auto reader = readers_.take();
  auto row =
      reader->prepare("SELECT content, inode, size, mtime_ns FROM files WHERE share=? AND path=?");
  row.bind(1, share).bind_blob(2, path.data(), path.size());
  if (!row.step() || stamp_at(row, 1) != stamp) return std::nullopt;
  return row.id<ContentId>(0);
}

void Catalogue::withdraw(std::int64_t share) {
  write([&](CatalogueWriter& writer) {
    const auto prefix = writer.prefix_of(share);
    if (!prefix) return;
    writer.withdraw_all(share, *prefix);
    writer.database().prepare("UPDATE shares SET withdrawn=1 WHERE key=?").with(share).run();
  });
}

void Catalogue::restore(std::int64_t share) {
  write([&](CatalogueWriter& writer) {
    const auto prefix = writer.prefix_of(share);
    if (!prefix) return;
    writer.renew_all(share, *prefix);
    writer.database().prepare("UPDATE shares SET withdrawn=0 WHERE key=?").with(share).run();
  });
}

std::vector<StoredFile> Catalogue::files(std::int64_t share, const std::string& from,
                                         const std::string& upto, std::size_t limit) {
  std::vector<StoredFile> files;
  auto reader = readers_.take();
  auto row = reader->prepare(
      std::string("SELECT path, inode, size, mtime_ns, device, born_ns FROM files WHERE share=?1"
                  " AND path>=?2") +
      (upto.empty() ? "" : " AND path<?4") + " ORDER BY path LIMIT ?3");
  row.bind(1, share).bind_blob(2, from.data(), from.size());
  row.bind(3, static_cast<std::int64_t>(limit));
  if (!upto.empty()) row.bind_blob(4, upto.data(), upto.size());
  while (row.step())
    files.push_back({row.text(0), stamp_at(row, 1), static_cast<std::uint64_t>(row.integer(4)),
                     row.integer(5)});
  return files;
}

void Catalogue::commit(std::int64_t share, const std::vector<HashedFile>& files) {
  if (files.empty()) return;
  write([&](CatalogueWriter& writer) {
    const auto prefix = writer.prefix_of(share);
    if (!prefix) return;
    for (const auto& file : files) {
      writer.put_layer(file.tree);
      writer.put(share, *prefix, {file.path, file.stamp, file.device, file.born_ns},
                 file.tree.content);
    }
  });
}

void Catalogue::remove(std::int64_t share, const std::vector<std::string>& paths) {
  if (paths.empty()) return;
  write([&](CatalogueWriter& writer) {
    const auto prefix = writer.prefix_of(share);
    if (!prefix) return;
    for (const auto& path : paths) writer.drop(share, *prefix, path);
  });
}

std::vector<StoredFile> Catalogue::adopt(std::int64_t share, std::vector<StoredFile> files,
                                         const std::function<bool(const StoredFile&)>& may_be) {
  std::vector<StoredFile> unknown;
  if (files.empty()) return unknown;
  write([&](CatalogueWriter& writer) {
    const auto prefix = writer.prefix_of(share);
    if (!prefix) return;
    for (auto& file : files) {
      if (const auto content = writer.known(file); content && (!may_be || may_be(file)))
        writer.put(share, *prefix, file, *content);
      else
        unknown.push_back(std::move(file));
    }
  });
  return unknown;
}

void Catalogue::renumber_device(std::int64_t share, std::uint64_t from, std::uint64_t to) {
  write([&](CatalogueWriter& writer) {
    writer.database()
        .prepare("UPDATE files SET device=? WHERE share=? AND device=?")
        .with(to, share, from)
        .run();
  });
}

void Catalogue::put_partial(const std::string& id, const PartialListing& listing) {
  write([&](CatalogueWriter& writer) { writer.put_partial(id, listing); });
}

void Catalogue::drop_partial(const std::string& id) {
  write([&](CatalogueWriter& writer) { writer.drop_partial(id); });
}

void Catalogue::drop_all_partial() {
  {
    auto reader = readers_.take();
    auto any = reader->prepare("SELECT 1 FROM partial LIMIT 1");
    if (!any.step()) return;
  }
  drop_partial("");
}

void Catalogue::forget_gone(std::chrono::seconds longer_than) {
  {
    auto reader = readers_.take();
    auto old = reader->prepare("SELECT 1 FROM gone WHERE since<=unixepoch()-? LIMIT 1");
    if (!old.with(longer_than.count()).step()) return;
  }
  write([&](CatalogueWriter& writer) {
    auto old =
        writer.database().prepare("DELETE FROM gone WHERE since<=unixepoch()-? RETURNING content");
    std::vector<ContentId> contents;
    old.with(longer_than.count());
    while (old.step()) contents.push_back(old.id<ContentId>(0));
    old.reset();
    for (const auto& content : contents) writer.forget_unused_layer(content);
  });
}

std::vector<ContentPlace> Catalogue::places(const ContentId& content) {
  std::vector<ContentPlace> places;
  auto reader = readers_.take();
  const auto row = reader->keep(
      "SELECT folder, path, inode, size, mtime_ns, audience FROM files f"
      " CROSS JOIN shares s ON s.key=f.share WHERE content=? LIMIT 64");
  row->with(content);
  while (row->step()) {
    const auto path = row->text(1);
    places.push_back({row->text(0) + '/' + path, shown_name(name_of_path(path)), stamp_at(*row, 2),
                      audience_from(row->text(5))});
  }
  return places;
}

std::optional<MerkleTree> Catalogue::tree(const ContentId& content) {
  auto reader = readers_.take();
  const auto row = reader->keep(
      "SELECT f.size, span, nodes FROM files f LEFT JOIN layers l ON l.content=f.content"
      " WHERE f.content=? LIMIT 1");
  row->with(content);
  if (!row->step()) return std::nullopt;
  MerkleTree tree;
  tree.content = content;
  tree.size = static_cast<std::uint64_t>(row->integer(0));
  if (!row->is_null(1)) {
    tree.span = static_cast<std::uint64_t>(row->integer(1));
    tree.layer = row->view(2);
  } else if (tree.size > 0) {  // a single leaf
    tree.layer.assign(content.bytes.begin(), content.bytes.end());
  }
  return tree;
}

Result<FeedState> Catalogue::state() {
  return sqlite::attempt([&]() -> Result<FeedState> {
    auto reader = readers_.take();
    auto row = reader->prepare(
        "SELECT (SELECT value FROM meta WHERE name='oldest'),"
        " (SELECT value FROM meta WHERE name='latest')");
    row.step();
    return FeedState{feed_, static_cast<Revision>(row.integer(0)),
                     static_cast<Revision>(row.integer(1))};
  });
}

Result<ChangeBatch> Catalogue::changes_after(Revision after, std::size_t limit) {
  return sqlite::attempt([&]() -> Result<ChangeBatch> {
    auto reader = readers_.take();
    reader->execute("BEGIN");  // one state for all that is read here
    struct End {
      sqlite::Database& database;
      ~End() { sqlite3_exec(database.handle(), "COMMIT", nullptr, nullptr, nullptr); }
    } const end{*reader};
    const auto oldest = reader->integer("SELECT value FROM meta WHERE name='oldest'");
    const auto latest = reader->integer("SELECT value FROM meta WHERE name='latest'");
    if ((after != 0 && after < static_cast<Revision>(oldest)) ||
        after > static_cast<Revision>(latest))
      return Error{ErrorCode::conflict,
                   "the catalogue's feed does not reach from revision " + std::to_string(after) +
                       "; start over from 0",
                   {}};
    ChangeBatch batch{feed_, after, static_cast<Revision>(latest), {}};
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

Registration Catalogue::on_advance(std::function<void()> wake) {
  const std::lock_guard lock(wakes_->mutex);
  const auto number = wakes_->next++;
  wakes_->wakes.emplace(number, std::move(wake));
  return Registration([wakes = wakes_, number] {
    const std::lock_guard guard(wakes->mutex);
    wakes->wakes.erase(number);
  });
}

void Catalogue::wake() {
  const std::lock_guard lock(wakes_->mutex);
  for (const auto& [number, call] : wakes_->wakes) call();
}

}  // namespace swapmeet::transfer_swarm
