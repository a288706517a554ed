#include "transfer/swarm/downloads.h"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "swapmeet/sqlite/database.h"
#include "transfer/swarm/downloads_transfer.h"
#include "transfer/swarm/safe_name.h"

namespace swapmeet::swarm {
namespace {
using Steady = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr const char* kMigrations[] = {
    "CREATE TABLE downloads (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, content BLOB NOT "
    "NULL, name TEXT NOT NULL, folder TEXT NOT NULL, overwrite INTEGER NOT NULL, size INTEGER NOT "
    "NULL, state TEXT NOT NULL, why TEXT NOT NULL, target TEXT NOT NULL, started INTEGER NOT NULL, "
    "finished INTEGER NOT NULL, layer BLOB NOT NULL, proven BLOB NOT NULL, sources TEXT NOT NULL)"};

struct Item {
  std::int64_t seq = 0;
  TransferPlan plan;
  DownloadStatus status;
  std::shared_ptr<Transfer> transfer;  // while its thread runs
  std::thread thread;
  bool ended = false;  // the thread only has to be joined
  bool cancelled = false;
  unsigned attempts = 0;
  Steady::time_point retry_at{};
};

Error no_such(const std::string& id) {
  return {ErrorCode::not_found, "there is no download " + id, {}};
}

std::string lines(const std::vector<Source>& sources) {
  std::string text;
  for (const auto& source : sources) text += source.peer.text() + " " + source.url + "\n";
  return text;
}

std::vector<Source> sources_of(const std::string& text) {
  std::vector<Source> sources;
  for (std::size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string::npos;
       at = end + 1) {
    if (end - at < 34) continue;
    Source source;
    source.peer = PeerId::parse(text.substr(at, 32)).value_or(PeerId{});
    source.url = text.substr(at + 33, end - at - 33);
    sources.push_back(std::move(source));
  }
  return sources;
}
}  // namespace

struct DownloadQueue::State {
  explicit State(DownloadOptions given) : options(std::move(given)), database(options.database) {
    sqlite::migrate(database, kMigrations);
    load();
    scheduler = std::thread([this] { schedule(); });
  }

  DownloadOptions options;
  std::mutex mutex;  // guards all below, the database included
  sqlite::Database database;
  std::condition_variable changed;
  std::map<std::string, std::shared_ptr<Item>> items;
  std::mt19937_64 random{std::random_device{}()};
  bool stopping = false;
  std::thread scheduler;

  void load() {
    auto rows = database.prepare(
        "SELECT seq, id, content, name, folder, overwrite, size, state, why, target, started, "
        "finished, layer, proven, sources FROM downloads");
    while (rows.step()) {
      auto item = std::make_shared<Item>();
      auto& plan = item->plan;
      auto& status = item->status;
      item->seq = rows.integer(0);
      plan.id = status.id = rows.text(1);
      plan.content = status.content = rows.id<ContentId>(2);
      plan.name = status.name = rows.text(3);
      plan.folder = rows.text(4);
      plan.overwrite = rows.integer(5) != 0;
      plan.size_known = rows.integer(6) >= 0;
      plan.size = status.size =
          static_cast<std::uint64_t>(std::max<std::int64_t>(rows.integer(6), 0));
      status.state = download_state_from(rows.text(7)).value_or(DownloadState::queued);
      if (status.state == DownloadState::running || status.state == DownloadState::waiting)
        status.state = DownloadState::queued;
      status.why = rows.text(8);
      plan.target = rows.text(9);
      status.path = plan.target.empty() ? (plan.folder / plan.name).string() : plan.target;
      status.started = Time(std::chrono::milliseconds(rows.integer(10)));
      if (rows.integer(11) != 0)
        status.finished = Time(std::chrono::milliseconds(rows.integer(11)));
      if (status.state == DownloadState::done) status.done = status.size;
      plan.layer = rows.text(12);
      plan.proven = rows.text(13);
      plan.given = sources_of(rows.text(14));
      items.emplace(status.id, std::move(item));
    }
  }

  // With the lock. Durable when it returns ok.
  Result<void> store(const Item& item) {
    const auto& [plan, status] = std::tie(item.plan, item.status);
    return sqlite::attempt([&]() -> Result<void> {
      const auto finished = status.finished ? status.finished->time_since_epoch().count() : 0;
      auto put = database.prepare(
          "INSERT OR REPLACE INTO downloads VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
      put.with(item.seq, plan.id, plan.content, plan.name, plan.folder.string(), plan.overwrite,
               plan.size_known ? static_cast<std::int64_t>(plan.size) : -1, name_of(status.state),
               status.why, plan.target, status.started.time_since_epoch().count(), finished);
      put.bind_blob(13, plan.layer.data(), plan.layer.size());
      put.bind_blob(14, plan.proven.data(), plan.proven.size());
      put.bind(15, std::string_view(lines(plan.given)));
      put.run();
      return {};
    });
  }

  // With the lock: a download that is asked for again may be told of more sources.
  Result<void> add_sources(Item& item, const std::vector<Source>& sources) {
    const auto before = item.plan.given.size();
    for (const auto& source : sources)
      if (std::find(item.plan.given.begin(), item.plan.given.end(), source) ==
          item.plan.given.end())
        item.plan.given.push_back(source);
    if (item.plan.given.size() == before || item.status.state == DownloadState::done) return {};
    item.retry_at = {};
    changed.notify_all();
    return store(item);
  }

  DownloadStatus status_of(const Item& item) const {
    auto status = item.status;
    if (!item.transfer) return status;
    auto progress = item.transfer->progress();
    status.done = std::max(status.done, progress.done);
    status.rate = progress.rate;
    status.sources = std::move(progress.sources);
    return status;
  }

  void publish(const Item& item) const {
    if (!options.publish) return;
    const auto status = status_of(item);
    options.publish({"download", "{\"id\":\"" + status.id + "\",\"state\":\"" +
                                     std::string(name_of(status.state)) +
                                     "\",\"size\":" + std::to_string(status.size) +
                                     ",\"done\":" + std::to_string(status.done) +
                                     ",\"rate\":" + std::to_string(status.rate) + "}"});
  }

  void begin(const std::shared_ptr<Item>& item) {
    item->status.state = DownloadState::running;
    item->status.why.clear();
    item->status.next_try.reset();
    item->ended = false;
    item->transfer = std::make_shared<Transfer>(
        options, item->plan, [this, item](const TransferPlan& plan) -> Result<void> {
          const std::lock_guard lock(mutex);
          auto given = std::move(item->plan.given);  // may have grown since the run began
          item->plan = plan;
          item->plan.given = std::move(given);
          item->status.size = plan.size;
          if (item->cancelled) return Error{ErrorCode::cancelled, "cancelled", {}};
          return store(*item);
        });
    item->thread = std::thread([this, item, transfer = item->transfer] {
      const auto end = transfer->run();
      const std::lock_guard lock(mutex);
      ended(*item, end);
      changed.notify_all();
    });
  }

  void ended(Item& item, const TransferEnd& end) {
    auto& status = item.status;
    const auto progress = item.transfer->progress();
    if (progress.done > status.done) item.attempts = 0;
    status.done = progress.done;
    status.sources = progress.sources;
    item.transfer.reset();
    item.ended = true;
    if (end.state == DownloadState::done) {
      status.state = DownloadState::done;
      status.done = status.size;
      status.path = item.plan.target;
      status.finished = options.clock->now();
    } else if (status.state == DownloadState::running) {
      status.state = end.state;
      status.why = end.why;
      auto wait = std::min(options.first_backoff * (1U << std::min(item.attempts++, 10U)),
                           options.longest_backoff);
      wait += wait * static_cast<int>(random() % 50) / 100;
      item.retry_at = Steady::now() + wait;
      if (end.state == DownloadState::waiting) status.next_try = options.clock->now() + wait;
    }
    if (!item.cancelled) static_cast<void>(store(item));
    publish(item);
  }

  void schedule() {
    std::unique_lock lock(mutex);
    auto told = Steady::now();
    while (!stopping) {
      const auto now = Steady::now();
      const bool tell = now - told >= 500ms;
      if (tell) told = now;
      std::size_t running = 0;
      std::vector<std::shared_ptr<Item>> ready;
      for (auto& [id, item] : items) {
        if (item->ended && item->thread.joinable()) item->thread.join();
        if (item->transfer) {
          ++running;
          if (tell) publish(*item);
          continue;
        }
        const auto state = item->status.state;
        if (state == DownloadState::queued ||
            (state == DownloadState::waiting && item->retry_at <= now))
          ready.push_back(item);
      }
      std::sort(ready.begin(), ready.end(),
                [](const auto& a, const auto& b) { return a->seq < b->seq; });
      for (auto& item : ready)
        if (running++ < options.max_downloads) begin(item);
      changed.wait_for(lock, 250ms);
    }
  }

  void stop() {
    std::vector<std::shared_ptr<Item>> all;
    {
      const std::lock_guard lock(mutex);
      stopping = true;
      for (auto& [id, item] : items) {
        all.push_back(item);
        if (item->transfer) item->transfer->interrupt();
      }
    }
    changed.notify_all();
    if (scheduler.joinable()) scheduler.join();
    for (auto& item : all)
      if (item->thread.joinable()) item->thread.join();
  }
};

DownloadQueue::DownloadQueue(std::unique_ptr<State> state) : state_(std::move(state)) {}
DownloadQueue::~DownloadQueue() { stop(); }
void DownloadQueue::stop() { state_->stop(); }

Result<std::unique_ptr<DownloadQueue>> DownloadQueue::open(DownloadOptions options) {
  return sqlite::attempt([&]() -> Result<std::unique_ptr<DownloadQueue>> {
    return std::unique_ptr<DownloadQueue>(
        new DownloadQueue(std::make_unique<State>(std::move(options))));
  });
}

Result<DownloadStatus> DownloadQueue::start(const DownloadRequest& request) {
  auto& s = *state_;
  auto item = std::make_shared<Item>();
  auto& plan = item->plan;
  plan.content = request.content;
  plan.overwrite = request.overwrite;
  plan.given = request.sources;
  plan.folder = s.options.download_folder / request.folder;  // an absolute one replaces it
  auto name = request.name;
  if (s.options.registry != nullptr) {
    auto record = s.options.registry->content(request.content, Identity{});
    if (!record && request.sources.empty()) return record.error();
    if (record) {
      plan.size = record->size;
      plan.size_known = true;
      if (name.empty() && !record->names.empty()) name = record->names.front();
    }
  } else if (request.sources.empty()) {
    return Error{ErrorCode::not_found, "nobody has " + request.content.text(), {}};
  }
  plan.name = safe_name(name.empty() ? request.content.text() : name);
  const std::lock_guard lock(s.mutex);
  for (auto& [id, other] : s.items) {
    if (other->plan.content != plan.content || other->plan.folder != plan.folder ||
        other->plan.name != plan.name || other->cancelled)
      continue;
    std::error_code ignored;
    if (other->status.state == DownloadState::done &&
        !std::filesystem::exists(other->status.path, ignored))
      continue;
    if (auto told = s.add_sources(*other, request.sources); !told) return told.error();
    return s.status_of(*other);
  }
  std::uint8_t bytes[16];
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(s.random());
  plan.id = to_hex(bytes, sizeof bytes);
  for (auto& [id, other] : s.items) item->seq = std::max(item->seq, other->seq);
  ++item->seq;
  auto& status = item->status;
  status.id = plan.id;
  status.content = plan.content;
  status.name = plan.name;
  status.path = (plan.folder / plan.name).string();
  status.size = plan.size;
  status.started = s.options.clock->now();
  if (auto stored = s.store(*item); !stored) return stored.error();
  s.items.emplace(plan.id, item);
  s.changed.notify_all();
  return status;
}

Result<Page<DownloadStatus>> DownloadQueue::list(const PageRequest& page) {
  const std::lock_guard lock(state_->mutex);
  std::vector<std::shared_ptr<Item>> all;
  for (auto& [id, item] : state_->items) all.push_back(item);
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a->seq > b->seq; });
  auto at = all.begin();
  if (!page.after.empty())
    at = std::find_if(all.begin(), all.end(),
                      [&](const auto& item) { return item->plan.id == page.after; });
  if (!page.after.empty() && at != all.end()) ++at;
  Page<DownloadStatus> answer;
  for (; at != all.end(); ++at) {
    if (answer.items.size() == std::max<std::size_t>(page.limit, 1)) {
      answer.next = answer.items.back().id;
      break;
    }
    answer.items.push_back(state_->status_of(**at));
  }
  return answer;
}

Result<DownloadStatus> DownloadQueue::get(const std::string& id) {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->items.find(id);
  if (found == state_->items.end()) return no_such(id);
  return state_->status_of(*found->second);
}

Result<DownloadStatus> DownloadQueue::pause(const std::string& id) {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->items.find(id);
  if (found == state_->items.end()) return no_such(id);
  auto& item = *found->second;
  if (item.status.state == DownloadState::done) return state_->status_of(item);
  item.status.state = DownloadState::paused;
  item.status.why = "paused";
  item.status.next_try.reset();
  if (auto stored = state_->store(item); !stored) return stored.error();
  if (item.transfer) item.transfer->interrupt();
  return state_->status_of(item);
}

Result<DownloadStatus> DownloadQueue::resume(const std::string& id) {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->items.find(id);
  if (found == state_->items.end()) return no_such(id);
  auto& item = *found->second;
  const auto state = item.status.state;
  if (state == DownloadState::done || state == DownloadState::running)
    return state_->status_of(item);
  item.status.state = DownloadState::queued;
  item.status.why.clear();
  item.attempts = 0;
  if (auto stored = state_->store(item); !stored) return stored.error();
  state_->changed.notify_all();
  return state_->status_of(item);
}

Result<void> DownloadQueue::cancel(const std::string& id) {
  auto& s = *state_;
  std::unique_lock lock(s.mutex);
  const auto found = s.items.find(id);
  if (found == s.items.end()) return no_such(id);
  const auto item = found->second;
  item->cancelled = true;
  item->status.state = DownloadState::paused;
  auto removed = sqlite::attempt([&]() -> Result<void> {
    s.database.prepare("DELETE FROM downloads WHERE id = ?").with(id).run();
    return {};
  });
  if (!removed) return removed;
  if (item->transfer) item->transfer->interrupt();
  s.changed.wait(lock, [&] { return !item->transfer; });
  s.items.erase(id);
  lock.unlock();
  if (item->thread.joinable()) item->thread.join();
  std::error_code ignored;
  std::filesystem::remove(item->plan.partial(), ignored);
  return {};
}

}  // namespace swapmeet::swarm
