#include "transfer/swarm/catalogue/catalogue_writer.h"

#include <sqlite3.h>

#include <algorithm>
#include <vector>

#include "swapmeet/sqlite/columns.h"
#include "transfer/swarm/base/shown_name.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::int64_t kMostRemoved = 100'000;

Revision latest_of(sqlite::Database& database) {
  return static_cast<Revision>(database.integer("SELECT value FROM meta WHERE name='latest'"));
}

}  // namespace

CatalogueWriter::CatalogueWriter(sqlite::Database& database, Time now)
    : database_(database),
      now_(now),
      transaction_(database),
      shares_(database),
      gone_(database),
      partial_(database),
      began_(latest_of(database)),
      latest_(began_),
      any_removed_(database.integer("SELECT EXISTS (SELECT 1 FROM removed)") != 0),
      find_(database,
            "SELECT key, content, inode, size, mtime_ns, revision FROM files"
            " WHERE share=? AND path=?"),
      insert_(database,
              "INSERT INTO files(share, path, inode, size, mtime_ns, device, content, revision,"
              " born_ns, ctime_ns, checked) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)"
              " ON CONFLICT(share, path) DO NOTHING"),
      replace_(database,
               "UPDATE files SET inode=?3, size=?4, mtime_ns=?5, device=?6, content=?7,"
               " revision=?8, born_ns=?9, ctime_ns=?10, checked=?11 WHERE share=?1 AND path=?2"),
      restamp_(database, "UPDATE files SET ctime_ns=?3 WHERE share=?1 AND path=?2 AND ctime_ns=0"),
      layer_(database, "INSERT OR IGNORE INTO layers VALUES(?,?,?,?)"),
      unremove_(database, "DELETE FROM removed WHERE shown=?"),
      remove_(database, "INSERT OR REPLACE INTO removed VALUES(?,?)"),
      erase_(database, "DELETE FROM files WHERE key=?"),
      forget_layer_(database,
                    "DELETE FROM layers WHERE content=?1"
                    " AND NOT EXISTS (SELECT 1 FROM files WHERE content=?1)"
                    " AND NOT EXISTS (SELECT 1 FROM gone WHERE content=?1)"),
      forget_attributes_(database,
                         "DELETE FROM attributes WHERE content=?1"
                         " AND NOT EXISTS (SELECT 1 FROM files WHERE content=?1)"
                         " AND NOT EXISTS (SELECT 1 FROM gone WHERE content=?1)") {}

void CatalogueWriter::bind(sqlite::Statement& row, std::int64_t share, const StoredFile& file,
                           const ContentId& content, Revision revision) {
  row.reset();
  row.bind(1, share).bind_blob(2, file.path.data(), file.path.size());
  row.bind(3, static_cast<std::int64_t>(file.stamp.inode));
  row.bind(4, static_cast<std::int64_t>(file.stamp.size)).bind(5, file.stamp.mtime_ns);
  row.bind(6, static_cast<std::int64_t>(file.device));
  row.bind_blob(7, content.bytes.data(), content.bytes.size());
  row.bind(8, static_cast<std::int64_t>(revision)).bind(9, file.born_ns);
  row.bind(10, file.stamp.ctime_ns).bind(11, file.checked).run();
}

void CatalogueWriter::put(std::int64_t share, const std::string& prefix, const StoredFile& file,
                          const ContentId& content) {
  bind(insert_, share, file, content, latest_ + 1);
  if (sqlite3_changes(database_.handle()) > 0)
    next();
  else
    replace(share, file, content);
  if (any_removed_ || removed_) unremove_.with(prefix + shown_name(file.path)).run();
}

// One that was read again and is the same, to whoever looks at its listing, keeps its revision.
void CatalogueWriter::replace(std::int64_t share, const StoredFile& file,
                              const ContentId& content) {
  find_.reset();
  find_.bind(1, share).bind_blob(2, file.path.data(), file.path.size());
  if (!find_.step()) return;
  const auto before = find_.id<ContentId>(1);
  const bool same = before == content && find_.integer(4) == file.stamp.mtime_ns;
  const auto revision = find_.integer(5);
  find_.reset();
  bind(replace_, share, file, content,
       same && revision > 0 ? static_cast<Revision>(revision) : next());
  if (before != content) forget(before);
}

bool CatalogueWriter::adopt(std::int64_t share, const std::string& prefix, StoredFile file,
                            const std::function<bool(const StoredFile&)>& may_be) {
  const auto known = gone_.known(file);
  if (!known) return false;
  find_.reset();
  find_.bind(1, share).bind_blob(2, file.path.data(), file.path.size());
  // One that was here before has not moved: something was done to it.
  const bool is_here = find_.step() &&
                       static_cast<std::uint64_t>(find_.integer(2)) == file.stamp.inode &&
                       static_cast<std::uint64_t>(find_.integer(3)) == file.stamp.size &&
                       find_.integer(4) == file.stamp.mtime_ns;
  find_.reset();
  if (is_here || (may_be && !may_be(file))) return false;
  file.checked = known->checked;
  put(share, prefix, file, known->content);
  return known->checked;
}

void CatalogueWriter::restamp(std::int64_t share, const StoredFile& file) {
  restamp_.reset();
  restamp_.bind(1, share).bind_blob(2, file.path.data(), file.path.size());
  restamp_.bind(3, file.stamp.ctime_ns).run();
}

// A file of one leaf has no layer: its content id is the leaf.
void CatalogueWriter::put_layer(const MerkleTree& tree) {
  if (tree.size <= kLeafSize) return;
  layer_.reset();
  layer_.bind_blob(1, tree.content.bytes.data(), tree.content.bytes.size());
  layer_.bind(2, static_cast<std::int64_t>(tree.size));
  layer_.bind(3, static_cast<std::int64_t>(tree.span));
  layer_.bind_blob(4, tree.layer.data(), tree.layer.size()).run();
}

void CatalogueWriter::forget(const ContentId& content) {
  forget_layer_.with(content).run();
  forget_attributes_.with(content).run();
}

std::int64_t CatalogueWriter::reader_key(const std::string& version) {
  if (last_reader_key_ != 0 && version == last_reader_) return last_reader_key_;
  database_.keep("INSERT OR IGNORE INTO readers(version) VALUES(?)")->with(version).run();
  auto row = database_.keep("SELECT key FROM readers WHERE version=?");
  row->with(version);
  row->step();
  last_reader_ = version;
  return last_reader_key_ = row->integer(0);
}

void CatalogueWriter::put_attributes(const ContentId& content, const ReadAttributes& read) {
  const auto text = sqlite::attributes_text(read.attributes);
  bool is_new = !text.empty();
  {
    auto old = database_.keep("SELECT text FROM attributes WHERE content=?");
    old->with(content);
    if (old->step()) is_new = old->view(0) != text;
  }
  database_.keep("INSERT OR REPLACE INTO attributes VALUES(?,?,?)")
      ->with(content, reader_key(read.reader), text)
      .run();
  if (is_new) renew(content);
}

void CatalogueWriter::renew(const ContentId& content) {
  std::vector<std::int64_t> keys;
  {
    auto row = database_.keep("SELECT key FROM files WHERE content=? AND revision>0");
    row->with(content);
    while (row->step()) keys.push_back(row->integer(0));
  }
  for (const auto key : keys)
    database_.keep("UPDATE files SET revision=? WHERE key=?")->with(next(), key).run();
}

void CatalogueWriter::drop(std::int64_t share, const std::string& prefix, const std::string& path) {
  find_.reset();
  find_.bind(1, share).bind_blob(2, path.data(), path.size());
  if (!find_.step()) return;
  const auto key = find_.integer(0);
  const auto content = find_.id<ContentId>(1);
  find_.reset();
  gone_.remember(key, now_);
  erase_.with(key).run();
  forget(content);  // if it is not remembered
  // One that is listed under the same name, now that it can be, is news.
  if (const auto twin = twin_of(path); !twin.empty()) {
    find_.reset();
    find_.bind(1, share).bind_blob(2, twin.data(), twin.size());
    const auto other = find_.step() ? find_.integer(0) : 0;
    find_.reset();
    if (other != 0) {
      database_.keep("UPDATE files SET revision=? WHERE key=?")->with(next(), other).run();
      return;
    }
  }
  remove_.with(prefix + shown_name(path), next()).run();
  removed_ = true;
}

void CatalogueWriter::renew_all(std::int64_t share, const std::string& prefix) {
  auto renew = database_.prepare("UPDATE files SET revision=? WHERE key=?");
  for_each_file(share, [&](std::int64_t key, const std::string& path) {
    renew.with(next(), key).run();
    unremove_.with(prefix + shown_name(path)).run();
  });
}

void CatalogueWriter::withdraw_all(std::int64_t share, const std::string& prefix) {
  for_each_file(share, [&](std::int64_t, const std::string& path) {
    remove_.with(prefix + shown_name(path), next()).run();
  });
  database_.prepare("UPDATE files SET revision=-revision WHERE share=? AND revision>0")
      .with(share)
      .run();
  removed_ = true;
}

void CatalogueWriter::drop_all(std::int64_t share, const std::string& prefix) {
  std::vector<std::string> paths;
  for_each_file(share, [&](std::int64_t, const std::string& path) { paths.push_back(path); });
  for (const auto& path : paths) drop(share, prefix, path);
}

void CatalogueWriter::put_partial(const std::string& id, const PartialListing& listing) {
  drop_partial(id);
  partial_.put(id, listing, now_, next());
  unremove_.with(listing.path).run();
}

void CatalogueWriter::drop_partial(const std::string& id) { tell_removed(partial_.drop(id)); }

void CatalogueWriter::drop_all_partial() { tell_removed(partial_.drop_all()); }

void CatalogueWriter::tell_removed(const std::vector<std::string>& paths) {
  for (const auto& path : paths) remove_.with(path, next()).run();
  removed_ = removed_ || !paths.empty();
}

void CatalogueWriter::forget_gone(Time since) {
  for (const auto& content : gone_.forget(since)) forget(content);
}

bool CatalogueWriter::commit() {
  if (removed_) forget_old_removals();
  if (latest_ != began_)
    database_.prepare("UPDATE meta SET value=? WHERE name='latest'").with(latest_).run();
  transaction_.commit();
  return latest_ != began_;
}

void CatalogueWriter::for_each_file(std::int64_t share, const Each& each) {
  auto row = database_.prepare("SELECT key, path FROM files WHERE share=? ORDER BY path");
  row.with(share);
  while (row.step()) each(row.integer(0), row.text(1));
}

// A follower that stands before what is forgotten here must start over. That is cheaper for it than
// the removals, once these outnumber the files.
void CatalogueWriter::forget_old_removals() {
  const auto removed = database_.integer("SELECT count(*) FROM removed");
  if (removed <= kMostRemoved || removed <= database_.integer("SELECT count(*) FROM files")) return;
  const auto revision =
      database_.integer("SELECT revision FROM removed ORDER BY revision DESC LIMIT 1 OFFSET 50000");
  database_.prepare("DELETE FROM removed WHERE revision<=?").with(revision).run();
  database_.prepare("UPDATE meta SET value=? WHERE name='oldest'").with(revision).run();
}

}  // namespace swapmeet::transfer_swarm
