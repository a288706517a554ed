#include "swapmeet/sqlite/upkeep.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <system_error>

namespace swapmeet::sqlite {
namespace {

constexpr const char* kMostFindings = "20";  // of one file; the first ones say enough

void check_pages(Database& database, std::vector<std::string>& problems) {
  Statement rows(database, std::string("PRAGMA integrity_check(") + kMostFindings + ")");
  while (rows.step())
    if (rows.view(0) != "ok") problems.push_back("is damaged: " + rows.text(0));
}

void check_references(Database& database, std::vector<std::string>& problems) {
  const auto dangling = database.integer("SELECT count(*) FROM pragma_foreign_key_check");
  if (dangling > 0)
    problems.push_back(std::to_string(dangling) + " rows refer to others that are not there");
}

constexpr std::size_t kMostNamed = 5;  // rows that break one rule

// ": this one, that one, …"; nothing when the rule names none.
std::string names_of_first(Database& database, const Rule& rule, std::int64_t count) {
  if (!rule.first) return {};
  Statement row(database, rule.first);
  std::string names;
  std::size_t named = 0;
  for (; named < kMostNamed && row.step(); ++named)
    names.append(names.empty() ? ": " : ", ").append(row.view(0));
  if (static_cast<std::int64_t>(named) < count) names += ", …";
  return names;
}

// A rule that cannot be asked of what is there says so and keeps none of the others from it.
void check_rules(Database& database, std::span<const Rule> rules,
                 std::vector<std::string>& problems) {
  for (const auto& rule : rules) {
    const auto asked = attempt([&]() -> Result<void> {
      if (const auto count = database.integer(rule.sql); count > 0)
        problems.push_back(std::to_string(count) + ' ' + rule.broken +
                           names_of_first(database, rule, count));
      return {};
    });
    if (!asked)
      problems.push_back(std::string("it cannot be told whether ") + rule.broken + ": " +
                         asked.error().message);
  }
}

// Whether the rules can be asked of it.
bool check_version(Database& database, std::size_t newest, std::vector<std::string>& problems,
                   std::vector<std::string>& notes) {
  const auto version = static_cast<std::size_t>(database.integer("PRAGMA user_version"));
  const auto known =
      "schema version " + std::to_string(version) + ", this program's is " + std::to_string(newest);
  if (version > newest)
    problems.push_back(known + ": it was written by a newer version; use that one");
  else if (version < newest)
    notes.push_back(known + ": it is brought up to date at the next start");
  return version == newest;
}

[[noreturn]] void fail(const std::filesystem::path& file, const char* doing, int error) {
  throw Failure(error == ENOSPC ? SQLITE_FULL : SQLITE_IOERR,
                file.string() + ": " + doing + ": " + std::strerror(error));
}

// The file, and that it is in its folder.
void sync(const std::filesystem::path& path) {
  for (const auto& one : {path, path.parent_path()}) {
    const int descriptor = ::open(one.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) fail(one, "cannot be opened", errno);
    const int synced = ::fsync(descriptor);
    const int error = errno;
    ::close(descriptor);
    if (synced != 0) fail(one, "cannot be synced", error);
  }
}

struct Target {
  explicit Target(const std::filesystem::path& file) {
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    const int opened = sqlite3_open_v2(file.c_str(), &handle, flags, nullptr);
    if (opened != SQLITE_OK) throw Failure(opened, file.string() + ": cannot be made");
  }
  ~Target() { sqlite3_close(handle); }
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;
  sqlite3* handle = nullptr;
};

// As it is at one moment: all pages in one step are one read transaction.
void copy_database(const std::filesystem::path& file, const std::filesystem::path& copy) {
  {
    Database source(file, {.read_only = true});
    const Target target(copy);
    auto* backup = sqlite3_backup_init(target.handle, "main", source.handle(), "main");
    if (!backup) throw Failure(SQLITE_ERROR, copy.string() + ": " + sqlite3_errmsg(target.handle));
    const int copied = sqlite3_backup_step(backup, -1);
    sqlite3_backup_finish(backup);
    if (copied != SQLITE_DONE)
      throw Failure(copied, copy.string() + " cannot be written: " + sqlite3_errstr(copied));
  }
  sync(copy);
}

void copy_plain_file(const std::filesystem::path& file, const std::filesystem::path& copy) {
  std::error_code error;
  std::filesystem::copy_file(file, copy, error);  // the mode comes along
  if (error) fail(copy, "cannot be written", error.value());
  sync(copy);
}

void verify_one(const KeptDatabase& kept, StoreReport& report) {
  const auto name = kept.file.filename().string();
  if (!std::filesystem::exists(kept.file)) {
    report.notes.push_back(name + " is not there yet: it is made when it is needed");
    return;
  }
  std::vector<std::string> problems;
  std::vector<std::string> notes;
  Database database(kept.file, {.read_only = true, .cache_kib = 64 * 1024, .remedy = kept.remedy});
  check_pages(database, problems);
  const bool is_newest = check_version(database, kept.migrations.size(), problems, notes);
  if (problems.empty()) check_references(database, problems);
  if (problems.empty() && is_newest) check_rules(database, kept.rules, problems);
  if (problems.empty() && is_newest && kept.read) kept.read(database, report);
  const auto named = name + ": ";
  const auto remedy = ". What to do: " + kept.remedy;
  for (const auto& problem : problems)
    report.problems.emplace_back(named).append(problem).append(remedy);
  for (const auto& note : notes) report.notes.push_back(named + note);
}

// A database says in its head how many pages it has (file format, 1.3). What is not in the file may
// be in the log beside it.
bool is_cut_short(const std::filesystem::path& file) {
  auto log = file;
  log += "-wal";
  std::error_code error;
  if (std::filesystem::file_size(log, error) > 0 && !error) return false;
  unsigned char head[100];
  std::ifstream in(file, std::ios::binary);
  if (!in.read(reinterpret_cast<char*>(head), sizeof head)) return true;
  if (std::memcmp(head, "SQLite format 3", 16) != 0) return false;  // whoever reads it says so
  const auto number = [&](std::size_t at) {
    return (std::uint64_t{head[at]} << 24) | (std::uint64_t{head[at + 1]} << 16) |
           (std::uint64_t{head[at + 2]} << 8) | head[at + 3];
  };
  std::uint64_t page = (std::uint64_t{head[16]} << 8) | head[17];
  if (page == 1) page = 65536;
  const bool is_valid = number(24) == number(92);  // else an old program wrote it last
  return is_valid && std::filesystem::file_size(file, error) < page * number(28);
}

KeptFile state_of(const KeptDatabase& kept) {
  KeptFile state{.file = kept.file, .made_anew = kept.made_anew};
  std::error_code error;
  const auto size = std::filesystem::file_size(kept.file, error);
  if (error || size == 0) return state;
  if (is_cut_short(kept.file)) {
    state.problem = "is shorter than it says itself";
    return state;
  }
  const auto read = attempt([&]() -> Result<std::int64_t> {
    return Database(kept.file, {.read_only = true}).integer("PRAGMA application_id");
  });
  if (!read)
    state.problem = "cannot be read (" + read.error().message + ")";
  else if (*read != 0)
    state.id = std::to_string(*read);
  return state;
}

}  // namespace

Result<StoreReport> KeptStores::verify() {
  StoreReport report;
  for (const auto& kept : databases_) {
    const auto verified = attempt([&]() -> Result<void> {
      verify_one(kept, report);
      return {};
    });
    if (!verified) report.problems.push_back(verified.error().message);
  }
  return report;
}

Result<void> KeptStores::back_up(const std::filesystem::path& folder) {
  return attempt([&]() -> Result<void> {
    for (const auto& kept : databases_)
      if (std::filesystem::exists(kept.file))
        copy_database(kept.file, folder / kept.file.filename());
    for (const auto& file : files_)
      if (std::filesystem::exists(file)) copy_plain_file(file, folder / file.filename());
    return {};
  });
}

Result<std::vector<KeptFile>> KeptStores::kept() {
  std::vector<KeptFile> files;
  for (const auto& database : databases_) files.push_back(state_of(database));
  for (const auto& file : files_) files.push_back({.file = file});
  return files;
}

}  // namespace swapmeet::sqlite
