// What an index takes in and answers, through its real HTTP API: a host with registry.sqlite and
// search.fts in a temporary folder, peers that announce listings in gzip batches, then searches.
//   cmake --preset release && ninja -C build/release bench_index
//   SWAPMEET_BIN=build/release/bin build/release/bin/bench_index [LISTINGS [PEERS]]
#include <zlib.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "swapmeet/wire/json.h"
#include "tests/e2e/network.h"

using namespace swapmeet;
using Steady = std::chrono::steady_clock;

namespace {

constexpr std::size_t kBatch = 2000;
constexpr std::size_t kAnnouncers = 4;  // that share the listings; the first has half of them
constexpr std::size_t kWords = 20'000;
constexpr int kSearches = 300;  // of each kind

double seconds_since(Steady::time_point start) {
  return std::chrono::duration<double>(Steady::now() - start).count();
}

[[noreturn]] void die(const std::string& why) {
  std::fprintf(stderr, "bench_index: %s\n", why.c_str());
  std::exit(1);
}

std::string gzip(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

PeerId peer_id(std::size_t n) {
  PeerId id;
  id.bytes[0] = 1;
  for (std::size_t i = 0; i < 8; ++i) id.bytes[15 - i] = static_cast<std::uint8_t>(n >> (8 * i));
  return id;
}

// Words as files have them: few common ones, many rare ones (Zipf).
class Names {
 public:
  std::string word() {
    const double u = std::uniform_real_distribution<>(0, 1)(random_);
    return text(static_cast<std::size_t>(std::pow(static_cast<double>(kWords), u)) - 1);
  }
  static std::string text(std::size_t rank) {
    static constexpr const char* kParts[] = {"ba", "den", "ri", "sol", "ta", "ver", "mo", "lin"};
    std::string word;
    for (std::size_t rest = rank + 8; rest > 0; rest /= 8) word += kParts[rest % 8];
    return word;
  }
  Listing listing() {
    static constexpr const char* kEndings[] = {".flac", ".mp3", ".jpg", ".txt", ".mkv", ".zip"};
    if (random_() % 12 == 0 || folder_.empty()) folder_ = "files/" + word() + "/" + word();
    Listing one;
    one.path = folder_ + "/" + std::to_string(++count_) + " " + word() + "_" + word() + "-" +
               word() + kEndings[random_() % 6];
    for (auto& byte : one.content.bytes) byte = static_cast<std::uint8_t>(random_());
    one.size = random_() % 10'000'000;
    one.modified = Time(std::chrono::seconds(1'700'000'000 + random_() % 10'000'000));
    return one;
  }

 private:
  std::mt19937 random_{7};
  std::string folder_;
  int count_ = 0;
};

struct Announcer {
  PeerId id;
  std::string token = std::string(32, 't');
  std::vector<std::string> bodies;
  std::size_t listings = 0;
};

std::vector<Announcer> make_announcers(std::size_t listings) {
  Names names;
  std::vector<Announcer> all(kAnnouncers);
  for (std::size_t n = 0; n < kAnnouncers; ++n) {
    auto& one = all[n];
    one.id = peer_id(n);
    one.listings = n == 0 ? listings / 2 : listings / 2 / (kAnnouncers - 1);
    Revision stands = 0;
    while (stands < one.listings) {
      ChangeBatch batch{"bench", stands, stands, {}};
      while (batch.changes.size() < kBatch && batch.upto < one.listings) {
        Change change;
        change.revision = ++batch.upto;
        change.listing = names.listing();
        if (batch.upto == one.listings)
          change.listing.path = "files/lastofall" + std::to_string(n) + ".txt";
        batch.changes.push_back(std::move(change));
      }
      stands = batch.upto;
      one.bodies.push_back(gzip(wire::to_ndjson(batch)));
    }
  }
  return all;
}

class Index {
 public:
  Index()
      : address_("127.0.0.1:" + std::to_string(e2e::free_port())),
        node_(folder_.path(), "index",
              e2e::unlimited(e2e::index_ini(folder_.path(), address_, "10m"))) {
    node_.start();
  }
  e2e::Node& node() { return node_; }
  std::string url() const { return "http://" + address_; }
  std::string call(wire::Client& client, const std::string& method, const std::string& target,
                   const std::string& body = {}, const http::Headers& headers = {}) {
    auto reply = client.request(method, target, body, headers);
    if (!reply) die(method + ' ' + target + ": " + reply.error().message);
    return reply->body;
  }
  void enroll(wire::Client& client, const PeerId& id, const std::string& name) {
    http::Headers headers;
    headers.set("Swapmeet-Peer-Token", std::string(32, 't'));
    headers.set("Content-Type", "application/json");
    call(client, "PUT", "/api/v1/peers/" + id.text(), R"({"name":")" + name + R"(","port":6699})",
         headers);
  }
  SearchPage search(wire::Client& client, const std::string& words) {
    return wire::from_json<SearchPage>(
               call(client, "GET", "/api/v1/search?limit=50&q=" + wire::percent_encode(words)))
        .value();
  }
  void wait_for(wire::Client& client, const std::string& words, std::uint64_t total) {
    while (search(client, words).total != total)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }

 private:
  e2e::Folder folder_;
  std::string address_;
  e2e::Node node_;
};

void announce(Index& index, const Announcer& one) {
  wire::Client client({.url = index.url(), .token = {}, .timeout = std::chrono::minutes(5)});
  http::Headers headers;
  headers.set("Swapmeet-Peer-Token", one.token);
  headers.set("Content-Type", "application/x-ndjson");
  headers.set("Content-Encoding", "gzip");
  for (const auto& body : one.bodies)
    index.call(client, "POST", "/api/v1/peers/" + one.id.text() + "/changes", body, headers);
}

void measure_search(Index& index, wire::Client& client, const char* kind, std::size_t from,
                    std::size_t to, const char* suffix) {
  std::mt19937 random(3);
  std::vector<double> times;
  std::uint64_t most = 0;
  for (int i = 0; i < kSearches; ++i) {
    const auto words = Names::text(from + random() % (to - from)) + suffix;
    const auto start = Steady::now();
    most = std::max(most, index.search(client, words).total);
    times.push_back(seconds_since(start) * 1000);
  }
  std::sort(times.begin(), times.end());
  std::printf("search %-28s p50 %7.2f ms  p99 %7.2f ms  (at most %llu hits)\n", kind,
              times[times.size() / 2], times[times.size() * 99 / 100],
              static_cast<unsigned long long>(most));
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t listings = argc > 1 ? std::stoul(argv[1]) : 200'000;
  const std::size_t peers = argc > 2 ? std::stoul(argv[2]) : 2'000;
  const auto announcers = make_announcers(listings);
  Index index;
  wire::Client client({.url = index.url(), .token = {}, .timeout = std::chrono::minutes(5)});

  auto start = Steady::now();
  for (std::size_t n = 0; n < peers; ++n)
    index.enroll(client, peer_id(n), "peer" + std::to_string(n));
  std::printf("register %zu peers: %.0f a second\n", peers,
              static_cast<double>(peers) / seconds_since(start));

  start = Steady::now();
  std::vector<std::thread> threads;
  threads.reserve(announcers.size());
  for (const auto& one : announcers) threads.emplace_back([&] { announce(index, one); });
  for (auto& thread : threads) thread.join();
  const double announced = seconds_since(start);
  for (std::size_t n = 0; n < announcers.size(); ++n)
    index.wait_for(client, "lastofall" + std::to_string(n), 1);
  const double indexed = seconds_since(start);
  const auto rate = [&](double seconds) { return static_cast<double>(listings) / seconds; };
  std::printf("announce %zu listings: %.0f a second; found by search: %.0f a second\n", listings,
              rate(announced), rate(indexed));

  measure_search(index, client, "rare words", 10'000, 20'000, "");
  measure_search(index, client, "common words", 0, 50, "");
  measure_search(index, client, "the most common word", 0, 1, "");
  measure_search(index, client, "two words", 0, 500, " den");
  measure_search(index, client, "prefix", 0, 50, "*");
  measure_search(index, client, "word and type:audio", 0, 50, " type:audio");
  measure_search(index, client, "word and path:", 50, 500, " path:ba");

  const auto& big = announcers[0];
  http::Headers token;
  token.set("Swapmeet-Peer-Token", big.token);
  start = Steady::now();
  index.call(client, "DELETE", "/api/v1/peers/" + big.id.text(), {}, token);
  const double left = seconds_since(start);
  index.wait_for(client, "lastofall0", 0);
  const double gone = seconds_since(start);
  start = Steady::now();
  index.enroll(client, big.id, "peer0");
  index.wait_for(client, "lastofall0", 1);
  std::printf("peer with %zu files leaves: %.1f ms, not found after %.1f ms; back after %.1f ms\n",
              big.listings, left * 1000, gone * 1000, seconds_since(start) * 1000);

  index.node().signal(SIGTERM);
  std::filesystem::remove_all(index.node().data() / "search.fts");
  start = Steady::now();
  index.node().start();
  for (std::size_t n = 0; n < announcers.size(); ++n)
    index.wait_for(client, "lastofall" + std::to_string(n), 1);
  std::printf("search database deleted: all again in %.2f s, %.0f a second\n", seconds_since(start),
              rate(seconds_since(start)));
  index.node().signal(SIGTERM);
  start = Steady::now();
  index.node().start();
  std::printf("restart: %.2f s\n", seconds_since(start));
}
