// SQLite for plugins that keep a store: a database opened the way all ours are, statements that are
// prepared once, transactions that take the write lock at the start, and versioned migrations.
// Threads: one Database is one connection, for one thread at a time. Use one for writing and a
// ReaderPool for reading.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "swapmeet/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace swapmeet::sqlite {

// Everything here that talks to SQLite reports failures by this exception (it stays inside the
// plugin): catch it at the plugin's border, or wrap the call in attempt().
class Failure : public std::runtime_error {
 public:
  Failure(int code, const std::string& message) : std::runtime_error(message), code_(code) {}
  int code() const { return code_; }  // SQLite's extended result code
  // no_space for a full disk, corrupt for a damaged file, internal for the rest.
  Error error() const;

 private:
  int code_;
};

class Database;

// A prepared statement. Bind, then step() until false (or run()), then reset() to use it again.
class Statement {
 public:
  Statement() = default;
  Statement(Database& database, std::string_view sql);
  ~Statement();
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&& other) noexcept;

  // Parameters count from 1. Text and blobs are copied.
  Statement& bind(int index, std::int64_t value);
  Statement& bind(int index, std::string_view text);
  Statement& bind_blob(int index, const void* data, std::size_t size);
  Statement& bind_real(int index, double value);
  Statement& bind_null(int index);
  // Binds all, from the first parameter on: integers, text, or anything with `.bytes` (ids).
  template <class... Values>
  Statement& with(const Values&... values) {
    reset();
    int index = 0;
    (bind_value(++index, values), ...);
    return *this;
  }

  bool step();  // true: there is a row
  void run();   // steps to the end and resets
  void reset();

  // Columns of the current row count from 0.
  std::int64_t integer(int column) const;
  std::string text(int column) const;
  std::string_view view(int column) const;  // valid until the next step; text or blob
  bool is_null(int column) const;
  template <class Id>
  Id id(int column) const {  // zero when the blob has another size
    Id id;
    const auto bytes = view(column);
    if (bytes.size() == id.bytes.size()) std::copy(bytes.begin(), bytes.end(), id.bytes.begin());
    return id;
  }

 private:
  template <class Value>
  void bind_value(int index, const Value& value) {
    if constexpr (requires { value.bytes; })
      bind_blob(index, value.bytes.data(), value.bytes.size());
    else if constexpr (std::is_convertible_v<Value, std::string_view>)
      bind(index, std::string_view(value));
    else
      bind(index, static_cast<std::int64_t>(value));
  }
  const Database* database_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
};

enum class Durability {
  full,    // a commit survives power loss
  normal,  // a commit survives the process; the last ones may be lost with power, never torn
};

struct OpenOptions {
  Durability durability = Durability::full;
  bool read_only = false;
  int cache_kib = 16 * 1024;
  std::string remedy{};  // what to do when the file is damaged; empty: restore it from a backup
  std::size_t most_pages = 0;  // of 4 KiB that the file may have; 0: as many as the disk holds
};

// A statement that its Database keeps: prepared once, reset when this ends, used by one at a time.
class Kept {
 public:
  explicit Kept(Statement& statement) : statement_(&statement) { statement_->reset(); }
  ~Kept() {
    if (statement_) statement_->reset();
  }
  Kept(Kept&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}
  Kept& operator=(Kept&&) = delete;
  Statement& operator*() const { return *statement_; }
  Statement* operator->() const { return statement_; }

 private:
  Statement* statement_;
};

class Database {
 public:
  // Opens or creates the file (WAL, foreign keys on, busy timeout 5 s).
  explicit Database(const std::filesystem::path& file, const OpenOptions& options = {});
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void execute(const std::string& sql);        // one or more statements
  std::int64_t integer(std::string_view sql);  // the first column of the first row; 0 without one
  // Reads the whole file; a Failure (corrupt) when its pages do not hang together.
  void check();
  // Throws that same Failure, for rows that contradict each other.
  [[noreturn]] void damaged(const std::string& cause) const;
  Statement prepare(std::string_view sql) { return Statement(*this, sql); }
  // The statement of this text, prepared when it is first asked for. Not for texts without number.
  Kept keep(std::string_view sql);
  std::int64_t last_insert_id() const;
  std::int64_t changed_rows() const;  // by the last statement
  // From then on commits leave the write-ahead log alone, and the writer calls checkpoint() after
  // them, outside of its locks. It moves a log that has grown beyond `pages` into the file, as far
  // as readers let it; one that has grown far beyond waits for them.
  void checkpoint_apart();
  void checkpoint(int pages);
  sqlite3* handle() const { return handle_.get(); }

 private:
  friend class Statement;
  // Throws the Failure that the connection is in.
  [[noreturn]] void fail(const std::string& doing) const;
  [[noreturn]] void fail_damaged(int code, const std::string& cause) const;
  std::string file() const;

  struct Close {
    void operator()(sqlite3* handle) const;
  };
  std::unique_ptr<sqlite3, Close> handle_;
  const std::string remedy_;
  int log_pages_ = 0;  // after the last commit; with checkpoint_apart()
  std::unordered_map<std::string_view, std::unique_ptr<std::pair<std::string, Statement>>> kept_;
};

// One state for all that is read until it ends.
class Snapshot {
 public:
  explicit Snapshot(Database& database) : database_(database) { database_.execute("BEGIN"); }
  ~Snapshot();
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

 private:
  Database& database_;
};

// BEGIN IMMEDIATE … COMMIT; rolls back unless committed.
class Transaction {
 public:
  explicit Transaction(Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

// Brings the schema up to date: migrations[0] leads from nothing to version 1, and so on (the
// version is SQLite's user_version). Each runs in a transaction of its own. Fails when the file is
// newer than the program: "… was written by a newer version". The database also gets an id, by
// which it can be told from one that is begun later: SQLite's application_id, drawn at random.
void migrate(Database& database, std::span<const char* const> migrations);

// A fixed number of read-only connections; take() waits for a free one.
class ReaderPool {
 public:
  ReaderPool(const std::filesystem::path& file, std::size_t size, OpenOptions options = {});

  class Lease {
   public:
    Lease(ReaderPool& pool, std::unique_ptr<Database> database);
    ~Lease();
    Lease(Lease&&) noexcept = default;
    Database& operator*() const { return *database_; }
    Database* operator->() const { return database_.get(); }

   private:
    ReaderPool* pool_;
    std::unique_ptr<Database> database_;
  };
  Lease take();

 private:
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Database>> idle_;
};

// Runs `work` and turns a Failure (or any exception) into an Error.
template <class Work>
auto attempt(Work&& work) -> decltype(work()) {
  try {
    return work();
  } catch (const Failure& failure) {
    return failure.error();
  } catch (const std::exception& exception) {
    return internal_error(exception.what());
  }
}

}  // namespace swapmeet::sqlite
