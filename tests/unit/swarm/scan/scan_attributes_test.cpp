// Attributes of scanned files: read once with the hashing, kept with the content, told in the feed,
// and read again only when others read them.
#include <unistd.h>

#include <array>
#include <atomic>
#include <map>
#include <stdexcept>

#include "catch.h"
#include "swapmeet/testing/manual_clock.h"
#include "transfer/swarm/scan/scanner.h"
#include "unit/swarm/scan/shared_folder.h"

namespace swapmeet::transfer_swarm {
namespace {

namespace fs = std::filesystem;

// Says what a song begins with.
class Songs final : public AttributeReader {
 public:
  bool reads(std::string_view name) const override { return name.ends_with(".mp3"); }
  Result<Attributes> read(const OpenedFile& file) override {
    ++asked;
    if (refuses) return Error{ErrorCode::unavailable, "not now", {}};
    std::array<char, 6> bytes{};
    const auto got = pread(file.descriptor, bytes.data(), bytes.size(), 0);
    const std::string begin(bytes.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
    if (begin.starts_with("broken")) return invalid_argument("it is broken");
    if (begin.starts_with("throws")) throw std::runtime_error("it throws");
    if (begin.empty()) return Attributes{};
    return Attributes{{"title", begin}, {"pages", std::to_string(file.size)}};
  }
  std::string version() const override { return now; }

  std::atomic<int> asked{0};
  std::atomic<bool> refuses{false};
  std::string now = "songs 1";  // changed between scans only
};

struct Scan {
  Folder data;
  Folder shared;
  testing::ManualClock clock;
  Songs songs;
  Catalogue catalogue{data.path / "catalogue.sqlite", clock};
  std::unique_ptr<Scanner> scanner;

  Scan() { catalogue.put_share({"s", shared.path.string(), {}}, false); }
  void start(bool with_reader = true) {
    scanner.reset();
    ScanOptions options;
    options.longest_batch = std::chrono::milliseconds(0);
    if (with_reader) options.attributes = &songs;
    scanner = std::make_unique<Scanner>(catalogue, clock, options);
    settle();
  }
  void settle() {
    REQUIRE(eventually(catalogue, [&] { return !scanner->progress("s").scanning; }));
  }
  void again() {
    scanner->request("s");
    settle();
  }
  // What the feed says now, by path.
  std::map<std::string, Attributes> told() {
    std::map<std::string, Attributes> all;
    const auto batch = catalogue.changes_after(0, 10'000);
    INFO((batch ? "" : batch.error().message));
    REQUIRE(batch.ok());
    for (const auto& change : batch->changes)
      if (change.kind == ChangeKind::put) all[change.listing.path] = change.listing.attributes;
    return all;
  }
  Revision latest() { return catalogue.state()->latest; }
};

const Attributes kSong{{"title", "la la "}, {"pages", "11"}};

TEST_CASE("attributes are read with the hashing, and of what nobody reads there are none") {
  Scan scan;
  scan.shared.write("a.mp3", "la la la la");
  scan.shared.write("b.txt", "la la la la la");
  scan.shared.write("broken.mp3", "broken");
  scan.shared.write("throws.mp3", "throws");
  scan.shared.write("empty.mp3", "");
  scan.start();
  CHECK(scan.told() == std::map<std::string, Attributes>{{"s/a.mp3", kSong},
                                                         {"s/b.txt", {}},
                                                         {"s/broken.mp3", {}},
                                                         {"s/throws.mp3", {}},
                                                         {"s/empty.mp3", {}}});
  CHECK(scan.songs.asked == 4);
  const auto latest = scan.latest();
  scan.again();
  CHECK(scan.songs.asked == 4);
  CHECK(scan.latest() == latest);
}

TEST_CASE("files that were hashed before there was a reader are read without hashing them again") {
  Scan scan;
  for (int i = 0; i < 2'500; ++i) scan.shared.write(std::to_string(i) + ".txt", std::to_string(i));
  scan.shared.write("a.mp3", "la la la la");
  scan.shared.write("again/a.mp3", "la la la la");
  scan.start(false);
  CHECK(scan.told().at("s/a.mp3").empty());
  scan.start();
  CHECK(scan.scanner->totals().hashed_files == 0);
  CHECK(scan.told().at("s/a.mp3") == kSong);
  CHECK(scan.told().at("s/again/a.mp3") == kSong);
  const int asked = scan.songs.asked;
  scan.again();
  CHECK(scan.songs.asked == asked);
  // Another version reads all of its files again; what is the same is no news.
  scan.songs.now = "songs 2";
  const auto latest = scan.latest();
  scan.again();
  CHECK(scan.songs.asked > asked);
  CHECK(scan.latest() == latest);
  CHECK(scan.scanner->totals().hashed_files == 0);
}

TEST_CASE("what nobody could be asked about is asked at the next scan") {
  Scan scan;
  scan.shared.write("a.mp3", "la la la la");
  scan.songs.refuses = true;
  scan.start();
  CHECK(scan.told() == std::map<std::string, Attributes>{{"s/a.mp3", {}}});
  scan.songs.refuses = false;
  scan.again();
  CHECK(scan.told() == std::map<std::string, Attributes>{{"s/a.mp3", kSong}});
  CHECK(scan.scanner->totals().hashed_files == 1);
}

TEST_CASE("attributes go with the content: away with the last file, along when one is moved") {
  Scan scan;
  scan.shared.write("a.mp3", "la la la la");
  scan.start();
  scan.shared.write("a.mp3", "do re mi fa so");
  scan.again();
  const Attributes other{{"title", "do re "}, {"pages", "14"}};
  CHECK(scan.told() == std::map<std::string, Attributes>{{"s/a.mp3", other}});
  fs::rename(scan.shared.path / "a.mp3", scan.shared.path / "b.mp3");
  const int asked = scan.songs.asked;
  scan.again();
  CHECK(scan.told() == std::map<std::string, Attributes>{{"s/b.mp3", other}});
  CHECK(scan.songs.asked == asked + 1);  // it was touched, and is read again to be sure
  CHECK(scan.catalogue.unread(scan.catalogue.share("s")->key, "songs 1", "", 10).empty());
}

TEST_CASE("without a reader that is there now, nothing is asked and what was read stays") {
  Scan scan;
  scan.shared.write("a.mp3", "la la la la");
  scan.start();
  scan.songs.now.clear();
  scan.again();
  CHECK(scan.told().at("s/a.mp3") == kSong);
  CHECK(scan.songs.asked == 1);
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
