// A search that a test tells what to find, and that can be held up.
// Threads: any; the test's hold() and let_go() are for its own.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "host/search/group.h"
#include "swapmeet/testing/manual_clock.h"

namespace swapmeet {

inline Hit hit_of(unsigned content, double score, std::uint32_t sources = 1) {
  Hit hit;
  hit.content.bytes.fill(0xc0);
  hit.content.bytes[0] = static_cast<std::uint8_t>(content >> 8);
  hit.content.bytes[1] = static_cast<std::uint8_t>(content);
  hit.name = "name " + std::to_string(content);
  hit.path = "a/" + hit.name;
  hit.size = content * 1000;
  hit.sources = sources;
  hit.score = score;
  return hit;
}

inline std::vector<std::string> names_of(const SearchPage& page) {
  std::vector<std::string> names;
  for (const auto& hit : page.hits) names.push_back(hit.name);
  return names;
}

class FakeSearch final : public Search {
 public:
  Result<SearchPage> search(const SearchRequest& request) override {
    {
      std::unique_lock lock(mutex_);
      ++asked;
      changed_.notify_all();
      changed_.wait(lock, [&] { return !held_; });
    }
    if (error) return *error;
    SearchPage page;
    page.query = request.query;
    page.total = hits.size();
    const auto from = request.page.after.empty() ? 0 : std::stoul(request.page.after);
    const auto to = std::min(hits.size(), from + request.page.limit);
    for (auto at = from; at < to; ++at) page.hits.push_back(hits[at]);
    if (to < hits.size()) page.next = std::to_string(to);
    return page;
  }
  Result<std::vector<std::string>> suggest(const SuggestRequest&) override {
    if (error) return *error;
    return suggestions;
  }
  ChangeFollower* follower() override { return nullptr; }

  void hold() {
    const std::lock_guard lock(mutex_);
    held_ = true;
  }
  void let_go() {
    {
      const std::lock_guard lock(mutex_);
      held_ = false;
    }
    changed_.notify_all();
  }
  void wait_until_asked(int times) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return asked >= times; });
  }

  std::vector<Hit> hits;
  std::optional<Error> error;
  std::vector<std::string> suggestions;
  std::atomic<int> asked = 0;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
};

}  // namespace swapmeet
