#include "transfer/swarm/catalogue/gone_files.h"

namespace swapmeet::transfer_swarm {
namespace {

// Times of day are kept in seconds.
std::int64_t seconds_of(Time time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

}  // namespace

GoneFiles::GoneFiles(sqlite::Database& database)
    : database_(database),
      remember_(database,
                "INSERT INTO gone(inode, size, mtime_ns, device, content, since, born_ns, ctime_ns,"
                " checked) SELECT inode, size, mtime_ns, device, content, ?2, born_ns, ctime_ns,"
                " checked FROM files WHERE key=?1 AND device<>0 AND born_ns<>0 AND ctime_ns<>?3"),
      known_(database,
             "SELECT content, checked AND (ctime_ns=0 OR ctime_ns=?6) AS proven FROM files"
             " WHERE inode=?1 AND size=?2 AND mtime_ns=?3 AND device=?4 AND born_ns=?5"
             " AND ctime_ns<>?7 UNION ALL"
             " SELECT content, checked AND (ctime_ns=0 OR ctime_ns=?6) FROM gone"
             " WHERE inode=?1 AND size=?2 AND mtime_ns=?3 AND device=?4 AND born_ns=?5"
             " ORDER BY proven DESC LIMIT 1") {}

void GoneFiles::remember(std::int64_t key, Time now) {
  remember_.with(key, seconds_of(now), kSpoiled).run();
}

std::optional<GoneFiles::Known> GoneFiles::known(const StoredFile& file) {
  if (file.device == 0 || file.stamp.inode == 0 || file.born_ns == 0) return std::nullopt;
  const auto& stamp = file.stamp;
  known_.with(stamp.inode, stamp.size, stamp.mtime_ns, file.device, file.born_ns, stamp.ctime_ns,
              kSpoiled);
  std::optional<Known> known;
  if (known_.step()) known = {known_.id<ContentId>(0), known_.integer(1) != 0};
  known_.reset();
  return known;
}

std::vector<ContentId> GoneFiles::forget(Time time) {
  std::vector<ContentId> contents;
  auto old = database_.prepare("DELETE FROM gone WHERE since<=? RETURNING content");
  old.with(seconds_of(time));
  while (old.step()) contents.push_back(old.id<ContentId>(0));
  return contents;
}

bool GoneFiles::any_gone(sqlite::Database& reader, Time time) {
  auto old = reader.prepare("SELECT 1 FROM gone WHERE since<=? LIMIT 1");
  return old.with(seconds_of(time)).step();
}

}  // namespace swapmeet::transfer_swarm
