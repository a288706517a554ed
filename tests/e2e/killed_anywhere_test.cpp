// Index and peer are killed with SIGKILL at random moments while files change; afterwards all that
// can be seen of them is what an undisturbed run of the same changes shows.
#include <signal.h>

#include <map>
#include <random>
#include <thread>

#include "catch.h"
#include "network.h"
#include "swapmeet/wire/json.h"
#include "transfer/swarm/hashing/merkle.h"

using namespace e2e;
using namespace swapmeet;

namespace {

constexpr unsigned kSeed = 20260101;
constexpr int kRounds = 24;
constexpr int kFirst = 2000;  // changes before anything runs
constexpr int kRunning = 200;
constexpr int kHalfDead = 100;  // while one of the two is dead
constexpr const char* kLast = "the last word.txt";
constexpr const char* kQueries[] = {"size>=0",           "song",         "ete", "moun*",
                                    "river -path:moved", "\"last word\""};

using Lines = std::vector<std::string>;

// Files that come, go, change and move, the same ones in every run: an own random source, and
// nothing that depends on time.
class Changes {
 public:
  explicit Changes(fs::path share) : share_(std::move(share)) {}

  void some(int count) {
    for (int i = 0; i < count; ++i) one();
    const auto folder = share_ / folder_name();
    const auto moved = share_ / ("moved/" + std::to_string(++moves_));
    fs::create_directories(moved.parent_path());
    if (fs::exists(folder)) fs::rename(folder, moved);
  }
  void last() { write_file(share_ / kLast, "that is all"); }

 private:
  std::string folder_name() { return "d" + std::to_string(random_() % 12); }
  std::string file_name() {
    static const std::string kWords[] = {"River", "mountainSong", "Été", "song_of"};
    const auto& word = kWords[random_() % 4];
    return folder_name() + "/" + word + " " + std::to_string(random_() % 60) + ".txt";
  }
  void one() {
    const auto file = share_ / file_name();
    const auto kind = random_() % 8;
    if (kind == 0) {
      fs::remove(file);
    } else if (kind == 1 && fs::exists(file)) {
      const auto other = share_ / file_name();
      fs::create_directories(other.parent_path());
      fs::rename(file, other);
    } else {
      const auto story = random_() % 900;
      write_file(file, "story " + std::to_string(story) + std::string(story, '.'));
    }
  }

  const fs::path share_;
  std::mt19937 random_{kSeed};
  int moves_ = 0;
};

struct World {
  Folder folder;
  fs::path share = folder.path() / "ann";
  std::string address = "127.0.0.1:" + std::to_string(free_port());
  // search.memory finds the same, but the order of equals depends on when they came.
  Node index{folder.path(), "index",
             index_ini(folder.path(), address, "5s", "fts") + "max_results = 100000\n"};
  Node ann{folder.path(), "ann", peer_ini(folder.path(), "ann", "http://" + address, share)};
  Changes changes{share};
};

std::string line_of(const std::string& path, const ContentId& content, std::uint64_t size) {
  return path + " " + content.text() + " " + std::to_string(size);
}

Lines on_disk(const fs::path& share) {
  Lines lines;
  for (const auto& entry : fs::recursive_directory_iterator(share)) {
    if (!entry.is_regular_file()) continue;
    const auto bytes = read_file(entry.path());
    transfer_swarm::MerkleBuilder tree;
    tree.add(bytes.data(), bytes.size());
    const auto path = "files/" + fs::relative(entry.path(), share).string();
    lines.push_back(line_of(path, tree.finish().content, bytes.size()));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

// All pages of `target`; empty when one of them cannot be had.
template <class Page, class Take>
Lines all_pages(Node& node, const std::string& target, Take&& take) {
  Lines lines;
  std::string after;
  do {
    const auto body = node.get(target + "limit=1000&after=" + wire::percent_encode(after));
    if (!body) return {};
    const auto page = wire::from_json<Page>(*body);
    if (!page) return {};
    take(*page, lines);
    after = page->next;
  } while (!after.empty());
  return lines;
}

Lines browsed(World& world) {
  const auto peer = read_file(world.ann.data() / "peer.id").substr(0, 32);
  auto lines = all_pages<Page<Listing>>(
      world.index, "/api/v1/peers/" + peer + "/files?", [](const auto& page, Lines& taken) {
        for (const auto& one : page.items)
          taken.push_back(line_of(one.path, one.content, one.size));
      });
  std::sort(lines.begin(), lines.end());
  return lines;
}

// In the order of the answer, which is the same however the index came to be.
Lines found(World& world, const std::string& query) {
  return all_pages<SearchPage>(world.index, "/api/v1/search?q=" + wire::percent_encode(query) + "&",
                               [](const auto& page, Lines& taken) {
                                 if (taken.empty())
                                   taken.push_back("total " + std::to_string(page.total));
                                 for (const auto& hit : page.hits) {
                                   auto line = line_of(hit.path, hit.content, hit.size) +
                                               " sources " + std::to_string(hit.sources) + " " +
                                               hit.name;
                                   for (const auto& name : hit.names) line += ", " + name;
                                   taken.push_back(std::move(line));
                                 }
                               });
}

// What is browsed comes to be that, however long it takes: it gives up when nothing has changed for
// a minute.
bool comes_to_browse(World& world, const Lines& files) {
  Lines last;
  const auto is_there_or_moves = [&] {
    auto now = browsed(world);
    const bool moves = now != last;
    last = std::move(now);
    return moves || last == files;
  };
  while (eventually(is_there_or_moves, std::chrono::seconds(60)))
    if (last == files) return true;
  return false;
}

// All that can be seen from outside: what is browsed, and the answers to the queries.
std::map<std::string, Lines> seen(World& world) {
  std::map<std::string, Lines> all{{"browse", browsed(world)}};
  for (const std::string query : kQueries) all[query] = found(world, query);
  return all;
}

// The first line that differs, for a message that can be read; empty when none does.
std::string difference(const std::map<std::string, Lines>& is,
                       const std::map<std::string, Lines>& expected) {
  for (const auto& [what, lines] : expected) {
    const auto& other = is.at(what);
    for (std::size_t i = 0; i < std::max(lines.size(), other.size()); ++i) {
      const auto a = i < other.size() ? other[i] : "nothing";
      const auto b = i < lines.size() ? lines[i] : "nothing";
      if (a != b) return what + ", line " + std::to_string(i) + ": " + a + "\nexpected: " + b;
    }
  }
  return {};
}

std::map<std::string, Lines> undisturbed() {
  World world;
  world.changes.some(kFirst);
  world.index.start();
  world.ann.start();
  for (int round = 0; round < kRounds; ++round) {
    world.changes.some(kRunning);
    world.changes.some(kHalfDead);
  }
  const auto files = on_disk(world.share);
  REQUIRE(comes_to_browse(world, files));
  // Changes arrive in order: once this one is found, so is all that came before it.
  world.changes.last();
  REQUIRE(eventually([&] { return found(world, "\"last word\"").size() == 2; },
                     std::chrono::seconds(60)));
  auto all = seen(world);
  REQUIRE(all["browse"] == on_disk(world.share));
  return all;
}

}  // namespace

TEST_CASE("killed anywhere, again and again, all ends as if nothing had happened") {
  const auto expected = undisturbed();
  REQUIRE(expected.at("browse").size() > 2000);
  REQUIRE(expected.at("size>=0").size() > 500);
  World world;
  std::mt19937 random(kSeed + 1);
  world.changes.some(kFirst);
  world.index.start();
  world.ann.start();
  for (int round = 0; round < kRounds; ++round) {
    world.changes.some(kRunning);
    // The moment of the kill is what is random here.
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 700'000));
    const auto who = random() % 5;  // 4: both
    if (who != 0 && who != 1) world.ann.signal(SIGKILL);
    if (who != 2 && who != 3) world.index.signal(SIGKILL);
    world.changes.some(kHalfDead);
    if (!world.index.running()) world.index.start();
    if (!world.ann.running()) world.ann.start();
  }
  world.changes.last();
  REQUIRE(on_disk(world.share) == expected.at("browse"));
  CHECK(comes_to_browse(world, expected.at("browse")));
  CHECK(eventually([&] { return difference(seen(world), expected).empty(); }));
  CHECK(difference(seen(world), expected) == "");
}
