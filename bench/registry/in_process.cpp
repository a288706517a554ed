// What the registry's store takes in, in process: first announces of whole shares as NDJSON (read,
// then written and committed, 2,000 listings at a time), the same again, and its feed from the
// start.
//   cmake --preset release && ninja -C build/release bench_registry
//   build/release/bin/bench_registry [--listings N] [--peers N] [--batch N] [--folder DIR]
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "bench/search/workload.h"
#include "registry/sqlite/store.h"
#include "swapmeet/wire/json.h"

using namespace swapmeet;
using registry_sqlite::Store;
using Steady = std::chrono::steady_clock;

namespace {

struct Options {
  std::size_t listings = 1'000'000;
  std::size_t peers = 100;
  std::size_t batch = 2'000;
  std::filesystem::path folder = std::filesystem::temp_directory_path();
};

[[noreturn]] void die(const std::string& why) {
  std::fprintf(stderr, "bench_registry: %s\n", why.c_str());
  std::exit(1);
}

Options options_of(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; i += 2) {
    const std::string_view name = argv[i];
    if (i + 1 == argc) die("a value is missing after " + std::string(name));
    if (name == "--listings")
      options.listings = std::stoul(argv[i + 1]);
    else if (name == "--peers")
      options.peers = std::stoul(argv[i + 1]);
    else if (name == "--batch")
      options.batch = std::stoul(argv[i + 1]);
    else if (name == "--folder")
      options.folder = argv[i + 1];
    else
      die("there is no " + std::string(name));
  }
  return options;
}

// Elapsed time and this process' processor time, summed over what is measured.
class Cost {
 public:
  template <class Work>
  auto of(Work&& work) {
    const auto began = Steady::now();
    const auto cpu = processor_seconds();
    auto result = work();
    elapsed_ += std::chrono::duration<double>(Steady::now() - began).count();
    processor_ += processor_seconds() - cpu;
    return result;
  }
  void print(const char* what, std::size_t count) const {
    std::printf("%-28s %9.0f listings/s  %6.2f us CPU each\n", what,
                static_cast<double>(count) / elapsed_,
                processor_ * 1e6 / static_cast<double>(count));
  }

 private:
  static double processor_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
  }
  double elapsed_ = 0;
  double processor_ = 0;
};

std::vector<ChangeBatch> batches_of(const bench::Workload& workload, std::size_t peer,
                                    std::size_t most, std::string_view feed) {
  std::vector<ChangeBatch> batches;
  Revision revision = 0;
  for (auto& listing : workload.listings(peer)) {
    if (batches.empty() || batches.back().changes.size() == most)
      batches.push_back({std::string(feed), revision, revision, {}});
    Change change;
    change.revision = ++revision;
    change.listing = std::move(listing);
    batches.back().upto = revision;
    batches.back().changes.push_back(std::move(change));
  }
  return batches;
}

void register_peer(Store& store, const bench::Workload& workload, std::size_t peer) {
  registry_sqlite::StoredPeer stored;
  stored.record.id = workload.peer_id(peer);
  stored.record.name = workload.peer_name(peer);
  stored.record.seen_address = "127.0.0.1";
  stored.record.port = 6699;
  stored.token_hash = std::string(32, 'h');
  store.put_peer(stored);
}

std::size_t announce_all(Store& store, const bench::Workload& workload, const Options& options,
                         std::string_view feed) {
  Cost reading;
  Cost writing;
  std::size_t count = 0;
  for (std::size_t peer = 0; peer < workload.size().peers; ++peer) {
    for (const auto& made : batches_of(workload, peer, options.batch, feed)) {
      const auto text = wire::to_ndjson(made);
      const auto batch = reading.of([&] { return wire::batch_from_ndjson(text); });
      if (!batch) die(batch.error().message);
      const auto done = writing.of([&] { return store.announce(workload.peer_id(peer), *batch); });
      if (!done) die(done.error().message);
      count += batch->changes.size();
    }
  }
  reading.print("  read from NDJSON", count);
  writing.print("  written and committed", count);
  return count;
}

void follow(Store& store, std::size_t most) {
  Cost cost;
  std::size_t count = 0;
  for (Revision after = 0;;) {
    const auto batch = cost.of([&] { return store.changes_after(after, most); });
    if (!batch) die(batch.error().message);
    count += batch->changes.size();
    if (batch->upto == after) break;
    after = batch->upto;
  }
  cost.print("the feed, read from 0", count);
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = options_of(argc, argv);
  const bench::Workload workload(
      1, {options.listings, std::max<std::size_t>(options.listings / 10, 1), options.peers});
  std::string pattern = options.folder / "bench_registry.XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr)
    die("no folder can be made in " + options.folder.string());
  const std::filesystem::path folder = pattern;
  {
    Store store(folder);
    for (std::size_t peer = 0; peer < options.peers; ++peer) register_peer(store, workload, peer);
    std::printf("announced for the first time\n");
    const auto count = announce_all(store, workload, options, "first");
    follow(store, options.batch);
    std::printf("announced all over again\n");
    announce_all(store, workload, options, "second");
    std::printf("%zu listings, %.0f bytes of disk each\n", count,
                static_cast<double>(std::filesystem::file_size(folder / "registry.db")) /
                    static_cast<double>(count));
  }
  std::filesystem::remove_all(folder);
}
