// One search of the group: a started plugin, the gate into it, and whether it has kept up lately.
// Whoever is about to ask it holds it; when the last has let go of it, it has been left.
// Threads: any, many at a time.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "host/plugins/answers.h"
#include "host/plugins/gate.h"
#include "host/search/lane.h"
#include "swapmeet/search.h"
#include "swapmeet/time.h"

namespace swapmeet {

// Tells when nobody asks a member any more.
class Leaving {
 public:
  void leave() {
    {
      const std::lock_guard lock(mutex_);
      left_ = true;
    }
    changed_.notify_all();
  }
  // False when somebody still does after `patience`.
  bool wait(Clock& clock, std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    return clock.wait_for(lock, changed_, patience, [&] { return left_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool left_ = false;
};

class Member {
 public:
  // Search and gate stay until the member has been left.
  Member(std::string id, Search& search, Gate& gate)
      : id_(std::move(id)), search_(search), gate_(gate) {}
  ~Member() { leaving_->leave(); }
  Member(const Member&) = delete;
  Member& operator=(const Member&) = delete;

  const std::string& id() const { return id_; }
  Search& plugin() const { return search_; }
  std::shared_ptr<Leaving> leaving() const { return leaving_; }
  Lane& lane() { return lane_; }

  Result<SearchPage> search(const SearchRequest& request) {
    return gate_.call("search()", [&] {
      auto page = search_.search(request);
      if (page) check_answer(*page, request);
      return page;
    });
  }
  Result<std::vector<std::string>> suggest(const SuggestRequest& request) {
    return gate_.call("suggest()", [&] {
      auto queries = search_.suggest(request);
      if (queries) check_answer(*queries, request);
      return queries;
    });
  }
  // Its first hits, as many as the request's limit says: of a search over HTTP page by page.
  Result<SearchPage> first_hits(const SearchRequest& request);

  // It was late several times in a row: who asks others as well does not wait for it.
  bool lags() const { return late_ >= kLagging; }
  void was_late() { ++late_; }
  // It answered in time.
  void keeps_up() {
    late_ = 0;
    left_out_ = false;
  }
  // Returns whether that is news: it was not before, since it last kept up.
  bool was_left_out() { return !left_out_.exchange(true); }

 private:
  static constexpr int kLagging = 3;

  const std::string id_;
  Search& search_;
  Gate& gate_;
  const std::shared_ptr<Leaving> leaving_ = std::make_shared<Leaving>();
  Lane lane_;
  std::atomic<int> late_{0};
  std::atomic<bool> left_out_{false};
};

}  // namespace swapmeet
