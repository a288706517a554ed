#include "transfer/swarm/scan/scanner.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "transfer/swarm/scan/arrivals.h"
#include "transfer/swarm/scan/file_hashing.h"
#include "transfer/swarm/scan/surveyor.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::chrono::seconds kAfterFailure{5};

}  // namespace

struct Scanner::State {
  Catalogue& catalogue;
  Clock& clock;
  Log log;
  Arrivals arrivals;
  ScanProgress progress;
  // The thread's own:
  LeftOutFiles left_out{progress};
  std::optional<FileAttributes> attributes;
  FileHashing hashing;
  Surveyor surveyor;
  std::thread thread;

  State(Catalogue& scanned, Clock& given, ScanOptions options)
      : catalogue(scanned),
        clock(given),
        log(options.log),
        arrivals(clock, options.rescan_interval, std::move(options.ignore)),
        attributes(options.attributes
                       ? std::optional<FileAttributes>(std::in_place, *options.attributes, clock)
                       : std::nullopt),
        hashing(catalogue, clock, arrivals, progress, left_out,
                {options.hash_threads, options.longest_batch, options.most_in_batch,
                 std::move(options.moved), attributes ? &*attributes : nullptr}),
        surveyor(catalogue, clock, arrivals, progress, left_out, hashing,
                 {std::move(options.never), options.patience, std::move(options.log)}) {
    if (options.scan_at_start) arrivals.request_all();
  }

  void run();
  void survey();
  void leave_out_closed();
  void start_over(const std::exception& exception);
};

Scanner::Scanner(Catalogue& catalogue, Clock& clock, ScanOptions options)
    : state_(std::make_unique<State>(catalogue, clock, std::move(options))) {
  state_->thread = std::thread([state = state_.get()] { state->run(); });
}

Scanner::~Scanner() { stop(); }

void Scanner::request(const std::string& share) {
  if (share.empty())
    state_->arrivals.request_all();
  else
    request(Scope{share, "", true});
}

void Scanner::request(const Scope& scope) { state_->arrivals.request(scope); }

void Scanner::expect(const std::string& share) { state_->arrivals.expect(share); }

void Scanner::leave_out(const std::string& share, const std::string& path, int error) {
  state_->arrivals.leave_out(share, path, error);
}

void Scanner::change(std::chrono::milliseconds rescan_interval, IgnoreRules ignore) {
  state_->arrivals.change(rescan_interval, std::move(ignore));
}

ShareProgress Scanner::progress(const std::string& share) const {
  // In this order: a request is finished when its scan shows in the progress.
  const bool is_asked_for = state_->arrivals.asks_for(share);
  auto now = state_->progress.of(share);
  now.scanning = now.scanning || is_asked_for;
  return now;
}

ScanTotals Scanner::totals() const { return state_->progress.totals(); }

void Scanner::stop() {
  state_->arrivals.stop();
  if (state_->thread.joinable()) state_->thread.join();
}

void Scanner::State::run() {
  while (!arrivals.is_stopping()) {
    try {
      hashing.take_results();
      leave_out_closed();
      survey();
      hashing.hand_out();
      arrivals.wait(hashing.due());
    } catch (const std::exception& exception) {
      start_over(exception);
    }
  }
  try {
    hashing.stop();
  } catch (const std::exception& exception) {
    if (log)
      log(LogLevel::error, "the last hashes could not be kept",
          {{"share", ""}, {"why", exception.what()}});
  }
}

void Scanner::State::survey() {
  if (!arrivals.has_requests()) return;
  std::vector<std::string> names;
  for (const auto& share : catalogue.shares()) names.push_back(share.spec.name);
  const auto scopes = arrivals.take_requests(names);
  for (const auto& scope : scopes)
    if (!arrivals.is_stopping()) surveyor.survey(scope);
  for (const auto& scope : scopes)
    if (std::find(names.begin(), names.end(), scope.share) == names.end())
      progress.forget(scope.share);
  arrivals.finish_requests();
}

void Scanner::State::leave_out_closed() {
  for (const auto& [place, error] : arrivals.take_closed()) {
    const auto& [name, path] = place;
    const auto share = catalogue.share(name);
    if (!share) continue;
    catalogue.remove(share->key, {path});
    left_out.add(name, path, std::strerror(error));
    left_out.show(name);
  }
}

void Scanner::State::start_over(const std::exception& exception) {
  if (log)
    log(LogLevel::error, "a scan failed and is tried again",
        {{"share", ""}, {"why", exception.what()}});
  hashing.clear();
  arrivals.request_all();
  arrivals.finish_requests();
  progress.start_over();
  arrivals.rest(clock.steady() + kAfterFailure);
}

}  // namespace swapmeet::transfer_swarm
