#include "search/fts/upkeep.h"

#include "search/fts/schema.h"

namespace swapmeet::search_fts {
namespace {

constexpr sqlite::Rule kRules[] = {
    {"SELECT abs(1-count(*)) FROM meta", "rows too many or too few say how far the feed was read"},
    {"SELECT count(*) FROM listings WHERE doc NOT IN (SELECT key FROM docs)",
     "listings have no doc"},
    {"SELECT count(*) FROM listings WHERE peer NOT IN (SELECT key FROM peers)",
     "listings have no peer"},
    {"SELECT count(*) FROM docs WHERE audience<>0 AND audience NOT IN (SELECT key FROM audiences)",
     "docs have no audience"},
    {"SELECT count(*) FROM docs WHERE attributes<>0"
     " AND attributes NOT IN (SELECT key FROM attributes)",
     "docs have attributes that are not there"},
    {"SELECT count(*) FROM attributes a LEFT JOIN"
     " (SELECT attributes, count(*) AS uses FROM docs GROUP BY attributes) d ON d.attributes=a.key"
     " WHERE a.uses<>ifnull(d.uses,0)",
     "attributes are those of another number of docs than is counted for them"},
    {"SELECT count(*) FROM docs d LEFT JOIN"
     " (SELECT doc, count(*) AS uses FROM listings GROUP BY doc) l ON l.doc=d.key"
     " WHERE d.uses<>ifnull(l.uses,0)",
     "docs are listed by another number of peers than is counted for them"},
};

void read(sqlite::Database& database, StoreReport& report) {
  auto row = database.prepare("SELECT feed, revision, (SELECT count(*) FROM docs) FROM meta");
  row.step();
  report.follows = {row.text(0), static_cast<Revision>(row.integer(1))};
  report.notes.push_back("search.db: " + std::to_string(row.integer(2)) +
                         " docs, has followed the registry to revision " +
                         std::to_string(row.integer(1)));
}

}  // namespace

sqlite::KeptStores stores_in(const std::filesystem::path& folder) {
  return sqlite::KeptStores(
      {{.file = folder / "search.db",
        .migrations = kMigrations,
        .rules = kRules,
        .remedy = "remove the file, and it is made again from the registry at the next start",
        .read = read,
        .made_anew = true}});
}

}  // namespace swapmeet::search_fts
