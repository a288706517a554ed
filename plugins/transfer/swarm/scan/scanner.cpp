#include "transfer/swarm/scan/scanner.h"

#include "transfer/swarm/scan/scanner_state.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::chrono::seconds kAfterFailure{5};

}  // namespace

Scanner::Scanner(Catalogue& catalogue, ScanOptions options)
    : state_(std::make_unique<State>(catalogue, std::move(options))) {
  state_->thread = std::thread([state = state_.get()] { state->run(); });
}

Scanner::~Scanner() { stop(); }

void Scanner::request(const std::string& share) {
  if (!share.empty()) return request(Scope{share, "", true});
  const std::lock_guard lock(state_->mutex);
  state_->all = true;
  state_->told.notify_all();
}

void Scanner::request(const Scope& scope) {
  const std::lock_guard lock(state_->mutex);
  state_->requests.insert(scope);
  if (scope.is_whole()) state_->expected.erase(scope.share);
  state_->told.notify_all();
}

void Scanner::expect(const std::string& share) {
  const std::lock_guard lock(state_->mutex);
  state_->expected.insert(share);
}

void Scanner::leave_out(const std::string& share, const std::string& path, int error) {
  const std::lock_guard lock(state_->mutex);
  state_->closed[{share, path}] = error;
  state_->told.notify_all();
}

void Scanner::change(std::chrono::milliseconds rescan_interval, IgnoreRules ignore) {
  const std::lock_guard lock(state_->mutex);
  state_->options.rescan_interval = rescan_interval;
  state_->rules = std::make_shared<const IgnoreRules>(std::move(ignore));
  state_->told.notify_all();  // the next scan may be due sooner
}

ScanProgress Scanner::progress(const std::string& share) const {
  const std::lock_guard lock(state_->mutex);
  ScanProgress now;
  if (const auto found = state_->live.find(share); found != state_->live.end()) {
    const auto& live = found->second;
    now = {live.surveying || live.tasks > 0 || live.files > 0, live.files, live.bytes,
           live.problem};
  }
  const auto asked = state_->requests.lower_bound(Scope{share, "", false});
  now.scanning = now.scanning || state_->all || state_->expected.contains(share) ||
                 (asked != state_->requests.end() && asked->share == share);
  return now;
}

ScanTotals Scanner::totals() const {
  const std::lock_guard lock(state_->mutex);
  return state_->totals;
}

void Scanner::stop() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
    state_->told.notify_all();
  }
  if (state_->thread.joinable()) state_->thread.join();
}

void Scanner::State::run() {
  while (!stopping) {
    try {
      take_results();
      leave_out_closed();
      begin_scans();
      hand_out();
      wait();
    } catch (const std::exception& exception) {
      start_over(exception);
    }
  }
  pool.stop();
  try {
    take_results();
    flush();
  } catch (const std::exception& exception) {
    write_log(LogLevel::error, "the last hashes could not be kept", "", exception.what());
  }
}

void Scanner::State::start_over(const std::exception& exception) {
  write_log(LogLevel::error, "a scan failed and is tried again", "", exception.what());
  tasks.clear();
  in_flight.clear();
  batch.clear();
  batch_files = batch_bytes = 0;
  std::unique_lock lock(mutex);
  for (auto& [name, now] : live) now = Live{0, 0, 0, false, now.problem};
  all = true;
  told.wait_for(lock, kAfterFailure, [&] { return stopping.load(); });
}

// Until something is asked, hashed, or due.
void Scanner::State::wait() {
  std::unique_lock lock(mutex);
  const auto rescan = scanned_all + options.rescan_interval;
  auto due = rescan;
  if (batch_files > 0) due = std::min(due, batch_due);
  for (const auto& [scope, when] : later) due = std::min(due, when);
  told.wait_until(lock, due, [&] {
    return stopping || all || !requests.empty() || results_due || !closed.empty() ||
           scanned_all + options.rescan_interval < due;
  });
  const auto now = Instant::now();
  if (now >= rescan) all = true;
  for (auto at = later.begin(); at != later.end();) {
    if (at->second <= now) {
      requests.insert(at->first);
      at = later.erase(at);
    } else {
      ++at;
    }
  }
}

}  // namespace swapmeet::transfer_swarm
