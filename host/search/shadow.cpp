#include "host/search/shadow.h"

#include <algorithm>
#include <set>
#include <utility>

namespace swapmeet {
namespace {

constexpr std::size_t kWaiting = 100;
constexpr std::size_t kTimes = 1000;
constexpr std::size_t kDifferences = 20;
constexpr std::size_t kNames = 10;

// The last thousand times that something took.
class Times {
 public:
  void add(std::chrono::nanoseconds took) {
    if (times_.size() < kTimes)
      times_.push_back(took);
    else
      times_[next_++ % kTimes] = took;
  }
  ShadowLatency latency() const {
    auto sorted = times_;
    std::sort(sorted.begin(), sorted.end());
    const auto at = [&](std::size_t percent) {
      if (sorted.empty()) return std::chrono::microseconds{};
      return std::chrono::duration_cast<std::chrono::microseconds>(
          sorted[(sorted.size() - 1) * percent / 100]);
    };
    return {at(50), at(95)};
  }

 private:
  std::vector<std::chrono::nanoseconds> times_;
  std::size_t next_ = 0;
};

std::vector<std::string> first_names(const std::vector<Hit>& hits) {
  std::vector<std::string> names;
  for (const auto& hit : hits)
    if (names.size() < kNames) names.push_back(hit.name);
  return names;
}

std::vector<ContentId> contents_of(const std::vector<Hit>& hits) {
  std::vector<ContentId> contents;
  contents.reserve(hits.size());
  for (const auto& hit : hits) contents.push_back(hit.content);
  return contents;
}

unsigned overlap_of(const std::vector<ContentId>& one, const std::vector<ContentId>& other) {
  const auto most = std::max(one.size(), other.size());
  if (most == 0) return 100;
  const std::set<ContentId> known(one.begin(), one.end());
  const auto both = std::count_if(other.begin(), other.end(),
                                  [&](const auto& content) { return known.contains(content); });
  return static_cast<unsigned>(static_cast<std::size_t>(both) * 100 / most);
}

}  // namespace

struct Shadow::Question {
  SearchRequest request;
  std::vector<Hit> answered;
  std::chrono::nanoseconds took{};
};

struct Shadow::State {
  explicit State(Parts of) : parts(std::move(of)) {}
  const Parts parts;
  mutable std::mutex mutex;  // guards what follows
  ShadowFindings findings;
  std::uint64_t overlaps = 0;  // of all that were compared
  Times answered;
  Times shadow;
  std::deque<ShadowDifference> differences;
};

Shadow::Shadow(Parts parts)
    : state_(std::make_shared<State>(std::move(parts))),
      lane_({.threads = 1, .waiting = kWaiting, .in_background = true}) {}

void Shadow::hear(const SearchRequest& request, const SearchPage& page,
                  std::chrono::nanoseconds took) {
  // What is not the whole answer says nothing about the shadow.
  if (!page.left_out.empty()) return;
  if (due_.fetch_add(state_->parts.share()) % 100 + state_->parts.share() < 100) return;
  auto question = std::make_shared<Question>(Question{request, page.hits, took});
  question->request.deadline = {};
  if (lane_.run([state = state_, question] { compare(*state, *question); })) return;
  const std::lock_guard lock(state_->mutex);
  ++state_->findings.dropped;
}

void Shadow::compare(State& state, const Question& question) {
  if (!state.parts.has_caught_up()) return;
  auto& clock = state.parts.clock;
  const auto began = clock.steady();
  auto request = question.request;
  request.deadline = Deadline(began + state.parts.deadline());
  const auto found = state.parts.member->search(request);
  const auto took = clock.steady() - began;
  const std::lock_guard lock(state.mutex);
  auto& findings = state.findings;
  findings.has_caught_up = true;
  if (!found) {
    ++findings.failed;
    findings.failure = found.error().message;
    return;
  }
  ++findings.compared;
  state.answered.add(question.took);
  state.shadow.add(took);
  const auto before = contents_of(question.answered);
  const auto now = contents_of(found->hits);
  const auto overlap = overlap_of(before, now);
  state.overlaps += overlap;
  if (before == now) {
    ++findings.same;
    return;
  }
  if (overlap == 100) ++findings.reordered;
  state.differences.push_back({clock.now(), request.query, first_names(question.answered),
                               first_names(found->hits), overlap});
  if (state.differences.size() > kDifferences) state.differences.pop_front();
}

ShadowFindings Shadow::findings() const {
  const bool has_caught_up = state_->parts.has_caught_up();
  const std::lock_guard lock(state_->mutex);
  auto findings = state_->findings;
  findings.has_caught_up = has_caught_up;
  if (findings.compared > 0)
    findings.overlap = static_cast<unsigned>(state_->overlaps / findings.compared);
  findings.answered = state_->answered.latency();
  findings.shadow = state_->shadow.latency();
  findings.differences.assign(state_->differences.rbegin(), state_->differences.rend());
  return findings;
}

}  // namespace swapmeet
