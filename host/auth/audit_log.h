// Who did what to whom: what changes accounts, sessions, keys, peers and the host itself, kept in
// DATA/audit.db and said in the log. It is bounded; the oldest entries go.
// Threads: thread-safe; record() waits for the disk.
#pragma once

#include <cstddef>
#include <filesystem>
#include <mutex>
#include <string>

#include "swapmeet/host.h"
#include "swapmeet/sqlite/database.h"
#include "swapmeet/sqlite/upkeep.h"
#include "swapmeet/wire/accounts.h"

namespace swapmeet {

class AuditLog {
 public:
  // Throws sqlite::Failure. The clock must outlive it.
  AuditLog(const std::filesystem::path& data, Clock& clock, Log log, std::size_t most = 100'000);
  static sqlite::KeptDatabase kept_in(const std::filesystem::path& data);

  // Number and time are given here. When the disk fails it stands in the log alone.
  void record(wire::AuditEntry entry);
  // The newest first. `whom`: only what was done to or by this one; empty: all.
  Result<Page<wire::AuditEntry>> list(const PageRequest& page, const std::string& whom);

 private:
  const std::size_t most_;
  Clock& clock_;
  const Log log_;
  std::mutex mutex_;
  sqlite::Database database_;
};

}  // namespace swapmeet
