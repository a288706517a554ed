#include "host/plugins/gate.h"

#include <algorithm>

#include "swapmeet/listing.h"
#include "swapmeet/system_clock.h"

namespace swapmeet {
namespace {

constexpr std::size_t kLongestSentence = 4096;  // bytes
constexpr std::chrono::seconds kComeBack{5};

const Clock& machine() {
  static const SystemClock clock;
  return clock;
}

std::string seconds_of(std::chrono::nanoseconds time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count()) + " s";
}

}  // namespace

Gate::Gate(std::string id, Threw threw, const Clock& clock)
    : id_(std::move(id)), kept_id_(kept_id(id_)), threw_(std::move(threw)), clock_(clock) {}

Gate::Gate(std::string id, Threw threw) : Gate(std::move(id), std::move(threw), machine()) {}

Gate::Passage::Passage(Gate& gate, const Doing& doing, std::chrono::milliseconds allowed)
    : gate_(gate),
      doing_(doing),
      inside_{gate.kept_id_, &doing, whereabouts().innermost.load(std::memory_order_relaxed)},
      began_(gate.clock_.steady()),
      due_(allowed > Instant::max() - began_ ? Instant::max() : began_ + allowed),
      tell_(due_) {
  prepare_for_overflow();
  {
    const std::lock_guard lock(gate_.mutex_);
    gate_.calls_.push_back(this);
  }
  auto& here = whereabouts();
  here.innermost.store(&inside_, std::memory_order_release);
  here.plugin.store(inside_.plugin, std::memory_order_release);
}

Gate::Passage::~Passage() {
  auto& here = whereabouts();
  here.innermost.store(inside_.outer, std::memory_order_release);
  here.plugin.store(inside_.outer ? inside_.outer->plugin : nullptr, std::memory_order_release);
  const std::lock_guard lock(gate_.mutex_);
  *std::find(gate_.calls_.begin(), gate_.calls_.end(), this) = gate_.calls_.back();
  gate_.calls_.pop_back();
  if (is_overdue_) --gate_.overdue_;
}

std::optional<Error> Gate::is_shut() const {
  const auto overdue = overdue_.load(std::memory_order_relaxed);
  if (overdue < kMostOverdue) return std::nullopt;
  return Error{ErrorCode::unavailable,
               id_ + " is blocked: " + std::to_string(overdue) + " calls of it have not returned",
               {},
               kComeBack};
}

bool Gate::is_proper(const Error& error) {
  return error.code >= ErrorCode::invalid_argument && error.code < ErrorCode::internal &&
         error.message.size() <= kLongestSentence && is_utf8(error.message) &&
         (!error.retry_after || error.retry_after->count() >= 0);
}

// An Error that no plugin should return: a code that there is not, a sentence of a megabyte, or
// `internal`, which says that it is a defect.
Error Gate::improper(const Doing& doing, const Error& error) {
  if (error.code < ErrorCode::invalid_argument || error.code > ErrorCode::internal)
    return failed(doing, "it returned an error with the code " +
                             std::to_string(static_cast<int>(error.code)) + ", which there is not");
  if (!is_utf8(error.message)) return failed(doing, "it returned an error that is not UTF-8");
  if (error.retry_after && error.retry_after->count() < 0)
    return failed(doing, "it returned an error that is to be tried again in the past");
  Error shorter = error;
  if (shorter.message.size() > kLongestSentence) {
    shorter.message.resize(kLongestSentence);
    while (!is_utf8(shorter.message)) shorter.message.pop_back();
  }
  count_fault(doing, shorter.message);
  return shorter;
}

Error Gate::failed(const Doing& doing, std::string_view what) {
  count_fault(doing, what);
  auto sentence = id_ + " failed; the log has more";
  if (!doing.request.empty()) (sentence += " under request ") += doing.request;
  return {ErrorCode::internal, std::move(sentence), {}};
}

void Gate::count_fault(const Doing& doing, std::string_view what) {
  const auto text = doing.text();
  {
    const std::lock_guard lock(mutex_);
    ++faults_;
    last_fault_ = clock_.steady();
    reason_ = text + ": " + std::string(what.substr(0, kLongestSentence));
  }
  if (threw_) threw_(text, what);
}

void Gate::hold_up(const std::string& what, const std::string& why, bool is_fault) {
  const std::lock_guard lock(mutex_);
  if (why.empty())
    held_up_.erase(what);
  else
    held_up_[what] = {why, is_fault};
}

void Gate::mark_overdue() const {
  const auto now = clock_.steady();
  for (auto* call : calls_)
    if (!call->is_overdue_ && now >= call->due_) {
      call->is_overdue_ = true;
      ++overdue_;
    }
}

Gate::Health Gate::health() const {
  const std::lock_guard lock(mutex_);
  mark_overdue();
  Health health{.is_faulty = false,
                .reason = reason_,
                .faults = faults_,
                .calls = calls_.size(),
                .overdue = overdue_};
  const auto now = clock_.steady();
  health.is_faulty = last_fault_ && now - *last_fault_ < kFaulty;
  for (const auto& [what, held] : held_up_) {
    health.reason = what + " is held up: " + held.why;
    health.is_faulty = health.is_faulty || held.is_fault;
  }
  const auto longest =
      std::max_element(calls_.begin(), calls_.end(), [](const Passage* a, const Passage* b) {
        return std::pair(a->is_overdue_, b->began_) < std::pair(b->is_overdue_, a->began_);
      });
  if (longest == calls_.end() || !(*longest)->is_overdue_) return health;
  health.is_faulty = true;
  health.reason =
      (*longest)->doing_.text() + " has not returned for " + seconds_of(now - (*longest)->began_);
  return health;
}

std::vector<Gate::Overdue> Gate::take_overdue() {
  const std::lock_guard lock(mutex_);
  mark_overdue();
  std::vector<Overdue> overdue;
  const auto now = clock_.steady();
  for (auto* call : calls_) {
    if (now < call->tell_) continue;
    const auto since = now - call->began_;
    call->tell_ = now + since;
    overdue.push_back(
        {call->doing_.text(), std::chrono::duration_cast<std::chrono::milliseconds>(since)});
  }
  return overdue;
}

}  // namespace swapmeet
