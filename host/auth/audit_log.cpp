#include "host/auth/audit_log.h"

#include <charconv>
#include <utility>

namespace swapmeet {
namespace {

constexpr const char* kAuditMigrations[] = {R"sql(
CREATE TABLE entries(
  number INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, who TEXT NOT NULL,
  address TEXT NOT NULL, what TEXT NOT NULL, whom TEXT NOT NULL, detail TEXT NOT NULL);
)sql"};

constexpr const char* kAuditFile = "audit.db";
constexpr const char* kAuditRemedy =
    "stop the host and restore the file from a backup, or remove it: the record of who did what is "
    "lost then, and nothing else";

}  // namespace

AuditLog::AuditLog(const std::filesystem::path& data, Clock& clock, Log log, std::size_t most)
    : most_(most),
      clock_(clock),
      log_(std::move(log)),
      database_(data / kAuditFile, {.cache_kib = 256, .remedy = kAuditRemedy}) {
  sqlite::migrate(database_, kAuditMigrations);
}

sqlite::KeptDatabase AuditLog::kept_in(const std::filesystem::path& data) {
  return {.file = data / kAuditFile, .migrations = kAuditMigrations, .remedy = kAuditRemedy};
}

void AuditLog::record(wire::AuditEntry entry) {
  log_(LogLevel::info, "audit",
       {{"who", entry.who.empty() ? "(guest)" : entry.who},
        {"address", entry.address},
        {"what", entry.what},
        {"whom", entry.whom},
        {"detail", entry.detail}});
  const std::lock_guard lock(mutex_);
  const auto kept = sqlite::attempt([&]() -> Result<void> {
    sqlite::Transaction transaction(database_);
    database_.keep("INSERT INTO entries(at, who, address, what, whom, detail) VALUES(?,?,?,?,?,?)")
        ->with(clock_.now().time_since_epoch().count(), entry.who, entry.address, entry.what,
               entry.whom, entry.detail)
        .run();
    database_.keep("DELETE FROM entries WHERE number<=?")
        ->with(database_.last_insert_id() - static_cast<std::int64_t>(most_))
        .run();
    transaction.commit();
    return {};
  });
  if (!kept)
    log_(LogLevel::warning, "the audit log does not keep what was done",
         {{"why", kept.error().message}});
}

Result<Page<wire::AuditEntry>> AuditLog::list(const PageRequest& page, const std::string& whom) {
  std::int64_t before = INT64_MAX;
  if (!page.after.empty()) {
    const auto* const end = page.after.data() + page.after.size();
    const auto [at, error] = std::from_chars(page.after.data(), end, before);
    if (error != std::errc{} || at != end)
      return invalid_argument("after is none of what an earlier page gave as next");
  }
  const std::lock_guard lock(mutex_);
  return sqlite::attempt([&]() -> Result<Page<wire::AuditEntry>> {
    Page<wire::AuditEntry> found;
    auto row = database_.prepare(
        "SELECT number, at, who, address, what, whom, detail FROM entries WHERE number<? AND "
        "(?='' OR who=? OR whom=?) ORDER BY number DESC LIMIT ?");
    row.with(before, whom, whom, whom, static_cast<std::int64_t>(page.limit) + 1);
    while (row.step()) {
      if (found.items.size() == page.limit) {
        found.next = std::to_string(found.items.back().number);
        break;
      }
      found.items.push_back({.number = static_cast<std::uint64_t>(row.integer(0)),
                             .at = Time(std::chrono::milliseconds(row.integer(1))),
                             .who = row.text(2),
                             .address = row.text(3),
                             .what = row.text(4),
                             .whom = row.text(5),
                             .detail = row.text(6)});
    }
    return found;
  });
}

}  // namespace swapmeet
