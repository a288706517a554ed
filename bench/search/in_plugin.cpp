// Fills search.memory and search.fts with one workload through their own interface and measures
// them, one after the other: how fast they take listings in, what they cost in memory and on the
// disk, how long each class of query takes, and how long a start.
//   bench_search_plugin [--listings N] [--contents N] [--peers N] [--queries N] [--class NAME]
//                       [--plugin memory|fts] [--attributes 1]
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <memory>

#include "bench/search/workload.h"
#include "search/fts/store.h"
#include "search/memory/index.h"
#include "swapmeet/system_clock.h"
#include "swapmeet/testing/temporary_folder.h"

using namespace swapmeet;
using namespace swapmeet::bench;

namespace {

using Steady = std::chrono::steady_clock;

double seconds_since(Steady::time_point begin) {
  return std::chrono::duration<double>(Steady::now() - begin).count();
}

// Time that this thread has computed: what others do on the machine does not count.
double computed_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

double resident_megabytes() {
  std::ifstream statm("/proc/self/statm");
  double total = 0;
  double resident = 0;
  statm >> total >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

void fill(ChangeFollower& follower, const Workload& workload) {
  Revision revision = 0;
  std::size_t listings = 0;
  double inside = 0;
  for (std::size_t peer = 0; peer < workload.size().peers; ++peer) {
    ChangeBatch batch{"bench", revision, 0, {}};
    Change change;
    change.kind = ChangeKind::present;
    change.peer = workload.peer_id(peer);
    change.peer_name = workload.peer_name(peer);
    batch.changes.push_back(change);
    change.kind = ChangeKind::put;
    for (auto& listing : workload.listings(peer)) {
      change.listing = std::move(listing);
      batch.changes.push_back(change);
    }
    listings += batch.changes.size() - 1;
    batch.upto = revision += batch.changes.size();
    const auto began = Steady::now();
    if (!follower.apply(batch)) std::abort();
    inside += seconds_since(began);
  }
  std::printf("%zu listings taken in: %.0f a second\n", listings,
              static_cast<double>(listings) / inside);
}

// Milliseconds.
void print_times(const char* what, std::vector<double> times, double hits) {
  std::sort(times.begin(), times.end());
  const auto at = [&](double part) {
    return times[static_cast<std::size_t>(part * static_cast<double>(times.size() - 1))];
  };
  std::printf("%-12s p50 %8.3f ms   p99 %8.3f ms   max %8.3f ms   hits %.0f\n", what, at(0.5),
              at(0.99), times.back(), hits / static_cast<double>(times.size()));
}

void measure(Search& search, const char* what, const std::vector<std::string>& queries) {
  std::vector<double> times;
  double hits = 0;
  for (const auto& query : queries) {
    const double began = computed_ms();
    const auto page = search.search({query, {50, {}}, SortOrder::relevance, {}});
    times.push_back(computed_ms() - began);
    if (!page) std::abort();
    hits += static_cast<double>(page->total);
  }
  print_times(what, std::move(times), hits);
}

// What a person types, cut off after two to four letters.
void measure_suggestions(Search& search, const std::vector<std::string>& queries) {
  std::vector<double> times;
  double found = 0;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    const auto typed = queries[i].substr(0, queries[i].find(' ')).substr(0, 2 + i % 3);
    const double began = computed_ms();
    const auto suggestions = search.suggest({typed, 10, {}});
    times.push_back(computed_ms() - began);
    if (!suggestions) std::abort();
    found += static_cast<double>(suggestions->size());
  }
  print_times("suggest", std::move(times), found);
}

struct Plan {
  Workload workload;
  std::size_t queries;
  std::string only;  // one class of queries
};

void measure_all(Search& search, const Plan& plan) {
  for (const auto query_class : kQueryClasses)
    if (plan.only.empty() || plan.only == name_of(query_class))
      measure(search, name_of(query_class), plan.workload.queries(query_class, plan.queries));
  if (plan.workload.size().attributes)
    measure(search, "attributes", plan.workload.attribute_queries(plan.queries));
  if (plan.only.empty())
    measure_suggestions(search, plan.workload.queries(QueryClass::medium, plan.queries));
}

double megabytes_in(const std::filesystem::path& folder) {
  double bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    bytes += static_cast<double>(entry.file_size());
  return bytes / 1e6;
}

void run_memory(const Plan& plan) {
  std::printf("search.memory\n");
  const testing::TemporaryFolder folder;
  SystemClock clock;
  const auto open = [&] {
    return std::make_unique<search_memory::Index>(
        search_memory::IndexOptions{.clock = clock,
                                    .salt = 1,
                                    .snapshot = folder.path / "search.snapshot",
                                    .report = [](std::string_view, const std::string& why) {
                                      std::printf("no snapshot: %s\n", why.c_str());
                                    }});
  };
  const double before = resident_megabytes();
  auto index = open();
  fill(*index, plan.workload);
  auto began = Steady::now();
  index->reorder();
  std::printf("put %zu documents in order in %.1f s; %.0f MB\n", index->ranked(),
              seconds_since(began), resident_megabytes() - before);
  measure_all(*index, plan);
  began = Steady::now();
  index.reset();
  std::printf("stopped in %.2f s with a snapshot of %.0f MB, ", seconds_since(began),
              megabytes_in(folder.path));
  began = Steady::now();
  const double computed = computed_ms();
  index = open();
  std::printf("started from it in %.2f s (%.2f s of the processor), %.0f MB\n",
              seconds_since(began), (computed_ms() - computed) / 1e3,
              resident_megabytes() - before);
}

void run_fts(const Plan& plan) {
  std::printf("search.fts\n");
  const testing::TemporaryFolder folder;
  const double before = resident_megabytes();
  auto store = std::make_unique<search_fts::Store>(folder.path, 1000);
  fill(*store, plan.workload);
  std::printf("%.0f MB\n", resident_megabytes() - before);
  measure_all(*store, plan);
  auto began = Steady::now();
  store.reset();
  std::printf("stopped in %.2f s with %.0f MB on the disk, ", seconds_since(began),
              megabytes_in(folder.path));
  began = Steady::now();
  const double computed = computed_ms();
  store = std::make_unique<search_fts::Store>(folder.path, 1000);
  std::printf("started in %.2f s (%.2f s of the processor)\n", seconds_since(began),
              (computed_ms() - computed) / 1e3);
}

}  // namespace

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  std::size_t listings = 1'000'000;
  std::size_t contents = 0;  // 0: as is usual for so many listings
  std::size_t peers = 0;
  std::size_t queries = 1000;
  bool attributes = false;
  std::string only;
  std::string plugin;
  for (int i = 1; i + 1 < argc; i += 2) {
    const auto value = static_cast<std::size_t>(std::strtoull(argv[i + 1], nullptr, 10));
    if (!std::strcmp(argv[i], "--listings")) listings = value;
    if (!std::strcmp(argv[i], "--contents")) contents = value;
    if (!std::strcmp(argv[i], "--peers")) peers = value;
    if (!std::strcmp(argv[i], "--queries")) queries = value;
    if (!std::strcmp(argv[i], "--attributes")) attributes = value != 0;
    if (!std::strcmp(argv[i], "--class")) only = argv[i + 1];
    if (!std::strcmp(argv[i], "--plugin")) plugin = argv[i + 1];
  }
  Workload::Size size{.listings = listings};
  if (contents > 0) size.contents = contents;
  if (peers > 0) size.peers = peers;
  size.attributes = attributes;
  const Plan plan{Workload(1, size), queries, only};
  if (plugin.empty() || plugin == "memory") run_memory(plan);
  if (plugin.empty() || plugin == "fts") run_fts(plan);
}
