#include "transfer/swarm/serve/upload_history.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace swapmeet::transfer_swarm {
namespace {

constexpr const char* kHistoryMigrations[] = {R"sql(
CREATE TABLE uploads (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  address TEXT NOT NULL,
  peer BLOB NOT NULL,
  peer_name TEXT NOT NULL,
  at_home INTEGER NOT NULL,
  account TEXT NOT NULL,
  content BLOB NOT NULL,
  name TEXT NOT NULL,
  size INTEGER NOT NULL,
  done INTEGER NOT NULL,
  started INTEGER NOT NULL,
  finished INTEGER NOT NULL)
)sql"};

std::int64_t milliseconds(Time time) { return time.time_since_epoch().count(); }

}  // namespace

std::span<const char* const> UploadHistory::migrations() { return kHistoryMigrations; }

UploadHistory::UploadHistory(const std::filesystem::path& file)
    : database_(file, {.durability = sqlite::Durability::normal}) {
  sqlite::migrate(database_, kHistoryMigrations);
}

void UploadHistory::trim() {
  database_
      .keep(
          "DELETE FROM uploads WHERE number <= (SELECT number FROM uploads ORDER BY number DESC "
          "LIMIT 1 OFFSET ?)")
      ->with(most_)
      .run();
}

Result<void> UploadHistory::set_most(std::size_t most) {
  const std::lock_guard lock(mutex_);
  most_ = most;
  return sqlite::attempt([&]() -> Result<void> { return trim(), Result<void>{}; });
}

Result<void> UploadHistory::add(const std::vector<UploadStatus>& ended) {
  const std::lock_guard lock(mutex_);
  if (ended.empty() || most_ == 0) return {};
  return sqlite::attempt([&]() -> Result<void> {
    sqlite::Transaction transaction(database_);
    const auto put = database_.keep(
        "INSERT INTO uploads (address, peer, peer_name, at_home, account, content, name, size, "
        "done, started, finished) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    for (const auto& one : ended)
      put->with(one.address, one.peer, one.peer_name, one.at_home, one.account, one.content,
                one.name, one.size, one.done, milliseconds(one.started),
                milliseconds(one.finished.value_or(Time{})))
          .run();
    trim();
    transaction.commit();
    return {};
  });
}

Result<Page<UploadStatus>> UploadHistory::page(const PageRequest& page) {
  auto before = std::numeric_limits<std::int64_t>::max();
  if (!page.after.empty()) {
    const auto* const end = page.after.data() + page.after.size();
    const auto [at, error] = std::from_chars(page.after.data(), end, before);
    if (error != std::errc{} || at != end)
      return invalid_argument("after must be the `next` of a page");
  }
  const auto most = std::max<std::size_t>(page.limit, 1);
  const std::lock_guard lock(mutex_);
  return sqlite::attempt([&]() -> Result<Page<UploadStatus>> {
    Page<UploadStatus> answer;
    const auto rows = database_.keep(
        "SELECT number, address, peer, peer_name, at_home, account, content, name, size, done, "
        "started, finished FROM uploads WHERE number < ? ORDER BY number DESC LIMIT ?");
    rows->with(before, most + 1);
    std::int64_t last = 0;
    while (rows->step()) {
      if (answer.items.size() == most) {
        answer.next = std::to_string(last);
        break;
      }
      last = rows->integer(0);
      UploadStatus one;
      one.address = rows->text(1);
      one.peer = rows->id<PeerId>(2);
      one.peer_name = rows->text(3);
      one.at_home = rows->integer(4) != 0;
      one.account = rows->text(5);
      one.content = rows->id<ContentId>(6);
      one.name = rows->text(7);
      one.size = static_cast<std::uint64_t>(rows->integer(8));
      one.done = static_cast<std::uint64_t>(rows->integer(9));
      one.started = Time(std::chrono::milliseconds(rows->integer(10)));
      one.finished = Time(std::chrono::milliseconds(rows->integer(11)));
      answer.items.push_back(std::move(one));
    }
    return answer;
  });
}

}  // namespace swapmeet::transfer_swarm
