#include "search/fts/loading.h"

#include <string>
#include <unordered_map>
#include <unordered_set>

#include "swapmeet/listing.h"
#include "swapmeet/query.h"
#include "swapmeet/sqlite/columns.h"

namespace swapmeet::search_fts {
namespace {

// A doc, a peer and an audience take more than this in the file, which never shrinks, and their
// keys are given without gaps.
constexpr std::int64_t kLeastRow = 16;  // bytes

class Loading {
 public:
  Loading(sqlite::Database& database, DocTable& table)
      : database_(database),
        table_(table),
        most_(database.integer("PRAGMA page_count") * database.integer("PRAGMA page_size") /
              kLeastRow) {}

  void audiences() {
    auto row = database_.prepare("SELECT key, text FROM audiences");
    while (row.step()) {
      const auto key = new_key(row, "an audience");
      table_.set_audience(key, sqlite::audience_from(row.view(1)));
      audiences_.insert(key);
    }
  }

  void peers() {
    auto row = database_.prepare("SELECT key, id, name, present FROM peers");
    while (row.step()) {
      const auto key = new_key(row, "a peer");
      table_.set_peer(key, row.id<PeerId>(1), fold(row.view(2)), row.integer(3) != 0);
      peers_.insert(key);
    }
  }

  void attributes() {
    auto row = database_.prepare("SELECT key FROM attributes");
    while (row.step()) attributes_.insert(new_key(row, "a set of attributes"));
  }

  void docs() {
    std::unordered_map<ContentId, DocKey> contents;
    auto row = database_.prepare(
        "SELECT key, content, path, audience, size, modified, attributes FROM docs");
    while (row.step()) {
      NewDoc doc;
      doc.key = new_key(row, "a doc");
      if (table_.doc(doc.key).content != 0) database_.damaged("a doc is there twice");
      doc.content = row.id<ContentId>(1);
      doc.name = name_of_path(row.view(2));
      doc.audience = known(row.integer(3), audiences_, "a doc is for an audience");
      doc.size = row.integer(4);
      doc.modified = row.integer(5);
      if (const auto key = row.integer(6); key != 0)
        doc.attributes = known(key, attributes_, "a doc has attributes");
      const auto [first, is_new] = contents.try_emplace(doc.content, doc.key);
      if (!is_new) doc.same_content = first->second;
      table_.add(doc);
    }
  }

  void listings() {
    auto row = database_.prepare("SELECT doc, peer FROM listings");
    while (row.step()) {
      const auto doc = row.integer(0);
      if (doc < 1 || doc >= table_.end() || table_.doc(static_cast<DocKey>(doc)).content == 0)
        database_.damaged("a listing is of a doc that is not there");
      table_.list(static_cast<DocKey>(doc),
                  known(row.integer(1), peers_, "a listing is of a peer"));
    }
  }

 private:
  std::uint32_t new_key(const sqlite::Statement& row, const std::string& whose) const {
    const auto key = row.integer(0);
    if (key < 1 || key > most_) database_.damaged(whose + " has the key " + std::to_string(key));
    return static_cast<std::uint32_t>(key);
  }

  std::uint32_t known(std::int64_t key, const std::unordered_set<std::int64_t>& keys,
                      const std::string& what) const {
    if (!keys.contains(key)) database_.damaged(what + " that is not there");
    return static_cast<std::uint32_t>(key);
  }

  sqlite::Database& database_;
  DocTable& table_;
  const std::int64_t most_;
  std::unordered_set<std::int64_t> audiences_;
  std::unordered_set<std::int64_t> attributes_;
  std::unordered_set<std::int64_t> peers_;
};

}  // namespace

void load(sqlite::Database& database, DocTable& table) {
  const sqlite::Snapshot snapshot(database);
  Loading loading(database, table);
  loading.audiences();
  loading.peers();
  loading.attributes();
  loading.docs();
  loading.listings();
}

}  // namespace swapmeet::search_fts
