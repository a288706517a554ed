// The index against a naive scan of all listings, on random data: while the feed goes on, peers
// come and go, and all is put in order again in between.
#include <algorithm>
#include <atomic>
#include <map>
#include <random>
#include <set>
#include <thread>
#include <tuple>

#include "catch.h"
#include "swapmeet/hits.h"
#include "swapmeet/matching.h"
#include "unit/search_memory/index_fixture.h"

using namespace swapmeet;

namespace {

constexpr const char* kWords[] = {"red",  "blue", "green", "song", "live",  "film",
                                  "2019", "the",  "of",    "Über", "house", "redo"};
constexpr const char* kQueries[] = {"red",
                                    "blue song",
                                    "\"red song\"",
                                    "re*",
                                    "song -live",
                                    "the of",
                                    "uber",
                                    "type:audio",
                                    "ext:txt red",
                                    "size>50 song",
                                    "size<=20",
                                    "path:folder1/",
                                    "peer:p2 red",
                                    "-re* song",
                                    "-\"the of\" the",
                                    "\"blue fi*\"",
                                    "peer:p1",
                                    "red -peer:p1",
                                    "f*",
                                    "folder1",
                                    "song1* house",
                                    "type:video -of",
                                    "nothing",
                                    "2019 th*",
                                    "folder2 red",
                                    "\"red so*\"",
                                    "green the of",
                                    "Red_Song live",
                                    "redo -red",
                                    "size:7",
                                    "artist:red",
                                    "artist:re* song",
                                    "song -artist:blue",
                                    "length>30 type:audio",
                                    "length<=20s -length=7",
                                    "artist:\"red blue\"",
                                    "-artist:\"of the\" live",
                                    "attr.mood:calm",
                                    "artist:th* year=2019",
                                    "artist:red artist:blue red"};

struct Found {
  bool in_name;
  Hit hit;
  auto key() const { return std::tuple(!in_name, hit.name.size(), hit.name, hit.path); }
  bool operator==(const Found&) const = default;
  // What ranks it; hits that have the same may come in any order.
  auto rank() const { return std::tuple(!in_name, ~hit.sources, hit.name.size()); }
};

// What the registry would know, and the answer that follows from the words of the contract.
class Naive {
 public:
  void apply(const Change& change) {
    auto& peer = peers_[change.peer];
    if (change.kind == ChangeKind::put || change.kind == ChangeKind::remove)
      peer.listings.erase(change.listing.path);
    if (change.kind == ChangeKind::put)
      peer.listings.try_emplace(change.listing.path, change.listing);
    if (change.kind == ChangeKind::clear) peer.listings.clear();
    if (change.kind == ChangeKind::present) peer.name = change.peer_name;
    if (change.kind == ChangeKind::present || change.kind == ChangeKind::absent)
      peer.present = change.kind == ChangeKind::present;
  }

  std::vector<Found> search(const std::string& text, const Identity& viewer) const {
    const auto query = parse_query(text).value();
    std::map<ContentId, Found> found;
    std::map<ContentId, Time> newest;
    for (const auto& [id, peer] : peers_)
      for (const auto& [path, shared] : peer.listings) {
        const auto& listing = shared.listing;
        if (peer.present && listing.audience.admits(viewer) &&
            shared.queried.matches(query, id, peer.name)) {
          Hit hit{listing.content, std::string(name_of_path(path)), path, listing.size, {}, 0, {}};
          hit.attributes = listing.attributes;
          hit.type = media_type_of(hit.name);
          Found one{matches_name(query, path), std::move(hit)};
          const auto [at, is_new] = found.try_emplace(listing.content, one);
          if (!is_new && one.key() < at->second.key()) at->second = one;
          newest[listing.content] = std::max(newest[listing.content], listing.modified);
        }
      }
    std::vector<Found> all;
    for (auto& [content, one] : found) {
      count(one.hit, viewer);
      one.hit.modified = newest[content];
      one.hit.score = score_of(hit_order(one.in_name, one.hit.sources, one.hit.name.size()));
      all.push_back(one);
    }
    std::sort(all.begin(), all.end(), [](const Found& a, const Found& b) {
      return std::tuple(a.rank(), a.hit.content) < std::tuple(b.rank(), b.hit.content);
    });
    return all;
  }

 private:
  // Its words are taken apart once, and not for every query.
  struct Shared {
    explicit Shared(const Listing& from) : listing(from) {}
    Shared(const Shared&) = delete;
    Shared& operator=(const Shared&) = delete;
    Listing listing;
    QueriedListing queried{listing};
  };
  struct Peer {
    std::map<std::string, Shared> listings;
    std::string name;
    bool present = false;
  };

  void count(Hit& hit, const Identity& viewer) const {
    std::set<std::string> names;
    for (const auto& [id, peer] : peers_) {
      bool has_it = false;
      for (const auto& [path, shared] : peer.listings)
        if (peer.present && shared.listing.content == hit.content &&
            shared.listing.audience.admits(viewer)) {
          has_it = true;
          if (name_of_path(path) != hit.name) names.emplace(name_of_path(path));
        }
      if (has_it) hit.peer = ++hit.sources == 1 ? id : PeerId();
    }
    hit.names.assign(names.begin(), names.end());
    std::stable_sort(hit.names.begin(), hit.names.end(),
                     [](const auto& a, const auto& b) { return a.size() < b.size(); });
    if (hit.names.size() > 10) hit.names.resize(10);
  }

  std::map<PeerId, Peer> peers_;
};

// The hits with what the scan says of their rank; those of equal rank by content.
std::vector<Found> in_fixed_order(const std::vector<Hit>& hits, const std::vector<Found>& wanted) {
  std::map<ContentId, bool> in_name;
  for (const auto& one : wanted) in_name[one.hit.content] = one.in_name;
  std::vector<Found> all;
  for (const auto& hit : hits) all.push_back({in_name[hit.content], hit});
  for (auto first = all.begin(); first != all.end();) {
    const auto last = std::find_if(first, all.end(),
                                   [&](const Found& one) { return one.rank() != first->rank(); });
    std::sort(first, last,
              [](const Found& a, const Found& b) { return a.hit.content < b.hit.content; });
    first = last;
  }
  return all;
}

class Life {
 public:
  Change next() {
    Change change;
    change.peer.bytes[0] = static_cast<std::uint8_t>(1 + pick(6));
    const auto dice = pick(100);
    if (dice < 6) {
      change.kind = dice < 4 ? ChangeKind::present : ChangeKind::absent;
      change.peer_name = "p" + std::to_string(change.peer.bytes[0]);
    } else if (dice < 7) {
      change.kind = ChangeKind::clear;
    } else if (dice < 30) {
      change.kind = ChangeKind::remove;
      change.listing.path = path();
    } else {
      change.listing.path = path();
      change.listing.content.bytes[0] = static_cast<std::uint8_t>(pick(60));
      change.listing.size = change.listing.content.bytes[0];
      if (pick(8) == 0) change.listing.audience = {false, {"friends"}, {}};
      change.listing.attributes = attributes_of(change.listing.content.bytes[0]);
    }
    return change;
  }

 private:
  std::size_t pick(std::size_t below) { return random_() % below; }
  static Attributes attributes_of(std::size_t content) {
    if (content % 3 == 0) return {};
    Attributes attributes{{"length", std::to_string(content)}};
    attributes["artist"] = std::string(kWords[content % std::size(kWords)]) + ' ' +
                           kWords[content / 2 % std::size(kWords)];
    if (content % 4 == 0) attributes["year"] = "2019";
    if (content % 5 == 0) attributes["mood"] = "quite-calm";
    return attributes;
  }
  std::string path() {
    std::string path = "share/folder" + std::to_string(pick(3)) + '/';
    for (auto n = 1 + pick(3); n > 0; --n)
      path += std::string(kWords[pick(std::size(kWords))]) + (pick(2) == 0 ? "_" : " ");
    constexpr const char* kEndings[] = {"mp3", "txt", "mkv"};
    return path + "x." + kEndings[pick(3)];
  }
  std::mt19937 random_{20260101};
};

}  // namespace

TEST_CASE("Answers are those of a naive scan, whatever the feed brings") {
  Naive naive;
  Life life;
  search_memory::IndexFixture fixture;
  search_memory::Index index(fixture.options());
  Revision revision = 0;
  const Identity friendly{"ann", {"friends"}, {}};
  for (int round = 0; round < 60; ++round) {
    ChangeBatch batch{"f", revision, revision + 25, {}};
    for (int i = 0; i < 25; ++i) {
      batch.changes.push_back(life.next());
      naive.apply(batch.changes.back());
    }
    revision = batch.upto;
    REQUIRE(index.apply(batch).ok());
    if (round % 4 == 1) index.reorder();
    for (const auto* query : kQueries)
      for (const auto& viewer : {Identity{}, friendly}) {
        INFO("round " << round << ", query " << query << (viewer.is_guest() ? "" : ", a friend"));
        const auto wanted = naive.search(query, viewer);
        const auto got = index.search({query, {1000, {}}, SortOrder::relevance, viewer}).value();
        REQUIRE(got.total == wanted.size());
        REQUIRE_FALSE(got.has_more);
        REQUIRE(in_fixed_order(got.hits, wanted) == wanted);
      }
  }
  CHECK(index.ranked() > 200);
}

TEST_CASE("Searches go on while the feed is followed and all is put in order again") {
  search_memory::IndexFixture fixture;
  auto options = fixture.options();
  options.reorder_after = 200;
  search_memory::Index index(std::move(options));
  std::atomic<bool> done{false};
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i)
    readers.emplace_back([&] {
      while (!done)
        for (const auto* query : kQueries)
          if (!index.search({query, {}, SortOrder::relevance, {}}).ok()) std::abort();
    });
  Life life;
  for (Revision revision = 0; revision < 20'000; revision += 100) {
    ChangeBatch batch{"f", revision, revision + 100, {}};
    for (int i = 0; i < 100; ++i) batch.changes.push_back(life.next());
    REQUIRE(index.apply(batch).ok());
  }
  done = true;
  for (auto& reader : readers) reader.join();
  CHECK(index.applied()->revision == 20'000);
  while (index.ranked() == 0) std::this_thread::yield();  // it was due many times
}

TEST_CASE("A file for few stays so, however many audiences there are") {
  search_memory::IndexFixture fixture;
  search_memory::Index index(fixture.options());
  Change shown;
  shown.kind = ChangeKind::present;
  shown.peer = {{1}};
  ChangeBatch batch{"f", 0, 1, {shown}};
  for (unsigned n = 0; n <= 65'537; ++n) {
    Change put;
    put.peer = shown.peer;
    put.listing.path = n == 65'536 ? "a/secret" : "a/other" + std::to_string(n);
    put.listing.content.bytes[0] = n == 65'536;
    if (n > 0) put.listing.audience = {false, {}, {"account" + std::to_string(n)}};
    batch.changes.push_back(std::move(put));
  }
  REQUIRE(index.apply(batch).ok());
  const auto found = [&](const Identity& viewer) {
    return index.search({"secret", {}, SortOrder::relevance, viewer})->total;
  };
  CHECK(found({}) == 0);
  CHECK(found({"account1", {}, {}}) == 0);
  CHECK(found({"account65536", {}, {}}) == 1);
}
