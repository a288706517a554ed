// Fills search.memory with a workload through its own interface and measures it: how fast it takes
// listings in, what it costs in memory, and how long each class of query takes.
//   bench_search_plugin [--listings N] [--contents N] [--peers N] [--queries N] [--class NAME]
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>

#include "bench/search/workload.h"
#include "search/memory/index.h"

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

std::size_t fill(search_memory::Index& index, const Workload& workload) {
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
    if (!index.apply(batch)) std::abort();
    inside += seconds_since(began);
  }
  std::printf("%zu listings taken in: %.0f a second\n", listings,
              static_cast<double>(listings) / inside);
  return listings;
}

void measure(search_memory::Index& index, QueryClass query_class,
             const std::vector<std::string>& queries) {
  std::vector<double> times;
  double hits = 0;
  for (const auto& query : queries) {
    const double began = computed_ms();
    const auto page = index.search({query, {50, {}}, SortOrder::relevance, {}});
    times.push_back(computed_ms() - began);
    if (!page) std::abort();
    hits += static_cast<double>(page->total);
  }
  std::sort(times.begin(), times.end());
  const auto at = [&](double part) {
    return times[static_cast<std::size_t>(part * static_cast<double>(times.size() - 1))];
  };
  std::printf("%-12s p50 %8.3f ms   p99 %8.3f ms   max %8.3f ms   hits %.0f\n",
              name_of(query_class), at(0.5), at(0.99), times.back(),
              hits / static_cast<double>(queries.size()));
}

}  // namespace

int main(int argc, char** argv) {
  Workload::Size size;
  std::size_t queries = 1000;
  std::string only;  // one class of queries
  for (int i = 1; i + 1 < argc; i += 2) {
    const auto value = static_cast<std::size_t>(std::strtoull(argv[i + 1], nullptr, 10));
    if (!std::strcmp(argv[i], "--listings")) size.listings = value;
    if (!std::strcmp(argv[i], "--contents")) size.contents = value;
    if (!std::strcmp(argv[i], "--peers")) size.peers = value;
    if (!std::strcmp(argv[i], "--queries")) queries = value;
    if (!std::strcmp(argv[i], "--class")) only = argv[i + 1];
  }
  const Workload workload(1, size);
  search_memory::Index index(1000);
  const double before = resident_megabytes();
  fill(index, workload);
  const auto began = Steady::now();
  index.rank();
  std::printf("ranked %zu documents in %.1f s; %.0f MB\n", index.ranked(), seconds_since(began),
              resident_megabytes() - before);
  for (const auto query_class : kQueryClasses)
    if (only.empty() || only == name_of(query_class))
      measure(index, query_class, workload.queries(query_class, queries));
}
