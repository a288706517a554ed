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
                "INSERT INTO gone(inode, size, mtime_ns, device, content, since, born_ns)"
                " SELECT inode, size, mtime_ns, device, content, ?2, born_ns FROM files"
                " WHERE key=?1 AND device<>0 AND born_ns<>0"),
      known_(database,
             "SELECT content FROM files WHERE inode=?1 AND size=?2 AND mtime_ns=?3 AND device=?4"
             " AND born_ns=?5 UNION ALL"
             " SELECT content FROM gone WHERE inode=?1 AND size=?2 AND mtime_ns=?3 AND device=?4"
             " AND born_ns=?5 LIMIT 1") {}

void GoneFiles::remember(std::int64_t key, Time now) { remember_.with(key, seconds_of(now)).run(); }

std::optional<ContentId> GoneFiles::known(const StoredFile& file) {
  if (file.device == 0 || file.stamp.inode == 0 || file.born_ns == 0) return std::nullopt;
  known_.with(file.stamp.inode, file.stamp.size, file.stamp.mtime_ns, file.device, file.born_ns);
  std::optional<ContentId> content;
  if (known_.step()) content = known_.id<ContentId>(0);
  known_.reset();
  return content;
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
