#include "search/remote/watches.h"

#include <algorithm>
#include <chrono>

#include "swapmeet/backoff.h"
#include "swapmeet/wire/client.h"
#include "swapmeet/wire/json.h"

namespace swapmeet::search_remote {
namespace {

// Between attempts while the index is away.
constexpr BackoffLimits kPauses{std::chrono::seconds(1), std::chrono::seconds(30)};
// At the index, without this host: what lasts is kept by this host, which asks anew at its start.
constexpr std::chrono::minutes kKeep{10};

std::string path_of(const std::string& id) { return "/api/v1/watches/" + wire::percent_encode(id); }

}  // namespace

struct RemoteWatches::Watch {
  std::string query;
  std::string id;  // at the index; the thread's own
  std::function<void(const Match&)> found;
  std::mutex mutex;  // guards what follows; held while `found` is called
  std::condition_variable changed;
  bool ended = false;
  bool finished = false;  // the thread has
  std::unique_ptr<wire::EventStream> stream;
  std::thread thread;  // of RemoteWatches, under its lock
};

Result<std::string> RemoteWatches::ask_for(const std::string& query) const {
  auto answer =
      index_.ask("POST", "/api/v1/watches", wire::to_json(wire::WatchOrder{query, kKeep}));
  if (!answer) return std::move(answer).error();
  auto record = wire::from_json<wire::WatchRecord>(*answer);
  if (!record) return std::move(record).error();
  return std::move(record->id);
}

Result<void> RemoteWatches::make_room() {
  std::erase_if(watches_, [](const auto& one) {
    {
      const std::lock_guard its_lock(one->mutex);
      if (!one->finished) return false;
    }
    one->thread.join();
    return true;
  });
  if (stopped_ || watches_.size() >= kMost)
    return Error{ErrorCode::too_many,
                 "this host watches for " + std::to_string(kMost) + " queries already: end one",
                 {}};
  return {};
}

Result<Registration> RemoteWatches::watch(const WatchRequest& request,
                                          std::function<void(const Match&)> found) {
  {
    const std::lock_guard lock(mutex_);
    if (auto room = make_room(); !room) return std::move(room).error();
  }
  auto id = ask_for(request.query);
  if (!id) return std::move(id).error();
  auto watch = std::make_shared<Watch>();
  watch->query = request.query;
  watch->id = std::move(*id);
  watch->found = std::move(found);
  std::unique_lock lock(mutex_);
  if (auto room = make_room(); !room) {  // others have asked meanwhile
    lock.unlock();
    (void)index_.ask("DELETE", path_of(watch->id), "");
    return std::move(room).error();
  }
  watches_.push_back(watch);
  watch->thread = std::thread([this, watch, seed = seed_++] { run(watch, seed); });
  return Registration([watch] { end(*watch); });
}

void RemoteWatches::end(Watch& watch) {
  const std::lock_guard lock(watch.mutex);
  watch.ended = true;
  if (watch.stream) watch.stream->end();
  watch.changed.notify_all();
}

void RemoteWatches::stop() {
  std::vector<std::shared_ptr<Watch>> all;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    all.swap(watches_);
  }
  for (const auto& watch : all) end(*watch);
  for (const auto& watch : all) watch->thread.join();
}

bool RemoteWatches::is_stopped() const {
  const std::lock_guard lock(mutex_);
  return stopped_;
}

void RemoteWatches::run(const std::shared_ptr<Watch>& watch, std::uint64_t seed) const {
  const auto hear = [&](const std::string& topic, const std::string& data) {
    if (topic != "match") return;
    const auto match = wire::from_json<Match>(data);
    const std::lock_guard lock(watch->mutex);
    if (match && !watch->ended) watch->found(*match);
  };
  Backoff pauses(kPauses, seed);
  bool is_new = false;  // asked for since the index forgot the last
  for (;;) {
    auto stream = index_.open_stream();
    {
      const std::lock_guard lock(watch->mutex);
      if (watch->ended) break;
      if (stream) watch->stream = std::move(*stream);
    }
    if (!watch->id.empty() && watch->stream) {
      const auto began = clock_.steady();
      const auto followed =
          watch->stream->follow("/api/v1/events?watch=" + wire::percent_encode(watch->id), hear);
      if (clock_.steady() - began > kPauses.longest) pauses.reset();
      // An index that has started anew knows nothing of it.
      const bool forgotten = !followed && followed.error().code == ErrorCode::not_found;
      if (forgotten) watch->id.clear();
      if (forgotten && !is_new) {
        if (auto id = ask_for(watch->query)) watch->id = std::move(*id);
        is_new = !watch->id.empty();
        if (is_new) {
          const std::lock_guard lock(watch->mutex);
          watch->stream.reset();
          continue;
        }
      }
      is_new = false;
    }
    {
      std::unique_lock lock(watch->mutex);
      watch->stream.reset();
      if (clock_.wait_for(lock, watch->changed, pauses.next(), [&] { return watch->ended; })) break;
    }
    if (watch->id.empty())
      if (auto id = ask_for(watch->query)) watch->id = std::move(*id);
  }
  // The index would end it by itself, after a while: a host that stops does not wait for that.
  if (!watch->id.empty() && !is_stopped()) (void)index_.ask("DELETE", path_of(watch->id), "");
  const std::lock_guard lock(watch->mutex);
  watch->finished = true;
}

}  // namespace swapmeet::search_remote
