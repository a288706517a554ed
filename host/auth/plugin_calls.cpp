#include "host/auth/plugin_calls.h"

#include <condition_variable>
#include <list>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace swapmeet {
namespace {

using std::chrono::seconds;

}  // namespace

// Shared with the threads of the calls.
struct PluginCalls::State {
  std::mutex mutex;
  std::condition_variable changed;
  std::list<Instant> running;  // until when each is waited for
  bool cancelled = false;
};

PluginCalls::PluginCalls(Provider provider, Clock& clock, std::size_t most)
    : provider_(std::move(provider)),
      clock_(clock),
      most_(most),
      state_(std::make_shared<State>()) {}

// What the plugin says of itself goes to whoever logs in, but for a defect, which is in the log.
Error PluginCalls::named(const Error& error) const {
  auto told = error;
  if (error.code == ErrorCode::internal)
    told.message = provider_.id + " has failed; the log of this host says why";
  else if (error.code != ErrorCode::unauthenticated && error.code != ErrorCode::too_many)
    told.message = provider_.id + ": " + error.message;
  return told;
}

PluginCalls::Answer PluginCalls::run(const char* doing, Instant until, const Call& call) {
  auto answer = std::make_shared<std::optional<Answer>>();
  std::unique_lock lock(state_->mutex);
  auto& running = state_->running;
  if (state_->cancelled) return unavailable("the host is stopping; try again");
  if (running.size() >= most_) {
    if (running.front() <= clock_.steady())
      return unavailable(provider_.id + " does not answer; try again later");
    auto busy = too_many("many log in at this moment; try again in a second");
    busy.retry_after = seconds(1);
    return busy;
  }
  const auto place = running.insert(running.end(), until);
  try {
    std::thread([state = state_, answer, place, call, doing, provider = provider_] {
      auto given = provider.gate->call(
          doing, [&] { return call(*static_cast<Authenticator*>(provider.interface)); });
      const std::lock_guard done(state->mutex);
      *answer = std::move(given);
      state->running.erase(place);
      state->changed.notify_all();
    }).detach();
  } catch (const std::system_error&) {
    running.erase(place);
    return unavailable("this machine has no more threads for logging in; try again later");
  }
  const auto is_over = [&] { return answer->has_value() || state_->cancelled; };
  if (!clock_.wait_until(lock, state_->changed, until, is_over))
    return timed_out(provider_.id + " has not answered in time; try again later");
  if (!*answer) return unavailable("the host is stopping; try again");
  if (!**answer) return named((*answer)->error());
  return **answer;
}

PluginCalls::Answer PluginCalls::check(const LogIn& wanted) {
  return run("POST /api/v1/sessions", wanted.deadline.at(),
             [wanted](Authenticator& plugin) { return plugin.check(wanted); });
}

PluginCalls::Answer PluginCalls::current(const std::string& account, Instant until) {
  return run("asking what an account may do", until,
             [account](Authenticator& plugin) { return plugin.current(account); });
}

void PluginCalls::cancel() {
  const std::lock_guard lock(state_->mutex);
  state_->cancelled = true;
  state_->changed.notify_all();
}

bool PluginCalls::idle(std::chrono::milliseconds patience) {
  std::unique_lock lock(state_->mutex);
  return clock_.wait_for(lock, state_->changed, patience,
                         [this] { return state_->running.empty(); });
}

}  // namespace swapmeet
