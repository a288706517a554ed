// A large community at a real index, over HTTP: a host with registry.sqlite and search.memory is
// started, the peers of a workload register and announce, and 8 clients search, alone and beside a
// thousand changes a second. Then what it costs in memory and on the disk, a cold start, and many
// peers that announce at the same moment.
//   bench_search_http [--listings N] [--peers N] [--clients N] [--seconds N] [--changes N (a
//   second)]
//                     [--rush N (peers)] [--big N (listings of one peer)] [--search memory|fts]
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <thread>

#include "bench/search/measured_host.h"
#include "bench/search/plain_client.h"
#include "bench/search/workload.h"
#include "swapmeet/background.h"
#include "swapmeet/wire/client.h"
#include "swapmeet/wire/json.h"

using namespace swapmeet;
using namespace swapmeet::bench;

namespace {

using Steady = std::chrono::steady_clock;

constexpr std::size_t kBatch = 2000;  // listings of a request, as a peer's own host sends them

struct Options {
  std::size_t listings = 1'000'000;
  std::size_t peers = 0;  // 0: as is usual for so many listings
  std::size_t clients = 8;
  std::size_t seconds = 10;
  std::size_t changes = 1'000;
  std::size_t rush = 500;
  std::size_t big = 1'000'000;
  std::string search = "memory";
};

[[noreturn]] void die(const std::string& why) {
  std::fprintf(stderr, "bench_search_http: %s\n", why.c_str());
  std::exit(1);
}

double seconds_since(Steady::time_point began) {
  return std::chrono::duration<double>(Steady::now() - began).count();
}

double percentile(std::vector<double>& times, double part) {
  if (times.empty()) return 0;
  std::sort(times.begin(), times.end());
  return times[static_cast<std::size_t>(part * static_cast<double>(times.size() - 1))];
}

// ---- what peers do ----

const std::string kToken = "Swapmeet-Peer-Token: " + std::string(32, 't') + "\r\n";

std::string target_of(const PeerId& peer) { return "/api/v1/peers/" + peer.text(); }

// Statuses other than 200 and 201, over all that is done here.
std::atomic<std::size_t> failures{0};

void expect(PlainClient& client, int status, const char* what) {
  if (status == 200 || status == 201) return;
  if (failures++ == 0)
    std::fprintf(stderr, "%s: %d %s\n", what, status, std::string(client.body()).c_str());
}

void enroll(PlainClient& client, const PeerId& peer, const std::string& name) {
  expect(client,
         client.request("PUT", target_of(peer), kToken + "Content-Type: application/json\r\n",
                        R"({"name":")" + name + R"(","port":6699})"),
         "register");
}

void send(PlainClient& client, const PeerId& peer, const std::string& body) {
  expect(client,
         client.request("POST", target_of(peer) + "/changes",
                        kToken + "Content-Type: application/x-ndjson\r\n", body),
         "announce");
}

// A peer's whole share, from base 0, as bodies of requests.
std::vector<std::string> bodies_of(const std::vector<Listing>& listings) {
  std::vector<std::string> bodies;
  for (std::size_t at = 0; at < listings.size();) {
    ChangeBatch batch{"bench", at, at, {}};
    for (const auto end = std::min(listings.size(), at + kBatch); at < end; ++at) {
      Change change;
      change.revision = ++batch.upto;
      change.listing = listings[at];
      batch.changes.push_back(std::move(change));
    }
    bodies.push_back(wire::to_ndjson(batch));
  }
  return bodies;
}

// Announces all peers of the workload, several at once; the number of listings.
std::size_t announce_all(int port, const Workload& workload, std::size_t connections) {
  std::atomic<std::size_t> next{0};
  std::atomic<std::size_t> count{0};
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < connections; ++i)
    threads.emplace_back([&] {
      PlainClient client(port);
      for (std::size_t peer = next++; peer < workload.size().peers; peer = next++) {
        const auto listings = workload.listings(peer);
        enroll(client, workload.peer_id(peer), workload.peer_name(peer));
        for (const auto& body : bodies_of(listings)) send(client, workload.peer_id(peer), body);
        count += listings.size();
      }
    });
  threads.clear();
  return count;
}

// ---- searching ----

std::vector<std::string> mixed_targets(const Workload& workload) {
  constexpr std::size_t kOfEach = 2'000;
  std::vector<std::string> targets;
  for (const auto query_class : kQueryClasses)
    for (const auto& query : workload.queries(query_class, kOfEach))
      targets.push_back("/api/v1/search?limit=50&q=" + wire::percent_encode(query));
  std::shuffle(targets.begin(), targets.end(), std::mt19937_64(5));
  return targets;
}

// Searches from several connections until it is destroyed or asked for what was seen.
class Searchers {
 public:
  Searchers(int port, const std::vector<std::string>& targets, std::size_t clients)
      : times_(clients), began_(Steady::now()) {
    for (std::size_t i = 0; i < clients; ++i)
      threads_.emplace_back([this, port, &targets, i, clients](const std::stop_token& stop) {
        PlainClient client(port);
        for (auto at = i; !stop.stop_requested(); at += clients) {
          const auto began = Steady::now();
          expect(client, client.request("GET", targets[at % targets.size()]), "search");
          times_[i].push_back(seconds_since(began) * 1e3);
        }
      });
  }
  // Milliseconds of each search; nothing is searched any more.
  std::vector<double> finish() {
    seconds_ = seconds_since(began_);
    for (auto& thread : threads_) thread.request_stop();
    threads_.clear();
    std::vector<double> all;
    for (const auto& times : times_) all.insert(all.end(), times.begin(), times.end());
    return all;
  }
  double seconds() const { return seconds_; }

 private:
  std::vector<std::vector<double>> times_;
  const Steady::time_point began_;
  double seconds_ = 0;
  std::vector<std::jthread> threads_;
};

// Listings that come and go, so many a second in portions of a hundred.
class Changes {
 public:
  Changes(int port, const Workload& workload, std::size_t a_second)
      : thread_([this, port, &workload, a_second](const std::stop_token& stop) {
          constexpr std::size_t kPortion = 100;
          PlainClient client(port);
          const auto began = Steady::now();
          Workload::Size other = workload.size();
          const Workload unseen(99, other);
          for (std::size_t peer = 0; !stop.stop_requested(); ++peer) {
            PeerId id = unseen.peer_id(peer);
            auto listings = unseen.listings(peer);
            listings.resize(std::min(listings.size(), kPortion));
            enroll(client, id, "new" + std::to_string(peer));
            for (const auto& body : bodies_of(listings)) send(client, id, body);
            count_ += listings.size() + 1;
            std::this_thread::sleep_until(
                began + std::chrono::duration_cast<Steady::duration>(std::chrono::duration<double>(
                            static_cast<double>(count_) / static_cast<double>(a_second))));
          }
        }) {}
  std::size_t finish() {
    thread_.request_stop();
    thread_.join();
    return count_;
  }

 private:
  std::atomic<std::size_t> count_{0};
  std::jthread thread_;
};

double measure_searching(const MeasuredHost& host, const std::vector<std::string>& targets,
                         const Options& options, const Workload* changing) {
  const double computed = host.processor_seconds();
  Searchers searchers(host.port(), targets, options.clients);
  std::optional<Changes> changes;
  if (changing) changes.emplace(host.port(), *changing, options.changes);
  std::this_thread::sleep_for(std::chrono::seconds(options.seconds));
  auto times = searchers.finish();
  const double spent = host.processor_seconds() - computed;
  const auto count = static_cast<double>(times.size());
  const double p99 = percentile(times, 0.99);
  std::printf(
      "searches by %zu clients: %.0f a second, p50 %.2f ms, p99 %.2f ms, %.0f us of the "
      "host's processor each",
      options.clients, count / searchers.seconds(), percentile(times, 0.5), p99,
      spent / count * 1e6);
  if (changes)
    std::printf("; beside %.0f changes a second",
                static_cast<double>(changes->finish()) / searchers.seconds());
  std::printf("\n");
  return p99;
}

// ---- announcing ----

void measure_filling(const MeasuredHost& host, const Workload& workload) {
  const auto began = Steady::now();
  const double computed = host.processor_seconds();
  const auto count = static_cast<double>(announce_all(host.port(), workload, 16));
  const double announced = seconds_since(began);
  host.wait_until_idle();
  std::printf(
      "%zu peers announced %.0f listings in %.0f s; %.1f us of the host's processor each, "
      "until all are found and ranked; at most %.0f MB\n",
      workload.size().peers, count, announced, (host.processor_seconds() - computed) / count * 1e6,
      host.most_megabytes());
}

void wait_for(PlainClient& client, std::string_view word) {
  while (client.request("GET", "/api/v1/search?limit=1&q=" + std::string(word)),
         client.body().find("\"total\":0") != std::string_view::npos)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

void measure_big_peer(const MeasuredHost& host, std::size_t listings) {
  const Workload share(7, {.listings = listings, .contents = listings, .peers = 1});
  auto all = share.listings(0);
  all.back().path = "files/lastofall.txt";
  const auto bodies = bodies_of(all);
  PlainClient client(host.port());
  enroll(client, share.peer_id(0), "big");
  const double computed = host.processor_seconds();
  const auto began = Steady::now();
  for (const auto& body : bodies) send(client, share.peer_id(0), body);
  const double announced = seconds_since(began);
  wait_for(client, "lastofall");
  const double found = seconds_since(began);
  const auto count = static_cast<double>(all.size());
  std::printf(
      "a peer announced %.0f listings: %.0f a second, found by searches %.0f a second; "
      "%.1f us of the host's processor each\n",
      count, count / announced, count / found, (host.processor_seconds() - computed) / count * 1e6);
}

// Many peers at the same moment, each over a connection of its own.
void measure_rush(const MeasuredHost& host, const std::vector<std::string>& targets,
                  const Options& options) {
  constexpr std::size_t kEach = 2'000;
  const Workload rush(
      11,
      {.listings = options.rush * kEach, .contents = options.rush * kEach, .peers = options.rush});
  std::vector<std::vector<std::string>> bodies;
  for (std::size_t peer = 0; peer < options.rush; ++peer) {
    auto listings = rush.listings(peer);
    listings.resize(std::min(listings.size(), kEach));
    bodies.push_back(bodies_of(listings));
  }
  Searchers alone(host.port(), targets, 1);
  std::this_thread::sleep_for(std::chrono::seconds(3));
  auto before = alone.finish();
  const auto failed = failures.load();
  Searchers beside(host.port(), targets, 1);
  std::vector<double> times(options.rush);
  const auto began = Steady::now();
  {
    std::vector<std::jthread> threads;
    for (std::size_t peer = 0; peer < options.rush; ++peer)
      threads.emplace_back([&, peer] {
        run_in_background();  // those would be other machines
        PlainClient client(host.port());
        enroll(client, rush.peer_id(peer), rush.peer_name(peer));
        for (const auto& body : bodies[peer]) send(client, rush.peer_id(peer), body);
        times[peer] = seconds_since(began);
      });
  }
  auto during = beside.finish();
  std::printf(
      "%zu peers with %zu listings each at once: done after %.1f s (the median), %.1f s "
      "(the last); %zu requests failed; searches p99 %.2f ms, alone %.2f ms\n",
      options.rush, kEach, percentile(times, 0.5), percentile(times, 1), failures.load() - failed,
      percentile(during, 0.99), percentile(before, 0.99));
}

void measure_start(MeasuredHost& host) {
  std::printf("stopped in %.1f s; ", host.stop());
  host.forget_cached();
  std::printf("cold start until a search is answered: %.2f s, ", host.start());
  std::printf("%.1f s of the processor; %.0f MB resident; %.0f MB on the disk\n",
              host.processor_seconds(), host.megabytes(), host.megabytes_on_disk());
}

Options options_of(int argc, char** argv) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    const auto value = static_cast<std::size_t>(std::strtoull(argv[i + 1], nullptr, 10));
    if (name == "--listings")
      options.listings = value;
    else if (name == "--peers")
      options.peers = value;
    else if (name == "--clients")
      options.clients = value;
    else if (name == "--seconds")
      options.seconds = value;
    else if (name == "--changes")
      options.changes = value;
    else if (name == "--rush")
      options.rush = value;
    else if (name == "--big")
      options.big = value;
    else if (name == "--search")
      options.search = argv[i + 1];
    else
      die("there is no " + std::string(name));
  }
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = options_of(argc, argv);
  const auto beside = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  ::setenv("SWAPMEET_BIN", beside.c_str(), 0);
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  Workload::Size size{.listings = options.listings};
  if (options.peers > 0) size.peers = options.peers;
  const Workload workload(1, size);
  const auto targets = mixed_targets(workload);
  MeasuredHost host(options.search);
  host.start();
  measure_filling(host, workload);
  std::printf("%.0f MB resident; %.0f MB on the disk\n", host.megabytes(),
              host.megabytes_on_disk());
  measure_searching(host, targets, options, nullptr);
  measure_searching(host, targets, options, &workload);
  measure_start(host);
  measure_searching(host, targets, options, nullptr);
  if (options.rush > 0) measure_rush(host, targets, options);
  if (options.big > 0) measure_big_peer(host, options.big);
  std::printf("%zu requests failed\n", failures.load());
  return failures == 0 ? 0 : 1;
}
