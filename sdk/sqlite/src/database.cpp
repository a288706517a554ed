#include "swapmeet/sqlite/database.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <utility>

#include "swapmeet/random.h"

namespace swapmeet::sqlite {

Error Failure::error() const {
  switch (code_ & 0xff) {
    case SQLITE_FULL: return no_space(what());
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return corrupt(what());
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return unavailable(what());
    default: return internal_error(what());
  }
}

Statement::Statement(Database& database, std::string_view sql) : database_(&database) {
  if (sqlite3_prepare_v3(database.handle(), sql.data(), static_cast<int>(sql.size()),
                         SQLITE_PREPARE_PERSISTENT, &statement_, nullptr) != SQLITE_OK)
    database.fail("preparing '" + std::string(sql) + "'");
}

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_), statement_(std::exchange(other.statement_, nullptr)) {}

Statement& Statement::operator=(Statement&& other) noexcept {
  if (this != &other) {
    sqlite3_finalize(statement_);
    database_ = other.database_;
    statement_ = std::exchange(other.statement_, nullptr);
  }
  return *this;
}

Statement& Statement::bind(int index, std::int64_t value) {
  if (sqlite3_bind_int64(statement_, index, value) != SQLITE_OK) database_->fail("binding");
  return *this;
}

Statement& Statement::bind(int index, std::string_view text) {
  const char* data = text.data() ? text.data() : "";
  if (sqlite3_bind_text64(statement_, index, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8) !=
      SQLITE_OK)
    database_->fail("binding");
  return *this;
}

Statement& Statement::bind_blob(int index, const void* data, std::size_t size) {
  if (sqlite3_bind_blob64(statement_, index, data ? data : "", size, SQLITE_TRANSIENT) != SQLITE_OK)
    database_->fail("binding");
  return *this;
}

Statement& Statement::bind_real(int index, double value) {
  if (sqlite3_bind_double(statement_, index, value) != SQLITE_OK) database_->fail("binding");
  return *this;
}

Statement& Statement::bind_null(int index) {
  if (sqlite3_bind_null(statement_, index) != SQLITE_OK) database_->fail("binding");
  return *this;
}

bool Statement::step() {
  switch (sqlite3_step(statement_)) {
    case SQLITE_ROW: return true;
    case SQLITE_DONE: return false;
    default: break;
  }
  try {
    database_->fail({});
  } catch (...) {
    sqlite3_reset(statement_);
    throw;
  }
}

void Statement::run() {
  while (step()) {
  }
  reset();
}

void Statement::reset() { sqlite3_reset(statement_); }

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string_view Statement::view(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  return data ? std::string_view(static_cast<const char*>(data), static_cast<std::size_t>(size))
              : std::string_view();
}

std::string Statement::text(int column) const { return std::string(view(column)); }

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

void Database::Close::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }

Database::Database(const std::filesystem::path& file, const OpenOptions& options)
    : remedy_(options.remedy.empty() ? "stop the host and restore the file from a backup"
                                     : options.remedy) {
  sqlite3* opened = nullptr;
  // SQLite would let others read a new one; those beside it get the same mode.
  if (const int made = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600); made >= 0)
    ::close(made);
  const int code =
      sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  handle_.reset(opened);  // also of one that failed: it is there to be asked and closed
  if (code != SQLITE_OK)
    throw Failure(SQLITE_CANTOPEN,
                  file.string() + " cannot be opened: " +
                      (opened != nullptr ? sqlite3_errmsg(opened) : sqlite3_errstr(code)));
  sqlite3_extended_result_codes(handle(), 1);
  sqlite3_busy_timeout(handle(), 5000);
  if (!options.read_only) execute("PRAGMA journal_mode=WAL");
  execute(options.durability == Durability::full ? "PRAGMA synchronous=FULL"
                                                 : "PRAGMA synchronous=NORMAL");
  execute("PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-" +
          std::to_string(options.cache_kib));
  if (options.read_only) execute("PRAGMA query_only=ON");
  if (options.most_pages > 0)
    execute("PRAGMA max_page_count=" + std::to_string(options.most_pages));
}

std::string Database::file() const {
  const char* name = sqlite3_db_filename(handle(), "main");
  return name ? name : "the database";
}

void Database::fail_damaged(int code, const std::string& cause) const {
  throw Failure(code, file() + " is damaged (" + cause + "): " + remedy_);
}

void Database::fail(const std::string& doing) const {
  const int code = sqlite3_extended_errcode(handle());
  const std::string cause = sqlite3_errmsg(handle());
  switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: fail_damaged(code, cause);
    case SQLITE_FULL:
      throw Failure(code, file() + " cannot grow (" + cause + "): make room on its disk");
    default: throw Failure(code, file() + ": " + (doing.empty() ? "" : doing + ": ") + cause);
  }
}

Kept Database::keep(std::string_view sql) {
  if (const auto found = kept_.find(sql); found != kept_.end()) return Kept(found->second->second);
  auto entry = std::make_unique<std::pair<std::string, Statement>>(sql, Statement(*this, sql));
  const std::string_view key = entry->first;
  return Kept(kept_.emplace(key, std::move(entry)).first->second->second);
}

void Database::checkpoint_apart() {
  sqlite3_wal_hook(
      handle(),
      [](void* pages, sqlite3*, const char*, int in_log) {
        *static_cast<int*>(pages) = in_log;
        return SQLITE_OK;
      },
      &log_pages_);
}

void Database::checkpoint(int pages) {
  if (log_pages_ < pages) return;
  const int mode = log_pages_ / 16 < pages ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_RESTART;
  log_pages_ = 0;  // a checkpoint that fails is tried again after the next commit
  sqlite3_wal_checkpoint_v2(handle(), nullptr, mode, nullptr, nullptr);
}

Snapshot::~Snapshot() { sqlite3_exec(database_.handle(), "COMMIT", nullptr, nullptr, nullptr); }

Database::~Database() = default;

void Database::execute(const std::string& sql) {
  if (sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail(sql);
}

std::int64_t Database::integer(std::string_view sql) {
  Statement statement(*this, sql);
  return statement.step() ? statement.integer(0) : 0;
}

void Database::damaged(const std::string& cause) const { fail_damaged(SQLITE_CORRUPT, cause); }

void Database::check() {
  Statement statement(*this, "PRAGMA quick_check(1)");
  const std::string found = statement.step() ? statement.text(0) : "nothing";
  if (found != "ok") damaged(found);
}

std::int64_t Database::last_insert_id() const { return sqlite3_last_insert_rowid(handle()); }
std::int64_t Database::changed_rows() const { return sqlite3_changes64(handle()); }

Transaction::Transaction(Database& database) : database_(database) {
  database_.execute("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  // After a failure SQLite may have rolled back by itself; then there is nothing left to undo.
  if (open_ && sqlite3_get_autocommit(database_.handle()) == 0)
    sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  database_.execute("COMMIT");
  open_ = false;
}

void migrate(Database& database, std::span<const char* const> migrations) {
  auto version = static_cast<std::size_t>(database.integer("PRAGMA user_version"));
  if (version > migrations.size())
    throw Failure(SQLITE_MISMATCH, "the database has schema version " + std::to_string(version) +
                                       ", this program knows " + std::to_string(migrations.size()) +
                                       ": it was written by a newer version; use that one");
  for (; version < migrations.size(); ++version) {
    Transaction transaction(database);
    database.execute(migrations[version]);
    database.execute("PRAGMA user_version=" + std::to_string(version + 1));
    transaction.commit();
  }
  constexpr const char* kId = "PRAGMA application_id";
  if (database.integer(kId) == 0)
    database.execute(kId + ("=" + std::to_string(1 + random_seed() % 0x7ffffffe)));
}

ReaderPool::ReaderPool(const std::filesystem::path& file, std::size_t size, OpenOptions options) {
  options.read_only = true;
  for (std::size_t i = 0; i < size; ++i) idle_.push_back(std::make_unique<Database>(file, options));
}

ReaderPool::Lease::Lease(ReaderPool& pool, std::unique_ptr<Database> database)
    : pool_(&pool), database_(std::move(database)) {}

ReaderPool::Lease::~Lease() {
  if (!database_) return;
  {
    const std::lock_guard lock(pool_->mutex_);
    pool_->idle_.push_back(std::move(database_));
  }
  pool_->returned_.notify_one();
}

ReaderPool::Lease ReaderPool::take() {
  std::unique_lock lock(mutex_);
  returned_.wait(lock, [&] { return !idle_.empty(); });
  auto database = std::move(idle_.back());
  idle_.pop_back();
  return {*this, std::move(database)};
}

}  // namespace swapmeet::sqlite
