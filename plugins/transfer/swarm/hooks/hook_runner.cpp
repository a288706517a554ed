#include "transfer/swarm/hooks/hook_runner.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>
#include <string_view>

namespace swapmeet::transfer_swarm {
namespace {

constexpr int kLookMilliseconds = 50;  // whether one has ended
constexpr std::size_t kMostSaid = 300;
constexpr int kMostReads = 64;             // in one look
constexpr std::chrono::seconds kToEnd{2};  // that one has after it was asked to

// What it wrote is read, so that it need not wait for that; the end is kept. Who never stops
// writing does not keep the others from being looked at.
void hear(int descriptor, std::string& said) {
  std::array<char, 4096> bytes{};
  for (int times = 0; times < kMostReads; ++times) {
    const auto got = ::read(descriptor, bytes.data(), bytes.size());
    if (got <= 0) return;
    said.append(bytes.data(), static_cast<std::size_t>(got));
    if (said.size() > kMostSaid) said.erase(0, said.size() - kMostSaid);
  }
}

std::string last_line(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  const auto at = text.rfind('\n');
  return at == std::string::npos ? text : text.substr(at + 1);
}

std::vector<std::string> environment_with(const std::vector<std::string>& facts) {
  std::vector<std::string> all;
  for (char** one = environ; *one != nullptr; ++one)
    if (!std::string_view(*one).starts_with("SWAPMEET_")) all.emplace_back(*one);
  all.insert(all.end(), facts.begin(), facts.end());
  return all;
}

}  // namespace

HookRunner::HookRunner(Clock& clock, Log log, const Limits& limits)
    : clock_(clock), log_(std::move(log)), limits_(limits) {}

HookRunner::~HookRunner() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void HookRunner::run(const std::string& name, const HookCommand& command,
                     std::vector<std::string> facts) {
  const std::lock_guard lock(mutex_);
  if (over_) return;
  if (waiting_.size() >= limits_.waiting) {
    if (left_out_++ == 0)
      log_(LogLevel::warning, "hooks are left out, for too many wait for their turn",
           {{"hook", name}});
    return;
  }
  waiting_.push_back({name, command, std::move(facts)});
  if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
  changed_.notify_all();
}

void HookRunner::work() {
  Lock lock(mutex_);
  while (!over_) {
    if (waiting_.empty() && running_.empty()) {
      if (left_out_ > 1)
        log_(LogLevel::warning, "hooks were left out", {{"count", std::to_string(left_out_)}});
      left_out_ = 0;
      changed_.wait(lock);
      continue;
    }
    std::vector<Job> due;
    while (!waiting_.empty() && running_.size() + due.size() < limits_.at_once) {
      due.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
    }
    lock.unlock();
    for (auto& job : due) start(std::move(job));
    wait_for_news();
    running_.remove_if([this](Running& one) { return has_ended(one); });
    lock.lock();
  }
  lock.unlock();
  running_.clear();
}

void HookRunner::start(Job job) {
  auto child = process::Child::start(
      job.command.file, job.command.arguments,
      process::Surroundings{environment_with(job.facts), std::filesystem::path("/")});
  if (!child) return log_failure(job.name, child.error().message, "");
  child->close_input();
  running_.push_back({std::move(job), std::move(*child), clock_.steady() + limits_.deadline});
}

void HookRunner::wait_for_news() const {
  if (running_.empty()) return;
  ::poll(nullptr, 0, kLookMilliseconds);
}

bool HookRunner::has_ended(Running& running) const {
  std::string how;
  auto& child = running.child;
  const bool ended = child.has_ended(how);
  hear(child.output(), running.said);
  hear(child.error(), running.said);
  const auto& name = running.job.name;
  if (ended) {
    if (running.late)
      log_failure(name, "it took longer than it may, and was ended", running.said);
    else if (how != "exit code 0")
      log_failure(name, how, running.said);
    return true;
  }
  const auto now = clock_.steady();
  if (now < running.until) return false;
  child.signal(running.late ? SIGKILL : SIGTERM);
  running.late = true;
  running.until = now + kToEnd;
  return false;
}

void HookRunner::log_failure(const std::string& name, const std::string& why,
                             const std::string& said) const {
  log_(LogLevel::warning, "hook failed", {{"hook", name}, {"why", why}, {"said", last_line(said)}});
}

}  // namespace swapmeet::transfer_swarm
