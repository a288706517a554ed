#include "transfer/swarm/fetch/downloads.h"

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "transfer/swarm/fetch/download_history.h"
#include "transfer/swarm/fetch/download_plan.h"
#include "transfer/swarm/fetch/download_store.h"
#include "transfer/swarm/fetch/downloads_transfer.h"

namespace swapmeet::transfer_swarm {
namespace {
using Steady = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto kTellEvery = 500ms;        // how running downloads do
constexpr std::size_t kMostGrowing = 64;  // that are offered to others while they wait

struct Item {
  StoredDownload kept;
  std::shared_ptr<Transfer> transfer;  // while it runs
  bool has_layer = false;              // the store has it
  bool go_on_at_once = false;          // sources came when its transfer was ending
  bool cancelled = false;              // on its way out: nobody sees it any more
  std::string told_why;                // in the log
  unsigned attempts = 0;
  Steady::time_point retry_at{};  // where it waits
  std::uint64_t turn = 0;         // where it is queued; 0: nowhere
  DownloadState state() const { return kept.status.state; }
};
using ItemPointer = std::shared_ptr<Item>;

struct Run {
  ItemPointer item;
  std::thread thread;
  bool over = false;  // the thread only has to be joined
};

Error no_such(const std::string& id) {
  return {ErrorCode::not_found, "there is no download " + id, {}};
}

// True when that is new.
bool want(StoredDownload& download, const std::string& offer) {
  if (offer.empty()) return !std::exchange(download.asked_for, true);
  auto& offers = download.offers;
  if (std::find(offers.begin(), offers.end(), offer) != offers.end()) return false;
  offers.push_back(offer);
  return true;
}

// True when one of them is new. What is kept of a source is its peer and its address.
bool add_sources(std::vector<Source>& known, const std::vector<Source>& sources) {
  const auto before = known.size();
  for (const auto& source : sources)
    if (std::none_of(known.begin(), known.end(), [&](const Source& other) {
          return other.peer == source.peer && other.url == source.url;
        }))
      known.push_back(source);
  return known.size() > before;
}

}  // namespace

struct DownloadQueue::State {
  explicit State(DownloadOptions given) : options(std::move(given)), store(options.database) {
    for (auto& download : store.all()) {
      auto& state = download.status.state;
      if (state == DownloadState::running || state == DownloadState::waiting)
        state = DownloadState::queued;
      auto item = std::make_shared<Item>();
      item->kept = std::move(download);
      add(item);
    }
    scheduler = std::thread([this] { schedule(); });
  }

  DownloadOptions options;
  std::mutex mutex;  // guards all below, and `limits` of the options
  std::condition_variable changed;
  DownloadStore store;
  std::map<std::string, ItemPointer> items;
  std::map<std::int64_t, ItemPointer, std::greater<>> newest;  // by seq
  std::multimap<ContentId, ItemPointer> by_content;
  // Who is next, in the order of their turns: who tried in vain goes to the end, so that all get
  // theirs. And who may be in line again, by time.
  std::map<std::uint64_t, ItemPointer> queued;
  std::set<std::pair<Steady::time_point, ItemPointer>> waiting;
  std::uint64_t last_turn = 0;
  std::size_t running = 0;
  std::list<Run> runs;  // changed by the scheduler's thread only, and by stop() after it
  std::mt19937_64 random{std::random_device{}()};
  bool stopping = false;
  std::thread scheduler;

  // All below: with the lock, unless it says otherwise.

  void add(const ItemPointer& item) {
    const auto& kept = item->kept;
    items.emplace(kept.plan.id, item);
    newest.emplace(kept.seq, item);
    by_content.emplace(kept.plan.content, item);
    place(item);
  }

  void remove(const ItemPointer& item) {
    const auto& kept = item->kept;
    items.erase(kept.plan.id);
    newest.erase(kept.seq);
    queued.erase(item->turn);
    waiting.erase({item->retry_at, item});
    const auto [from, to] = by_content.equal_range(kept.plan.content);
    for (auto at = from; at != to; ++at)
      if (at->second == item) {
        by_content.erase(at);
        return;
      }
  }

  // Into the line that its state says.
  void place(const ItemPointer& item, Steady::time_point retry_at = {}) {
    queued.erase(std::exchange(item->turn, 0));
    waiting.erase({item->retry_at, item});
    item->retry_at = retry_at;
    if (item->transfer || item->cancelled) return;
    if (item->state() == DownloadState::queued) queued.emplace(item->turn = ++last_turn, item);
    if (item->state() == DownloadState::waiting) waiting.emplace(retry_at, item);
    changed.notify_all();
  }

  ItemPointer find(const std::string& id) const {
    const auto found = items.find(id);
    return found == items.end() || found->second->cancelled ? nullptr : found->second;
  }

  // Durable when it returns ok.
  Result<void> keep(Item& item) {
    return sqlite::attempt([&]() -> Result<void> {
      store.put(item.kept);
      if (item.has_layer && item.state() == DownloadState::done)
        store.drop_layer(item.kept.plan.id);
      return {};
    });
  }

  Result<void> keep_history(const Item& item) {
    return sqlite::attempt([&]() -> Result<void> {
      store.put_fetched(item.kept.plan.id, item.kept.status.sources);
      return {};
    });
  }

  Result<void> keep_plan(Item& item, const TransferPlan& plan) {
    if (item.cancelled) return Error{ErrorCode::cancelled, "cancelled", {}};
    auto& kept = item.kept;
    return sqlite::attempt([&]() -> Result<void> {
      if (!item.has_layer && !plan.layer.empty()) {
        store.put_layer(plan.id, plan.layer);
        item.has_layer = true;
      }
      auto given = std::exchange(kept.plan.given, {});  // more may have come since it began
      kept.plan = plan;
      kept.plan.layer.clear();
      kept.plan.given = std::move(given);
      kept.status.size = plan.size;
      store.put(kept);
      return {};
    });
  }

  DownloadStatus status_of(const Item& item) const {
    auto status = item.kept.status;
    if (!item.transfer) return status;
    auto progress = item.transfer->progress();
    status.done = progress.done;
    status.rate = progress.rate;
    status.sources = merged(status.sources, std::move(progress.sources));
    return status;
  }

  void publish(const Item& item) const {
    if (!options.publish) return;
    const auto status = status_of(item);
    options.publish({"download", R"({"id":")" + status.id + R"(","state":")" +
                                     std::string(name_of(status.state)) + R"(","size":)" +
                                     std::to_string(status.size) + R"(,"done":)" +
                                     std::to_string(status.done) + R"(,"rate":)" +
                                     std::to_string(status.rate) + "}"});
  }

  void begin(const ItemPointer& item) {
    auto& status = item->kept.status;
    status.state = DownloadState::running;
    status.why.clear();
    status.next_try.reset();
    item->go_on_at_once = false;
    auto plan = item->kept.plan;
    auto layer = sqlite::attempt([&]() -> Result<std::string> { return store.layer(plan.id); });
    if (layer) plan.layer = std::move(*layer);
    item->has_layer = !plan.layer.empty();
    item->transfer = std::make_shared<Transfer>(options, std::move(plan),
                                                [this, item](const TransferPlan& changed_plan) {
                                                  const std::lock_guard lock(mutex);
                                                  return keep_plan(*item, changed_plan);
                                                });
    place(item);
    ++running;
    auto& run = runs.emplace_back(Run{item, {}});
    publish(*item);
    try {
      run.thread = std::thread([this, &run, item, transfer = item->transfer] {
        const auto end = transfer->run();
        const std::lock_guard lock(mutex);
        ended(item, end);
        run.over = true;
      });
    } catch (const std::system_error& error) {
      ended(item,
            {DownloadState::waiting, std::string("no thread can be started: ") + error.what()});
      run.over = true;
    }
  }

  void ended(const ItemPointer& item, const TransferEnd& end) {
    auto& status = item->kept.status;
    auto progress = item->transfer->progress();
    if (progress.done > status.done) item->attempts = 0;
    status.done = progress.done;
    status.sources = merged(status.sources, std::move(progress.sources));
    item->transfer.reset();
    --running;
    Steady::time_point retry_at{};
    if (end.state == DownloadState::done) {
      status.state = DownloadState::done;
      status.done = status.size;
      status.why.clear();
      status.path = item->kept.plan.target;
      status.finished = options.clock->now();
    } else if (status.state == DownloadState::running) {
      status.state = item->go_on_at_once ? DownloadState::queued : end.state;
      if (status.state == DownloadState::waiting) {
        status.why = end.why;
        const auto wait = end.retry_after ? std::chrono::milliseconds(*end.retry_after)
                                          : backoff(options.patience, item->attempts++, random);
        retry_at = Steady::now() + wait;
        status.next_try = options.clock->now() + wait;
      }
    }
    if (!item->cancelled) {
      // Waiting or interrupted ones begin again as queued after a restart, which they are there.
      auto kept = keep_history(*item);
      if (kept && status.state == DownloadState::done) kept = keep(*item);
      if (!kept) tell(*item, "cannot be recorded", kept.error().message);
      if (status.state == DownloadState::done) tell(*item, "done", status.path);
      if (status.state == DownloadState::waiting && status.why != item->told_why)
        tell(*item, "waits", item->told_why = status.why);
      publish(*item);
    }
    const bool may_wait =
        status.state == DownloadState::waiting || status.state == DownloadState::queued;
    if (options.growing != nullptr && (!may_wait || options.growing->count() > kMostGrowing))
      options.growing->remove(item->kept.plan.id);
    place(item, retry_at);
    changed.notify_all();
  }

  void tell(const Item& item, const std::string& what, const std::string& more) const {
    if (options.log)
      options.log(LogLevel::info, "download " + what,
                  {{"id", item.kept.plan.id}, {"name", item.kept.plan.name}, {"more", more}});
  }

  void schedule() {
    std::unique_lock lock(mutex);
    auto told = Steady::now();
    while (!stopping) {
      runs.remove_if([](Run& run) {
        if (run.over && run.thread.joinable())
          run.thread.join();  // it has only its lock to give back
        return run.over;
      });
      const auto now = Steady::now();
      while (!waiting.empty() && waiting.begin()->first <= now) {
        const auto item = waiting.begin()->second;
        item->kept.status.state = DownloadState::queued;
        place(item);
      }
      while (!queued.empty() && running < options.limits.max_downloads) {
        const auto item = queued.begin()->second;
        begin(item);
      }
      if (now - told >= kTellEvery) {
        told = now;
        for (const auto& run : runs)
          if (!run.over) publish(*run.item);
      }
      if (running == 0 && waiting.empty()) {
        changed.wait(lock);
        continue;
      }
      // A copy: what waits may be gone before the waiting is over.
      const auto next = running > 0 ? now + kTellEvery : waiting.begin()->first;
      changed.wait_until(lock, next);
    }
  }

  void interrupt() {
    const std::lock_guard lock(mutex);
    stopping = true;
    for (const auto& [id, item] : items)
      if (item->transfer) item->transfer->interrupt();
    changed.notify_all();
  }

  // Without the lock.
  void stop() {
    interrupt();
    if (scheduler.joinable()) scheduler.join();
    for (auto& run : runs)
      if (run.thread.joinable()) run.thread.join();
    runs.clear();
  }

  // The same content into the same place: nullptr when there is none, or its file is gone.
  ItemPointer same_as(const TransferPlan& plan) const {
    const auto [from, to] = by_content.equal_range(plan.content);
    for (auto at = from; at != to; ++at) {
      const auto& other = *at->second;
      if (other.kept.plan.folder != plan.folder || other.kept.plan.name != plan.name ||
          other.cancelled)
        continue;
      std::error_code ignored;
      if (other.state() != DownloadState::done ||
          std::filesystem::exists(other.kept.status.path, ignored))
        return at->second;
    }
    return nullptr;
  }

  // By the person, or for an offer. Without the lock: the registry may take its time.
  Result<DownloadStatus> start(const DownloadRequest& request, const std::string& offer) {
    // An offer says all that the registry could; there may be thousands.
    auto plan =
        plan_for(request, options.download_folder, offer.empty() ? options.registry : nullptr);
    if (!plan) return plan.error();
    const std::lock_guard lock(mutex);
    if (const auto same = same_as(*plan)) return join(same, plan->given, offer);
    std::uint8_t bytes[16];
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
    plan->id = to_hex(bytes, sizeof bytes);
    auto item = std::make_shared<Item>();
    auto& kept = item->kept;
    kept.plan = std::move(*plan);
    kept.seq = newest.empty() ? 1 : newest.begin()->first + 1;
    kept.asked_for = false;
    want(kept, offer);
    auto& status = kept.status;
    status.id = kept.plan.id;
    status.content = kept.plan.content;
    status.name = kept.plan.name;
    status.path = (kept.plan.folder / kept.plan.name).string();
    status.size = kept.plan.size;
    status.started = options.clock->now();
    if (auto durable = keep(*item); !durable) return durable.error();
    add(item);
    publish(*item);
    return status;
  }

  // Asked for once more: goes on, with the sources that this request names too.
  Result<DownloadStatus> join(const ItemPointer& item, const std::vector<Source>& sources,
                              const std::string& offer) {
    if (item->state() == DownloadState::done) return status_of(*item);
    auto kept = item->kept;
    const bool wanted = want(kept, offer);
    const bool more = add_sources(kept.plan.given, sources);
    if (wanted || more)
      if (auto durable = replace(*item, std::move(kept)); !durable) return durable.error();
    if (more && item->transfer) item->go_on_at_once = !item->transfer->add(sources);
    return go_on(item);
  }

  // What is kept of it; nothing changes when that cannot be made durable.
  Result<void> replace(Item& item, StoredDownload kept) {
    std::swap(item.kept, kept);
    auto durable = keep(item);
    if (!durable) std::swap(item.kept, kept);
    return durable;
  }

  // An offer does not want it any more, and its sources are gone.
  Result<void> leave(const ItemPointer& item, const std::string& offer,
                     const std::vector<Source>& sources, std::unique_lock<std::mutex>& lock) {
    auto kept = item->kept;
    std::erase(kept.offers, offer);
    if (!kept.asked_for && kept.offers.empty()) return cancel(item, lock);
    for (const auto& gone : sources)
      std::erase_if(kept.plan.given,
                    [&](const Source& source) { return SourcePool::is_same(source, gone); });
    if (auto durable = replace(*item, std::move(kept)); !durable) return durable;
    if (item->transfer)
      for (const auto& gone : sources) item->transfer->withdraw(gone);
    return {};
  }

  Result<void> cancel(const ItemPointer& item, std::unique_lock<std::mutex>& lock) {
    item->cancelled = true;
    place(item);
    if (item->transfer) item->transfer->interrupt();
    changed.wait(lock, [&] { return !item->transfer; });
    if (options.growing != nullptr) options.growing->remove(item->kept.plan.id);
    // First the file: a host that dies in between has not cancelled yet, and leaves nothing behind.
    std::error_code ignored;
    std::filesystem::remove(item->kept.plan.partial(), ignored);
    auto removed = sqlite::attempt([&]() -> Result<void> {
      store.remove(item->kept.plan.id);
      return {};
    });
    if (!removed) {
      item->cancelled = false;
      item->kept.status.state = DownloadState::paused;
      return removed;
    }
    remove(item);
    return {};
  }

  // Those that are not done.
  std::vector<ItemPointer> wanted_by_offers() const {
    std::vector<ItemPointer> found;
    for (const auto& [id, item] : items)
      if (!item->kept.offers.empty() && item->state() != DownloadState::done && !item->cancelled)
        found.push_back(item);
    return found;
  }

  // Goes on now, whatever it waited for.
  Result<DownloadStatus> go_on(const ItemPointer& item) {
    auto& status = item->kept.status;
    if (status.state == DownloadState::done || status.state == DownloadState::running)
      return status_of(*item);
    item->attempts = 0;
    return become(item, DownloadState::queued, "");
  }

  // By the person's wish.
  Result<DownloadStatus> become(const ItemPointer& item, DownloadState state,
                                const std::string& why) {
    auto& status = item->kept.status;
    auto before = status;
    status.state = state;
    status.why = why;
    status.next_try.reset();
    if (auto kept = keep(*item); !kept) {
      status = std::move(before);
      return kept.error();
    }
    if (state == DownloadState::paused && options.growing != nullptr)
      options.growing->remove(item->kept.plan.id);
    place(item);
    publish(*item);
    return status_of(*item);
  }
};

DownloadQueue::DownloadQueue(std::unique_ptr<State> state) : state_(std::move(state)) {}
DownloadQueue::~DownloadQueue() { stop(); }
void DownloadQueue::interrupt() { state_->interrupt(); }
void DownloadQueue::stop() { state_->stop(); }

Result<std::unique_ptr<DownloadQueue>> DownloadQueue::open(DownloadOptions options) {
  return sqlite::attempt([&]() -> Result<std::unique_ptr<DownloadQueue>> {
    return std::unique_ptr<DownloadQueue>(
        new DownloadQueue(std::make_unique<State>(std::move(options))));
  });
}

void DownloadQueue::set_limits(const DownloadLimits& limits) {
  const std::lock_guard lock(state_->mutex);
  state_->options.limits = limits;
  for (const auto& [id, item] : state_->items) {
    if (item->transfer) item->transfer->set_max_sources(limits.max_sources);
    if (item->state() == DownloadState::waiting) state_->place(item, Steady::now());
  }
}

Result<DownloadStatus> DownloadQueue::start(const DownloadRequest& request) {
  return state_->start(request, "");
}

Result<DownloadStatus> DownloadQueue::start_for(const std::string& offer,
                                                const DownloadRequest& request) {
  return state_->start(request, offer);
}

Result<void> DownloadQueue::give_up(const std::string& offer, const std::vector<Source>& sources) {
  auto& s = *state_;
  std::unique_lock lock(s.mutex);
  Result<void> result;
  for (const auto& item : s.wanted_by_offers()) {
    const auto& offers = item->kept.offers;
    if (std::find(offers.begin(), offers.end(), offer) == offers.end()) continue;
    if (item->cancelled || item->state() == DownloadState::done) continue;  // while another ended
    if (auto left = s.leave(item, offer, sources, lock); !left) result = std::move(left);
  }
  return result;
}

std::vector<std::string> DownloadQueue::offers() {
  const std::lock_guard lock(state_->mutex);
  std::set<std::string> found;
  for (const auto& item : state_->wanted_by_offers())
    found.insert(item->kept.offers.begin(), item->kept.offers.end());
  return {found.begin(), found.end()};
}

Result<Page<DownloadStatus>> DownloadQueue::list(const PageRequest& page) {
  const std::lock_guard lock(state_->mutex);
  const auto& newest = state_->newest;
  auto at = newest.begin();
  if (!page.after.empty()) {
    const auto last = state_->items.find(page.after);
    at = last == state_->items.end() ? newest.end() : newest.upper_bound(last->second->kept.seq);
  }
  Page<DownloadStatus> answer;
  for (; at != newest.end(); ++at) {
    if (at->second->cancelled) continue;
    if (answer.items.size() == std::max<std::size_t>(page.limit, 1)) {
      answer.next = answer.items.back().id;
      break;
    }
    answer.items.push_back(state_->status_of(*at->second));
  }
  return answer;
}

Result<DownloadStatus> DownloadQueue::get(const std::string& id) {
  const std::lock_guard lock(state_->mutex);
  const auto item = state_->find(id);
  return item ? Result<DownloadStatus>(state_->status_of(*item)) : no_such(id);
}

Result<DownloadStatus> DownloadQueue::pause(const std::string& id) {
  auto& s = *state_;
  const std::lock_guard lock(s.mutex);
  const auto item = s.find(id);
  if (!item) return no_such(id);
  if (item->state() == DownloadState::done) return s.status_of(*item);
  auto paused = s.become(item, DownloadState::paused, "paused");
  if (paused && item->transfer) item->transfer->interrupt();
  return paused;
}

Result<DownloadStatus> DownloadQueue::resume(const std::string& id) {
  const std::lock_guard lock(state_->mutex);
  const auto item = state_->find(id);
  if (!item) return no_such(id);
  if (item->state() != DownloadState::done) item->kept.plan.liars.clear();  // they get a chance
  return state_->go_on(item);
}

Result<void> DownloadQueue::cancel(const std::string& id) {
  auto& s = *state_;
  std::unique_lock lock(s.mutex);
  const auto item = s.find(id);
  if (!item) return no_such(id);
  return s.cancel(item, lock);
}

}  // namespace swapmeet::transfer_swarm
