#include "registry/sqlite/upkeep.h"

#include "registry/sqlite/schema.h"
#include "swapmeet/listing.h"

namespace swapmeet::registry_sqlite {
namespace {

#define LARGEST_FILE "1125899906842624"  // kLargestFile, where SQL is put together
static_assert(kLargestFile == 1125899906842624);

constexpr sqlite::Rule kRules[] = {
    {"SELECT 4-count(*) FROM meta WHERE name IN ('feed','latest','oldest','contents_upto')",
     "of the numbers that the feed needs are missing"},
    {"SELECT count(*) FROM meta WHERE name IN ('oldest','contents_upto')"
     " AND value>(SELECT value FROM meta WHERE name='latest')",
     "numbers of the feed are above its latest revision"},
    {"SELECT count(*) FROM listings WHERE revision>(SELECT value FROM meta WHERE name='latest')",
     "listings have a revision above the feed's latest"},
    {"SELECT count(*) FROM removed WHERE revision>(SELECT value FROM meta WHERE name='latest')",
     "removals have a revision above the feed's latest"},
    {"SELECT count(*) FROM peers WHERE flipped>(SELECT value FROM meta WHERE name='latest')",
     "peers have a revision above the feed's latest"},
    {"SELECT count(*) FROM removed WHERE revision IN (SELECT revision FROM listings)"
     " OR revision IN (SELECT flipped FROM peers)",
     "removals share their revision with another change"},
    {"SELECT count(*) FROM peers WHERE flipped IN (SELECT revision FROM listings)",
     "peers share their revision with another change"},
    {"SELECT count(*) FROM removed r JOIN peers p ON p.id=r.peer"
     " JOIN listings l ON l.peer=p.key AND l.path=r.path",
     "listings are told as removed and are there"},
    {"SELECT count(*) FROM listings WHERE size<0 OR size>" LARGEST_FILE,
     "listings have a size that no file has (above 1 PiB); `swapmeet peer forget PEER` removes "
     "them",
     "SELECT ''''||l.path||''' of the peer '||lower(hex(p.id))||' with '||l.size||' bytes'"
     " FROM listings l JOIN peers p ON p.key=l.peer WHERE l.size<0 OR l.size>" LARGEST_FILE},
    // A total is a floating-point number: whole below 2^53, and above that close.
    {"SELECT count(*) FROM peers p LEFT JOIN"
     " (SELECT peer, count(*) AS files, min(total(max(size,0)),4611686018427387904.0) AS bytes"
     " FROM listings GROUP BY peer) l"
     " ON l.peer=p.key WHERE p.files<>ifnull(l.files,0)"
     " OR abs(p.bytes-ifnull(l.bytes,0.0))>CASE WHEN l.bytes>9e15 THEN l.bytes/1e6 ELSE 0 END",
     "peers have another number of files or bytes than is counted for them"},
    {"SELECT count(*) FROM peers p LEFT JOIN"
     " (SELECT peer, sum(files) AS files FROM share_tallies GROUP BY peer) t ON t.peer=p.key"
     " WHERE p.files<>ifnull(t.files,0)",
     "peers have another number of files by share than in all"},
    {"SELECT count(*) FROM peers p LEFT JOIN"
     " (SELECT peer, sum(files) AS files FROM folders WHERE parent=0 GROUP BY peer) t"
     " ON t.peer=p.key WHERE p.files<>ifnull(t.files,0)",
     "peers have another number of files by folder than in all"},
    {"SELECT count(*) FROM contents c WHERE NOT EXISTS"
     " (SELECT 1 FROM listings l WHERE l.revision=c.revision"
     " AND substr(l.content,1,8)=c.prefix)",
     "entries of the index of contents are of listings that are not there"},
    {"SELECT count(*) FROM listings l"
     " WHERE l.revision<=(SELECT value FROM meta WHERE name='contents_upto') AND NOT EXISTS"
     " (SELECT 1 FROM contents c WHERE c.prefix=substr(l.content,1,8)"
     " AND c.revision=l.revision)",
     "listings are missing in the index of contents"},
};

void read(sqlite::Database& database, StoreReport& report) {
  auto row = database.prepare(
      "SELECT (SELECT value FROM meta WHERE name='feed'),"
      " (SELECT value FROM meta WHERE name='oldest'),"
      " (SELECT value FROM meta WHERE name='latest'), count(*), total(files) FROM peers");
  row.step();
  report.feed = {row.text(0), static_cast<Revision>(row.integer(1)),
                 static_cast<Revision>(row.integer(2))};
  report.notes.push_back("registry.db: " + std::to_string(row.integer(3)) + " peers, " +
                         std::to_string(row.integer(4)) + " listings, the feed is at revision " +
                         std::to_string(row.integer(2)));
}

}  // namespace

sqlite::KeptStores stores_in(const std::filesystem::path& folder) {
  return sqlite::KeptStores(
      {{.file = folder / "registry.db",
        .migrations = kMigrations,
        .rules = kRules,
        .remedy = "restore the data folder from a backup, or remove the file and run "
                  "`swapmeet check --data --accept-loss`: peers that run register and announce "
                  "again by themselves",
        .read = read}});
}

}  // namespace swapmeet::registry_sqlite
