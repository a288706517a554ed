// What the scanner's files share: its state, and the steps of its thread's loop. scanner.cpp has
// the loop, scanner_survey.cpp compares folders with the catalogue, scanner_hash.cpp has files
// hashed and commits them. Threads: as it says at each group of members.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "transfer/swarm/scan/hash_pool.h"
#include "transfer/swarm/scan/left_out.h"
#include "transfer/swarm/scan/scanner.h"
#include "transfer/swarm/scan/share_diff.h"

namespace swapmeet::transfer_swarm {

using Instant = std::chrono::steady_clock;

// A scan that has files to hand out: those that the survey has found so far, and after it those
// that another look finds, when there were too many to remember.
struct Task {
  StoredShare share;
  Scope scope;
  bool urgent = false;
  bool surveying = true;  // there may be more
  std::deque<StoredFile> found = {};
  std::optional<ShareDiff> diff = {};
  std::uint64_t files = 0;  // still to be handed out, as the survey counted
  std::uint64_t bytes = 0;
  std::optional<HashJob> next = {};
};

// What others see of a share's scans.
struct Live {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::uint64_t tasks = 0;
  bool surveying = false;
  std::string problem;
  void add(std::uint64_t more_files, std::uint64_t more_bytes) {
    files += more_files;
    bytes += more_bytes;
  }
  void take(std::uint64_t less_files, std::uint64_t less_bytes) {
    files -= std::min(files, less_files);
    bytes -= std::min(bytes, less_bytes);
  }
};

struct Scanner::State {
  Catalogue& catalogue;
  ScanOptions options;
  mutable std::mutex mutex;  // guards what follows, and options' interval and rules
  std::condition_variable told;
  std::set<Scope> requests;
  std::set<std::string> expected;  // shares that will be asked for
  bool all;
  std::vector<HashResult> results;
  bool results_due = false;  // it is worth while to take them
  Instant::time_point results_taken = Instant::now();
  std::map<std::pair<std::string, std::string>, int> closed;  // errno, by share and path
  std::map<std::string, Live> live;
  std::shared_ptr<const IgnoreRules> rules;
  ScanTotals totals;
  std::atomic<bool> stopping{false};
  // The thread's own:
  std::list<Task> tasks;
  // Handed out, not yet committed; as they were when they were handed out.
  std::map<std::pair<std::int64_t, std::string>, FileStamp> in_flight;
  std::map<std::pair<std::int64_t, std::string>, std::vector<HashedFile>> batch;  // by share
  std::size_t batch_files = 0;
  std::size_t batch_bytes = 0;
  Instant::time_point batch_due;
  std::map<Scope, Instant::time_point> later;
  std::map<std::string, Instant::time_point> away_since;
  std::map<std::string, LeftOut> left_out;
  Instant::time_point scanned_all = Instant::now();
  HashPool pool;
  std::thread thread;

  State(Catalogue& scanned, ScanOptions given)
      : catalogue(scanned),
        options(std::move(given)),
        all(options.scan_at_start),
        rules(std::make_shared<const IgnoreRules>(options.ignore)),
        pool(options.hash_threads, options.moved,
             [this](HashResult result) { keep(std::move(result)); }) {}

  void run();
  void wait();
  void begin_scans();
  void survey(const Scope& scope);
  bool to_be_hashed(Task& task, StoredFile file);
  bool is_there(const StoredShare& share);
  void is_away(const StoredShare& share, const std::string& why);
  ShareDiff diff_of(const StoredShare& share, const Scope& scope);
  std::optional<HashJob> next_job(Task& task);
  std::optional<StoredFile> next_file(Task& task);
  void hand_out();
  void end(std::list<Task>::iterator task);
  void end_tasks(const Scope& scope);
  void leave_out_closed();
  void leave_out(const std::string& share, std::int64_t key, const std::string& path, int error);
  void keep(HashResult result);  // by any thread
  void take_results();
  void take(HashResult result);
  void flush();
  void start_over(const std::exception& exception);
  void say(const std::string& share);
  void write_log(LogLevel level, std::string_view message, const std::string& share,
                 const std::string& why) const {
    if (options.log) options.log(level, message, {{"share", share}, {"why", why}});
  }
  static bool is_too_long(const StoredShare& share, const std::string& path);
};

}  // namespace swapmeet::transfer_swarm
