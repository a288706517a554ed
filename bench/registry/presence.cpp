// What presence costs the index, in process and through the plugin: peers register, renew, all fall
// silent at once, and all come back.
//   cmake --preset release && ninja -C build/release bench_presence plugin_registry_sqlite
//   build/release/bin/bench_presence build/release/bin/plugins/registry_sqlite.so [PEERS]
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "swapmeet/registry.h"
#include "swapmeet/testing/plugin_under_test.h"

using namespace swapmeet;
using Steady = std::chrono::steady_clock;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kThreads = 8;  // as many as a host has workers
const std::string kToken(40, 't');

PeerId peer_id(std::size_t n) {
  PeerId id;
  id.bytes[0] = 1;
  for (std::size_t i = 0; i < 8; ++i) id.bytes[15 - i] = static_cast<std::uint8_t>(n >> (8 * i));
  return id;
}

double processor_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

template <class Work>
void measure(const char* what, std::size_t count, Work&& work) {
  const auto began = Steady::now();
  const auto cpu = processor_seconds();
  work();
  const std::chrono::duration<double> took = Steady::now() - began;
  std::printf("%-32s %8.2f s, %9.0f a second, %7.2f us CPU each\n", what, took.count(),
              static_cast<double>(count) / took.count(),
              (processor_seconds() - cpu) * 1e6 / static_cast<double>(count));
}

template <class Call>
void for_each_peer(std::size_t peers, Call&& call) {
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (std::size_t thread = 0; thread < kThreads; ++thread)
    threads.emplace_back([&, thread] {
      for (auto n = thread; n < peers; n += kThreads)
        if (!call(n)) std::abort();
    });
  for (auto& thread : threads) thread.join();
}

std::uintmax_t written(const std::filesystem::path& folder) {
  std::uintmax_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (!entry.path().string().ends_with("-shm")) bytes += entry.file_size();
  return bytes;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "bench_presence: name the plugin's file\n");
    return 2;
  }
  const std::size_t peers = argc > 2 ? std::stoul(argv[2]) : 100'000;
  testing::PluginUnderTest plugin{
      argv[1], {{"lease", "60s"}, {"max_peers", "0"}, {"max_peers_per_owner", "0"}}};
  plugin.start();
  auto& registry = plugin.get<Registry>();
  measure("register", peers, [&] {
    for_each_peer(peers, [&](std::size_t n) {
      return registry
          .enroll({peer_id(n), "peer" + std::to_string(n), "", 6699, true, kToken},
                  {{}, "127.0.0.1"})
          .ok();
    });
  });
  const auto before = written(plugin.host().data_folder());
  const auto renew_all = [&] {
    for_each_peer(peers, [&](std::size_t n) { return registry.renew(peer_id(n), kToken).ok(); });
  };
  measure("renew", peers, renew_all);
  std::printf("  %ju bytes more on the disk\n", written(plugin.host().data_folder()) - before);
  measure("59 looks for who is late", 59, [&] {
    for (int second = 0; second < 59; ++second) plugin.host().advance(1s);
  });
  measure("all are late at once", peers, [&] { plugin.host().advance(1s); });
  measure("all renew, and are back", peers, renew_all);
  plugin.stop();
}
