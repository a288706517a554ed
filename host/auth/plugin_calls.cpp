#include "host/auth/plugin_calls.h"

#include <condition_variable>
#include <list>
#include <mutex>
#include <set>
#include <system_error>
#include <thread>
#include <utility>

namespace swapmeet {
namespace {

using std::chrono::seconds;

constexpr seconds kInLine{8};
constexpr seconds kInside{10};
constexpr std::size_t kMostInLine = 1024;
constexpr std::size_t kMostOfOne = 16;  // of one address, or of one who is known

Error busy() {
  auto error = too_many("many log in at this moment; try again in a second");
  error.retry_after = seconds(1);
  return error;
}

Error stopping() { return unavailable("the host is stopping; try again"); }

}  // namespace

struct PluginCalls::Check {
  LogIn wanted;
  Done done;
  Instant until{};  // in the line, then inside
  std::string alone = {};
  std::shared_ptr<std::atomic<bool>> over = std::make_shared<std::atomic<bool>>(false);
  bool is_answered = false;

  // What waits for the answer is let go before this returns.
  void tell(Answer answer) { std::exchange(done, nullptr)(std::move(answer)); }
};

// Shared with the threads of the calls.
struct PluginCalls::State {
  State(Provider its, Clock& its_clock, std::size_t its_most)
      : provider(std::move(its)), clock(its_clock), most(its_most) {}

  const Provider provider;
  Clock& clock;
  const std::size_t most;
  std::mutex mutex;
  std::condition_variable changed;
  FairLine<std::shared_ptr<Check>> line{kMostInLine, kMostOfOne};
  std::list<std::shared_ptr<Check>> inside;
  std::set<std::string> alone;  // what those inside are alone in
  std::list<Instant> asking;    // until when each call of current() is waited for
  std::size_t answering = 0;    // threads that tell what came of it
  bool cancelled = false;

  bool is_stuck() const { return inside.size() >= most && inside.front()->until <= clock.steady(); }
};

PluginCalls::PluginCalls(Provider provider, Clock& clock, std::size_t most)
    : provider_(std::move(provider)), state_(std::make_shared<State>(provider_, clock, most)) {}

// What the plugin says of itself goes to whoever logs in, but for a defect, which is in the log.
Error PluginCalls::named(const std::string& plugin, const Error& error) {
  auto told = error;
  if (error.code == ErrorCode::internal)
    told.message = plugin + " has failed; the log of this host says why";
  else if (error.code != ErrorCode::unauthenticated && error.code != ErrorCode::not_allowed &&
           error.code != ErrorCode::too_many)
    told.message = plugin + ": " + error.message;
  return told;
}

void PluginCalls::end(const Checks& checks, const Error& why) const {
  for (const auto& check : checks) check->tell(why);
}

void PluginCalls::check(const LogIn& wanted, const Turn& turn, Done done) {
  auto check = std::make_shared<Check>();
  check->wanted = wanted;
  check->done = std::move(done);
  std::optional<Error> refused;
  std::optional<std::shared_ptr<Check>> dropped;
  {
    const std::lock_guard lock(state_->mutex);
    check->until = std::min(wanted.deadline.at(), state_->clock.steady() + kInLine);
    if (state_->cancelled)
      refused = stopping();
    else if (state_->is_stuck())
      refused = unavailable(provider_.id + " does not answer; try again later");
    else
      dropped = state_->line.add(turn, check);
  }
  if (refused) return check->tell(*refused);
  if (dropped) (*dropped)->tell(busy());
  start(state_);
}

// Those whose turn it is, as many as may be inside.
void PluginCalls::start(const std::shared_ptr<State>& state) {
  Checks starting;
  {
    const std::lock_guard lock(state->mutex);
    while (state->inside.size() < state->most && !state->cancelled) {
      auto next = state->line.take(
          [&](const std::string& alone) { return alone.empty() || !state->alone.contains(alone); });
      if (!next) break;
      auto& [check, alone] = *next;
      check->alone = alone;
      check->until = std::min(check->wanted.deadline.at(), state->clock.steady() + kInside);
      check->wanted.deadline = Deadline(check->until, check->over);
      if (!alone.empty()) state->alone.insert(alone);
      state->inside.push_back(check);
      starting.push_back(check);
    }
  }
  for (const auto& check : starting) begin(state, check);
}

void PluginCalls::begin(const std::shared_ptr<State>& state, const std::shared_ptr<Check>& check) {
  try {
    std::thread([state, check] { run(state, check); }).detach();
  } catch (const std::system_error&) {
    {
      const std::lock_guard lock(state->mutex);
      state->inside.remove(check);
      state->alone.erase(check->alone);
      if (std::exchange(check->is_answered, true)) return;
    }
    check->tell(unavailable("this machine has no more threads for logging in; try again later"));
  }
}

void PluginCalls::run(const std::shared_ptr<State>& state, const std::shared_ptr<Check>& check) {
  Answer given = state->provider.gate->call("POST /api/v1/sessions", [&] {
    return static_cast<Authenticator*>(state->provider.interface)->check(check->wanted);
  });
  bool late = false;
  {
    const std::lock_guard lock(state->mutex);
    state->inside.remove(check);
    if (!check->alone.empty()) state->alone.erase(check->alone);
    late = std::exchange(check->is_answered, true);
    ++state->answering;
  }
  start(state);
  if (!late) {
    if (!given) given = named(state->provider.id, given.error());
    check->tell(std::move(given));
  }
  check->over->store(true);
  const std::lock_guard lock(state->mutex);
  --state->answering;
  state->changed.notify_all();
}

PluginCalls::Answer PluginCalls::current(const std::string& account, Instant until) {
  auto answer = std::make_shared<std::optional<Answer>>();
  std::unique_lock lock(state_->mutex);
  auto& asking = state_->asking;
  if (state_->cancelled) return stopping();
  if (asking.size() >= state_->most) {
    if (asking.front() <= state_->clock.steady())
      return unavailable(provider_.id + " does not answer; try again later");
    return busy();
  }
  const auto place = asking.insert(asking.end(), until);
  try {
    std::thread([state = state_, answer, place, account] {
      auto given = state->provider.gate->call("asking what an account may do", [&] {
        return static_cast<Authenticator*>(state->provider.interface)->current(account);
      });
      const std::lock_guard done(state->mutex);
      *answer = std::move(given);
      state->asking.erase(place);
      state->changed.notify_all();
    }).detach();
  } catch (const std::system_error&) {
    asking.erase(place);
    return unavailable("this machine has no more threads for logging in; try again later");
  }
  const auto is_over = [&] { return answer->has_value() || state_->cancelled; };
  if (!state_->clock.wait_until(lock, state_->changed, until, is_over))
    return timed_out(provider_.id + " has not answered in time; try again later");
  if (!*answer) return stopping();
  if (!**answer) return named(provider_.id, (*answer)->error());
  return **answer;
}

std::size_t PluginCalls::waiting() const {
  const std::lock_guard lock(state_->mutex);
  return state_->line.size();
}

void PluginCalls::tend() {
  Checks overdue;
  Checks waited;
  bool stuck = false;
  {
    const std::lock_guard lock(state_->mutex);
    const auto now = state_->clock.steady();
    for (const auto& check : state_->inside)
      if (check->until <= now && !std::exchange(check->is_answered, true)) overdue.push_back(check);
    stuck = state_->is_stuck();
    waited = state_->line.remove([&](const auto& check) { return stuck || check->until <= now; });
  }
  for (const auto& check : overdue) check->over->store(true);
  end(overdue, timed_out(provider_.id + " has not answered in time; try again later"));
  end(waited, stuck ? unavailable(provider_.id + " does not answer; try again later") : busy());
  start(state_);
}

void PluginCalls::cancel() {
  Checks all;
  {
    const std::lock_guard lock(state_->mutex);
    state_->cancelled = true;
    all = state_->line.remove([](const auto&) { return true; });
    for (const auto& check : state_->inside)
      if (!std::exchange(check->is_answered, true)) all.push_back(check);
    state_->changed.notify_all();
  }
  for (const auto& check : all) check->over->store(true);
  end(all, stopping());
}

bool PluginCalls::idle(std::chrono::milliseconds patience) {
  std::unique_lock lock(state_->mutex);
  return state_->clock.wait_for(lock, state_->changed, patience, [this] {
    return state_->inside.empty() && state_->asking.empty() && state_->answering == 0;
  });
}

}  // namespace swapmeet
