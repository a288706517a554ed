// Saved searches at a real index, over HTTP: a host with registry.sqlite and search.memory gets a
// thousand changes a second, first alone and then with 10,000 saved searches of all kinds beside
// it. What they cost the host's processor for each change, and how long it takes from the answer to
// an announcement until a client that listens has the event.
//   bench_watches [--watches N] [--changes N (a second)] [--seconds N]
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <random>
#include <thread>

#include "bench/search/measured_host.h"
#include "bench/search/plain_client.h"
#include "bench/search/workload.h"
#include "swapmeet/wire/client.h"
#include "swapmeet/wire/event_stream.h"
#include "swapmeet/wire/json.h"

using namespace swapmeet;
using namespace swapmeet::bench;

namespace {

using Steady = std::chrono::steady_clock;

constexpr std::size_t kPeers = 8;              // that announce, each over a connection of its own
constexpr std::size_t kPortion = 25;           // changes of an announcement
constexpr std::size_t kSavers = 16;            // connections that save searches
constexpr std::size_t kOfOne = 100;            // watches that an index lets one address have
constexpr std::size_t kWordless = 50;          // watches that every change is compared with
constexpr const char* kMark = "swapmeetmark";  // what the client who listens searches for

struct Options {
  std::size_t watches = 10'000;
  std::size_t changes = 1'000;
  std::size_t seconds = 20;
};

[[noreturn]] void die(const std::string& why) {
  std::fprintf(stderr, "bench_watches: %s\n", why.c_str());
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

void expect(PlainClient& client, int status, const char* what) {
  if (status == 200 || status == 201) return;
  die(std::string(what) + ": " + std::to_string(status) + ' ' + std::string(client.body()));
}

// ---- saved searches ----

constexpr const char* kJson = "Content-Type: application/json\r\n";

std::vector<std::string> mixed_queries(const Workload& workload, std::size_t count) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < std::min(kWordless, count); ++i)
    all.push_back("type:video size>" + std::to_string(i) + "G");
  all.reserve(count + 2 * kWordless);
  const auto of_each = count / std::size(kQueryClasses) + 1;
  for (const auto query_class : kQueryClasses)
    for (auto& query : workload.queries(query_class, of_each)) all.push_back(std::move(query));
  const auto wordless = static_cast<std::ptrdiff_t>(std::min(kWordless, count));
  std::shuffle(all.begin() + wordless, all.end(), std::mt19937_64(5));
  all.resize(count);
  return all;
}

// The id.
std::string save(PlainClient& client, const std::string& query) {
  expect(
      client,
      client.request("POST", "/api/v1/watches", kJson, wire::to_json(wire::WatchOrder{query, {}})),
      "save a search");
  return wire::from_json<wire::WatchRecord>(client.body())->id;
}

// From as many addresses of this machine as it takes.
void save_all(int port, const std::vector<std::string>& queries) {
  std::atomic<std::size_t> next{0};
  std::vector<std::jthread> threads;
  threads.reserve(kSavers);
  for (std::size_t i = 0; i < kSavers; ++i)
    threads.emplace_back([&] {
      for (auto at = kOfOne * next++; at < queries.size(); at = kOfOne * next++) {
        const auto number = at / kOfOne;
        PlainClient client(port, "127.0." + std::to_string(1 + number / 250) + '.' +
                                     std::to_string(1 + number % 250));
        for (auto end = std::min(queries.size(), at + kOfOne); at < end; ++at)
          save(client, queries[at]);
      }
    });
}

// ---- changes ----

const std::string kToken = "Swapmeet-Peer-Token: " + std::string(32, 't') + "\r\n";

std::string target_of(const PeerId& peer) { return "/api/v1/peers/" + peer.text(); }

// When each portion was answered and when its event came.
class Delays {
 public:
  void answered(const std::string& name) { note(answered_, name); }
  void heard(const std::string& name) { note(heard_, name); }
  // Milliseconds from one to the other, of those that were heard.
  std::vector<double> all() {
    const std::lock_guard lock(mutex_);
    std::vector<double> delays;
    for (const auto& [name, at] : answered_)
      if (const auto found = heard_.find(name); found != heard_.end())
        delays.push_back(std::chrono::duration<double, std::milli>(found->second - at).count());
    return delays;
  }
  std::size_t missing() {
    const std::lock_guard lock(mutex_);
    return answered_.size() - static_cast<std::size_t>(std::count_if(
                                  answered_.begin(), answered_.end(),
                                  [&](const auto& one) { return heard_.contains(one.first); }));
  }

 private:
  using Times = std::map<std::string, Steady::time_point>;
  void note(Times& times, const std::string& name) {
    const auto now = Steady::now();
    const std::lock_guard lock(mutex_);
    times.emplace(name, now);
  }
  std::mutex mutex_;
  Times answered_;
  Times heard_;
};

// One peer announces portions, each with one name that is marked, so many a second.
std::size_t announce(int port, const Workload& workload, std::size_t peer, const Options& options,
                     Delays& delays) {
  PlainClient client(port);
  const auto id = workload.peer_id(peer);
  expect(client,
         client.request("PUT", target_of(id), kToken + kJson,
                        R"({"name":")" + workload.peer_name(peer) + R"(","port":6699})"),
         "register");
  const auto listings = workload.listings(peer);
  const auto pause = std::chrono::duration<double>(static_cast<double>(kPortion * kPeers) /
                                                   static_cast<double>(options.changes));
  const auto began = Steady::now();
  std::size_t count = 0;
  for (std::size_t portion = 0; seconds_since(began) < static_cast<double>(options.seconds);
       ++portion) {
    ChangeBatch batch{"bench", count, count + kPortion, {}};
    for (std::size_t i = 0; i < kPortion; ++i) {
      Change change;
      change.revision = ++count;
      change.listing = listings[count % listings.size()];
      change.listing.path = std::to_string(count / listings.size()) + '/' + change.listing.path;
      batch.changes.push_back(std::move(change));
    }
    const auto name = std::string(kMark) + ' ' + workload.peer_name(peer) + ' ' +
                      std::to_string(portion) + ".txt";
    batch.changes.back().listing.path = "marked/" + name;
    expect(
        client,
        client.request("POST", target_of(id) + "/changes",
                       kToken + "Content-Type: application/x-ndjson\r\n", wire::to_ndjson(batch)),
        "announce");
    delays.answered(name);
    std::this_thread::sleep_until(began + std::chrono::duration_cast<Steady::duration>(
                                              pause * static_cast<double>(portion + 1)));
  }
  return count;
}

// Microseconds of the host's processor for each change.
double measure_changes(const MeasuredHost& host, std::uint64_t seed, const Options& options,
                       Delays& delays) {
  constexpr std::size_t kListings = 2'000;  // of each peer, at least nearly
  const Workload workload(seed, {.listings = kListings * kPeers, .peers = kPeers});
  host.wait_until_idle();
  const double computed = host.processor_seconds();
  const auto began = Steady::now();
  std::atomic<std::size_t> count{0};
  std::vector<std::jthread> threads;
  threads.reserve(kPeers);
  for (std::size_t peer = 0; peer < kPeers; ++peer)
    threads.emplace_back(
        [&, peer] { count += announce(host.port(), workload, peer, options, delays); });
  threads.clear();
  const double took = seconds_since(began);
  host.wait_until_idle();
  const double each =
      (host.processor_seconds() - computed) / static_cast<double>(count.load()) * 1e6;
  std::printf("%zu changes, %.0f a second: %.1f us of the host's processor each\n", count.load(),
              static_cast<double>(count.load()) / took, each);
  return each;
}

Options options_of(int argc, char** argv) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    const auto value = static_cast<std::size_t>(std::strtoull(argv[i + 1], nullptr, 10));
    if (name == "--watches")
      options.watches = value;
    else if (name == "--changes")
      options.changes = value;
    else if (name == "--seconds")
      options.seconds = value;
    else
      die("there is no " + std::string(name));
  }
  return options;
}

void measure(const Options& options) {
  MeasuredHost host("memory");
  host.start();
  Delays unheard;
  std::printf("without saved searches: ");
  const double before = measure_changes(host, 1, options, unheard);

  const Workload workload(1, {});
  const auto memory = host.megabytes();
  auto computed = host.processor_seconds();
  auto began = Steady::now();
  save_all(host.port(), mixed_queries(workload, options.watches));
  std::printf("saved %zu searches in %.1f s, %.0f us of the host's processor each; %.1f MB more\n",
              options.watches, seconds_since(began),
              (host.processor_seconds() - computed) / static_cast<double>(options.watches) * 1e6,
              host.megabytes() - memory);

  PlainClient client(host.port());
  wire::EventStream stream("http://127.0.0.1:" + std::to_string(host.port()), "");
  Delays delays;
  std::jthread listening([&, target = "/api/v1/events?watch=" + save(client, kMark)] {
    (void)stream.follow(target, [&](const std::string&, const std::string& data) {
      if (const auto match = wire::from_json<Match>(data)) delays.heard(match->name);
    });
  });
  std::this_thread::sleep_for(std::chrono::seconds(1));
  std::printf("with %zu saved searches: ", options.watches);
  const double after = measure_changes(host, 2, options, delays);
  auto all = delays.all();
  std::printf("so a change costs %.1f us more\n", after - before);
  std::printf(
      "from the answer to the event: median %.1f ms, p99 %.1f ms, at most %.1f ms; %zu of %zu "
      "events did not come\n",
      percentile(all, 0.5), percentile(all, 0.99), percentile(all, 1), delays.missing(),
      all.size() + delays.missing());
  stream.end();
  listening.join();

  host.stop();
  began = Steady::now();
  const double took = host.start();
  std::printf("started again with them in %.2f s, %.2f s of the processor\n", took,
              host.processor_seconds());
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = options_of(argc, argv);
  const auto beside = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  ::setenv("SWAPMEET_BIN", beside.c_str(), 0);
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  measure(options);
  return 0;
}
