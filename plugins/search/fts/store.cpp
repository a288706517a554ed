#include "search/fts/store.h"

#include <algorithm>
#include <fstream>
#include <utility>

#include "search/fts/finding.h"
#include "search/fts/following.h"
#include "search/fts/loading.h"
#include "search/fts/schema.h"

namespace swapmeet::search_fts {
namespace {

constexpr int kLogPages = 4'000;  // of 4 KiB
constexpr std::size_t kReaders = 4;

std::filesystem::path file_in(const std::filesystem::path& folder) { return folder / "search.db"; }

// A file that says: the database was found damaged, which opening it may not show.
std::filesystem::path mark_in(const std::filesystem::path& folder) {
  return folder / "search.db.is_damaged";
}

// Nobody has it open.
void set_aside(const std::filesystem::path& folder) {
  const auto file = file_in(folder).string();
  std::filesystem::remove(file + "-wal");
  std::filesystem::remove(file + "-shm");
  if (std::filesystem::exists(file)) std::filesystem::rename(file, file + ".damaged");
  std::filesystem::remove(mark_in(folder));
}

sqlite::OpenOptions options(int cache_kib) {
  return {.durability = sqlite::Durability::normal,
          .cache_kib = cache_kib,
          .remedy = "it is made anew from the registry when the host starts"};
}

// An index of words that were split or folded otherwise is filled anew.
void follow_words(sqlite::Database& database) {
  {
    auto row = database.prepare("SELECT words FROM meta");
    if (!row.step() || row.view(0) == words_version()) return;
  }
  sqlite::Transaction transaction(database);
  database.execute(kAnew);
  database.prepare("UPDATE meta SET words=?").with(words_version()).run();
  transaction.commit();
}

FeedPosition position(sqlite::Database& database) {
  auto row = database.keep("SELECT feed, revision FROM meta");
  row->step();
  return {row->text(0), static_cast<Revision>(row->integer(1))};
}

}  // namespace

Store::Store(const std::filesystem::path& folder, std::size_t max_results)
    : folder_(folder),
      max_results_(max_results),
      writer_(file_in(folder), options(64 * 1024)),
      readers_((sqlite::migrate(writer_, kMigrations), follow_words(writer_), file_in(folder)),
               kReaders, options(16 * 1024)) {
  writer_.checkpoint_apart();
  writer_.check();
  load(writer_, table_);
  for (DocKey key = table_.end(); --key > 0;)
    if (table_.doc(key).content == 0) free_keys_.push_back(key);
}

std::unique_ptr<Store> Store::open(const std::filesystem::path& folder, std::size_t max_results,
                                   const std::function<void(const std::string&)>& report) {
  std::string why = file_in(folder).string() + " was found damaged before";
  try {
    if (!std::filesystem::exists(mark_in(folder)))
      return std::make_unique<Store>(folder, max_results);
  } catch (const sqlite::Failure& failure) {
    if (failure.error().code != ErrorCode::corrupt) throw;
    why = failure.what();
  }
  set_aside(folder);
  report(why);
  return std::make_unique<Store>(folder, max_results);
}

template <class Work>
auto Store::attempt(Work&& work) -> decltype(work()) {
  auto result = sqlite::attempt(std::forward<Work>(work));
  if (!result.ok() && result.error().code == ErrorCode::corrupt)
    std::ofstream(mark_in(folder_)) << "made anew at the next start\n";
  return result;
}

std::shared_lock<std::shared_mutex> Store::read_table() {
  const std::lock_guard turn(turn_);
  return std::shared_lock(table_mutex_);
}

std::unique_lock<std::shared_mutex> Store::write_table() {
  const std::lock_guard turn(turn_);
  return std::unique_lock(table_mutex_);
}

Result<SearchPage> Store::search(const SearchRequest& request) {
  return attempt([&]() -> Result<SearchPage> {
    auto reader = readers_.take();
    const auto lock = read_table();
    const sqlite::Snapshot snapshot(*reader);
    return find(request, table_, *reader, max_results_);
  });
}

Result<FeedPosition> Store::applied() {
  return attempt([&]() -> Result<FeedPosition> {
    auto reader = readers_.take();
    return position(*reader);
  });
}

Result<void> Store::apply(const ChangeBatch& batch) {
  return attempt([&]() -> Result<void> {
    const std::lock_guard lock(mutex_);
    sqlite::Transaction transaction(writer_);
    const auto stands = position(writer_);
    if (batch.base != 0 && stands != FeedPosition{batch.feed, batch.base})
      return Error{ErrorCode::conflict,
                   "the search index stands at revision " + std::to_string(stands.revision) +
                       " of feed '" + stands.feed +
                       "'; go on from there, or start over with base 0",
                   {}};
    Following following(writer_, free_keys_, table_.end());
    if (batch.base == 0) following.start_over();
    for (const auto& change : batch.changes) following.apply(change);
    following.finish();
    writer_.keep("UPDATE meta SET feed=?, revision=?")->with(batch.feed, batch.upto).run();
    {
      const auto table_lock = write_table();
      transaction.commit();
      following.put_in_place(table_);
    }
    free_keys_ = following.take_free_keys();
    writer_.checkpoint(kLogPages);
    return {};
  });
}

}  // namespace swapmeet::search_fts
