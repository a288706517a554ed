#include "transfer/swarm/catalogue/catalogue.h"

#include <sqlite3.h>

#include <algorithm>
#include <utility>

#include "swapmeet/listing.h"
#include "swapmeet/sqlite/columns.h"
#include "transfer/swarm/base/shown_name.h"
#include "transfer/swarm/catalogue/catalogue_sql.h"
#include "transfer/swarm/catalogue/catalogue_writer.h"

namespace swapmeet::transfer_swarm {
namespace {

sqlite::Database& migrated(sqlite::Database& database) {
  sqlite::migrate(database, kCatalogueMigrations);
  return database;
}

FileStamp stamp_at(const sqlite::Statement& row, int column) {
  return {static_cast<std::uint64_t>(row.integer(column)),
          static_cast<std::uint64_t>(row.integer(column + 1)), row.integer(column + 2),
          row.integer(column + 3)};
}

bool is_so(const StoredShare& share, const ShareSpec& spec, bool configured) {
  return share.configured == configured && share.spec.folder == spec.folder &&
         share.spec.audience == spec.audience;
}

void put_row(CatalogueWriter& writer, const ShareSpec& spec, bool configured) {
  const auto old = writer.shares().find(spec.name);
  if (old && is_so(*old, spec, configured)) return;
  const auto prefix = spec.name + '/';
  const bool moved = old && old->spec.folder != spec.folder;
  if (moved) writer.drop_all(old->key, prefix);
  writer.shares().put(spec, configured);
  if (moved) {
    writer.shares().set_device(old->key, 0);
    writer.shares().set_withdrawn(old->key, false);
  } else if (old && !old->withdrawn && old->spec.audience != spec.audience) {
    writer.renew_all(old->key, prefix);  // every listing carries the audience
  }
}

void remove_row(CatalogueWriter& writer, const std::string& name) {
  const auto share = writer.shares().find(name);
  if (!share) return;
  writer.drop_all(share->key, name + '/');
  writer.shares().erase(share->key);
}

}  // namespace

Catalogue::Catalogue(const std::filesystem::path& file, Clock& clock)
    : clock_(clock),
      writer_(file, {.durability = sqlite::Durability::full}),
      feed_id_(feed_id(migrated(writer_))),
      readers_(file, 4),
      feed_(feed_id_, readers_) {}

std::vector<StoredShare> Catalogue::shares() {
  auto reader = readers_.take();
  return ShareRows(*reader).all();
}

std::optional<StoredShare> Catalogue::share(const std::string& name) {
  auto reader = readers_.take();
  return ShareRows(*reader).find(name);
}

ShareCounts Catalogue::counts(std::int64_t share) {
  return counted_.of(share, commits_, [&]() -> ShareCounts {
    auto reader = readers_.take();
    auto row = reader->prepare("SELECT count(*), total(size) FROM files WHERE share=?");
    row.with(share);
    row.step();
    return {static_cast<std::uint64_t>(row.integer(0)), static_cast<std::uint64_t>(row.integer(1))};
  });
}

void Catalogue::write(const std::function<void(CatalogueWriter&)>& work) {
  bool advanced = false;
  {
    const std::lock_guard lock(mutex_);
    const auto changes = sqlite3_total_changes(writer_.handle());
    CatalogueWriter writer(writer_, clock_.now());
    work(writer);
    advanced = writer.commit();
    if (sqlite3_total_changes(writer_.handle()) != changes) ++commits_;
  }
  if (advanced) feed_.advance();
}

void Catalogue::write_share(std::int64_t share, const ShareWork& work) {
  write([&](CatalogueWriter& writer) {
    if (const auto prefix = writer.shares().prefix_of(share)) work(writer, *prefix);
  });
}

void Catalogue::put_share(const ShareSpec& spec, bool configured) {
  const auto known = share(spec.name);
  if (known && is_so(*known, spec, configured)) return;
  write([&](CatalogueWriter& writer) { put_row(writer, spec, configured); });
}

void Catalogue::remove_share(const std::string& name) {
  write([&](CatalogueWriter& writer) { remove_row(writer, name); });
}

void Catalogue::set_configured(std::span<const ShareSpec> specs) {
  const auto is_named = [&](const StoredShare& known) {
    return std::any_of(specs.begin(), specs.end(),
                       [&](const ShareSpec& spec) { return spec.name == known.spec.name; });
  };
  write([&](CatalogueWriter& writer) {
    for (const auto& known : writer.shares().all())
      if (known.configured && !is_named(known)) remove_row(writer, known.spec.name);
    for (const auto& spec : specs) put_row(writer, spec, true);
  });
}

void Catalogue::set_device(std::int64_t share, std::uint64_t device) {
  write([&](CatalogueWriter& writer) { writer.shares().set_device(share, device); });
}

void Catalogue::withdraw(std::int64_t share) {
  write_share(share, [&](CatalogueWriter& writer, const std::string& prefix) {
    writer.withdraw_all(share, prefix);
    writer.shares().set_withdrawn(share, true);
  });
}

void Catalogue::restore(std::int64_t share) {
  write_share(share, [&](CatalogueWriter& writer, const std::string& prefix) {
    writer.renew_all(share, prefix);
    writer.shares().set_withdrawn(share, false);
  });
}

std::optional<ContentId> Catalogue::content(std::int64_t share, const std::string& path,
                                            const FileStamp& stamp) {
  auto reader = readers_.take();
  auto row = reader->prepare(
      "SELECT content, inode, size, mtime_ns, ctime_ns FROM files WHERE share=? AND path=?"
      " AND checked");
  row.bind(1, share).bind_blob(2, path.data(), path.size());
  if (!row.step() || !agree(stamp_at(row, 1), stamp)) return std::nullopt;
  return row.id<ContentId>(0);
}

std::vector<StoredFile> Catalogue::files(std::int64_t share, const std::string& from,
                                         const std::string& upto, std::size_t limit) {
  std::vector<StoredFile> files;
  auto reader = readers_.take();
  auto row = reader->prepare(
      std::string("SELECT path, inode, size, mtime_ns, ctime_ns, device, born_ns, checked FROM"
                  " files WHERE share=?1 AND path>=?2") +
      (upto.empty() ? "" : " AND path<?4") + " ORDER BY path LIMIT ?3");
  row.bind(1, share).bind_blob(2, from.data(), from.size());
  row.bind(3, static_cast<std::int64_t>(limit));
  if (!upto.empty()) row.bind_blob(4, upto.data(), upto.size());
  while (row.step())
    files.push_back({row.text(0), stamp_at(row, 1), static_cast<std::uint64_t>(row.integer(5)),
                     row.integer(6), row.integer(7) != 0});
  return files;
}

std::vector<UnreadFile> Catalogue::unread(std::int64_t share, const std::string& reader,
                                          const std::string& after, std::size_t limit) {
  std::vector<UnreadFile> files;
  auto connection = readers_.take();
  auto row = connection->prepare(
      "SELECT path, inode, size, mtime_ns, ctime_ns, device, born_ns, f.content FROM files f"
      " LEFT JOIN attributes a ON a.content=f.content"
      " WHERE share=?1 AND path>?2 AND (a.reader IS NULL OR"
      " a.reader IS NOT (SELECT key FROM readers WHERE version=?3)) ORDER BY path LIMIT ?4");
  row.bind(1, share).bind_blob(2, after.data(), after.size());
  row.bind(3, reader).bind(4, static_cast<std::int64_t>(limit));
  while (row.step())
    files.push_back({{row.text(0), stamp_at(row, 1), static_cast<std::uint64_t>(row.integer(5)),
                      row.integer(6)},
                     row.id<ContentId>(7)});
  return files;
}

void Catalogue::commit(std::int64_t share, const std::vector<HashedFile>& files) {
  if (files.empty()) return;
  write_share(share, [&](CatalogueWriter& writer, const std::string& prefix) {
    for (const auto& file : files) {
      if (!file.was_known) {
        writer.put_layer(file.tree);
        writer.put(share, prefix, {file.path, file.stamp, file.device, file.born_ns},
                   file.tree.content);
      }
      if (file.attributes) writer.put_attributes(file.tree.content, *file.attributes);
    }
  });
}

void Catalogue::remove(std::int64_t share, const std::vector<std::string>& paths) {
  if (paths.empty()) return;
  write_share(share, [&](CatalogueWriter& writer, const std::string& prefix) {
    for (const auto& path : paths) writer.drop(share, prefix, path);
  });
}

std::vector<StoredFile> Catalogue::adopt(std::int64_t share, std::vector<StoredFile> files,
                                         const std::function<bool(const StoredFile&)>& may_be) {
  std::vector<StoredFile> unknown;
  if (files.empty()) return unknown;
  write_share(share, [&](CatalogueWriter& writer, const std::string& prefix) {
    for (auto& file : files)
      if (!writer.adopt(share, prefix, file, may_be)) unknown.push_back(std::move(file));
  });
  return unknown;
}

void Catalogue::restamp(std::int64_t share, const std::vector<StoredFile>& files) {
  if (files.empty()) return;
  write([&](CatalogueWriter& writer) {
    for (const auto& file : files) writer.restamp(share, file);
  });
}

void Catalogue::spoil(std::int64_t share, const std::string& path) {
  write([&](CatalogueWriter& writer) {
    auto spoil = writer.database().prepare("UPDATE files SET ctime_ns=? WHERE share=? AND path=?");
    spoil.bind(1, kSpoiled).bind(2, share).bind_blob(3, path.data(), path.size()).run();
  });
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
    if (!PartialRows(*reader).any()) return;
  }
  write([&](CatalogueWriter& writer) { writer.drop_all_partial(); });
}

void Catalogue::forget_gone(std::chrono::seconds longer_than) {
  const auto since = clock_.now() - longer_than;
  {
    auto reader = readers_.take();
    if (!GoneFiles::any_gone(*reader, since)) return;
  }
  write([&](CatalogueWriter& writer) { writer.forget_gone(since); });
}

std::vector<ContentPlace> Catalogue::places(const ContentId& content) {
  std::vector<ContentPlace> places;
  auto reader = readers_.take();
  const auto row = reader->keep(
      "SELECT folder, path, inode, size, mtime_ns, ctime_ns, audience FROM files f"
      " CROSS JOIN shares s ON s.key=f.share WHERE content=? LIMIT 64");
  row->with(content);
  while (row->step()) {
    const auto path = row->text(1);
    places.push_back({row->text(0) + '/' + path, shown_name(name_of_path(path)), stamp_at(*row, 2),
                      sqlite::audience_from(row->text(6))});
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

}  // namespace swapmeet::transfer_swarm
