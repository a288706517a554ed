#include "search/fts/store.h"

#include <algorithm>
#include <fstream>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "search/fts/finding.h"
#include "search/fts/following.h"
#include "search/fts/schema.h"
#include "swapmeet/listing.h"
#include "swapmeet/matching.h"
#include "swapmeet/query.h"
#include "swapmeet/sqlite/columns.h"

namespace search_fts {
namespace {

constexpr int kLogPages = 4'000;  // of 4 KiB
constexpr std::size_t kReaders = 4;

std::filesystem::path file_in(const std::filesystem::path& folder) { return folder / "search.db"; }

// Is there when damage was come upon that opening the file may not show.
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

FeedPosition position(sqlite::Database& database) {
  auto row = database.keep("SELECT feed, revision FROM meta");
  row->step();
  return {row->text(0), static_cast<Revision>(row->integer(1))};
}

void load_docs(sqlite::Database& database, DocTable& table) {
  std::unordered_map<ContentId, DocKey> contents;
  auto row = database.prepare("SELECT key, content, path, audience, size, modified FROM docs");
  while (row.step()) {
    NewDoc doc;
    doc.key = static_cast<DocKey>(row.integer(0));
    doc.content = row.id<ContentId>(1);
    doc.name = name_of_path(row.view(2));
    doc.audience = static_cast<AudienceKey>(row.integer(3));
    doc.size = row.integer(4);
    doc.modified = row.integer(5);
    const auto [known, is_new] = contents.try_emplace(doc.content, doc.key);
    if (!is_new) doc.same_content = known->second;
    table.add(doc);
  }
}

}  // namespace

Store::Store(const std::filesystem::path& folder, std::size_t max_results)
    : folder_(folder),
      max_results_(max_results),
      writer_(file_in(folder), options(64 * 1024)),
      readers_((sqlite::migrate(writer_, kMigrations), file_in(folder)), kReaders,
               options(16 * 1024)) {
  writer_.checkpoint_apart();
  writer_.check();
  load();
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

void Store::load() {
  const sqlite::Snapshot snapshot(writer_);
  auto audience = writer_.prepare("SELECT key, text FROM audiences");
  while (audience.step())
    table_.set_audience(static_cast<AudienceKey>(audience.integer(0)),
                        sqlite::audience_from(audience.view(1)));
  auto peer = writer_.prepare("SELECT key, id, name, present FROM peers");
  while (peer.step())
    table_.set_peer(static_cast<PeerKey>(peer.integer(0)), peer.id<PeerId>(1), fold(peer.view(2)),
                    peer.integer(3) != 0);
  load_docs(writer_, table_);
  auto listing = writer_.prepare("SELECT doc, peer FROM listings");
  while (listing.step())
    table_.list(static_cast<DocKey>(listing.integer(0)), static_cast<PeerKey>(listing.integer(1)));
  for (DocKey key = table_.end(); --key > 0;)
    if (table_.doc(key).content == 0) free_keys_.push_back(key);
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

}  // namespace search_fts
