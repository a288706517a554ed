#include "transfer/swarm/catalogue/partial_rows.h"

#include "swapmeet/sqlite/columns.h"

namespace swapmeet::transfer_swarm {
namespace {

std::vector<std::string> paths_of(sqlite::Statement& rows) {
  std::vector<std::string> paths;
  while (rows.step()) paths.push_back(rows.text(0));
  return paths;
}

}  // namespace

bool PartialRows::any() { return database_.integer("SELECT EXISTS (SELECT 1 FROM partial)") != 0; }

void PartialRows::put(const std::string& id, const PartialListing& listing, Time now,
                      Revision revision) {
  const auto since = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  database_.prepare("INSERT INTO partial VALUES(?,?,?,?,?,?,?,?)")
      .with(id, listing.path, listing.content, listing.size, listing.have, since, revision,
            sqlite::audience_text(listing.audience))
      .run();
}

std::vector<std::string> PartialRows::drop(const std::string& id) {
  auto erase = database_.prepare("DELETE FROM partial WHERE id=? RETURNING shown");
  return paths_of(erase.with(id));
}

std::vector<std::string> PartialRows::drop_all() {
  auto erase = database_.prepare("DELETE FROM partial RETURNING shown");
  return paths_of(erase);
}

}  // namespace swapmeet::transfer_swarm
