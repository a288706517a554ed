// Files are hashed and committed, without the loop around it.
#include "transfer/swarm/scan/file_hashing.h"

#include <sys/stat.h>

#include <cerrno>

#include "catch.h"
#include "unit/swarm/scan/shared_folder.h"

namespace swapmeet::transfer_swarm {
namespace {

using namespace std::chrono_literals;

const Scope kWhole{"s", "", true};

struct Hashing {
  Folder data;
  Folder shared;
  testing::ManualClock clock;
  Catalogue catalogue{data.path / "catalogue.sqlite", clock};
  Arrivals arrivals{clock, 1h, {}};
  ScanProgress progress;
  LeftOutFiles left_out{progress};
  FileHashing hashing;
  StoredShare share;

  explicit Hashing(std::size_t most_in_batch = 100)
      : hashing(catalogue, clock, arrivals, progress, left_out, {1, 1s, most_in_batch, {}}) {
    catalogue.put_share({"s", shared.path.string(), {}}, false);
    share = *catalogue.share("s");
  }
  StoredFile file(const std::string& path) const {
    struct stat info {};
    REQUIRE(stat((shared.path / path).c_str(), &info) == 0);
    return {path, stamp_of(info), 0, 0};
  }
  // As a survey does.
  void add(ScanTask& task, const StoredFile& file) {
    progress.add("s", 1, file.stamp.size);
    REQUIRE(task.add(file));
  }
  bool goes_on_until(const std::function<bool()>& holds) {
    return eventually(catalogue, [&] {
      hashing.go_on();
      return holds();
    });
  }
  std::uint64_t files() { return catalogue.counts(share.key).files; }
};

TEST_CASE("the files of a surveyed scan are committed together when there are no more") {
  Hashing here;
  for (const auto* name : {"a", "b", "c"}) here.shared.write(name, name);
  auto& task = here.hashing.begin(here.share, kWhole);
  for (const auto* name : {"a", "b", "c"}) here.add(task, here.file(name));
  CHECK(here.progress.of("s").waiting_files == 3);
  task.end_survey();
  const auto commits = here.catalogue.commits();
  REQUIRE(here.goes_on_until([&] { return !here.progress.of("s").scanning; }));
  CHECK(here.files() == 3);
  CHECK(here.catalogue.commits() == commits + 1);
  CHECK(here.progress.totals().hashed_files == 3);
  CHECK(here.hashing.due() == Instant::max());
}

TEST_CASE("a scan that is not surveyed yet commits when its batch is due") {
  Hashing here;
  here.shared.write("a", "a");
  auto& task = here.hashing.begin(here.share, kWhole);
  here.add(task, here.file("a"));
  REQUIRE(here.goes_on_until([&] { return here.hashing.due() != Instant::max(); }));
  CHECK(here.files() == 0);
  CHECK(here.hashing.due() == here.clock.steady() + 1s);
  here.clock.advance(1s);
  here.hashing.go_on();
  CHECK(here.files() == 1);
  CHECK(here.progress.of("s").scanning);  // there may be more
}

TEST_CASE("a file that changed meanwhile is looked at again in a while") {
  Hashing here;
  here.shared.write("in/a", "a");
  auto& task = here.hashing.begin(here.share, kWhole);
  auto other = here.file("in/a");
  ++other.stamp.mtime_ns;
  here.add(task, other);
  task.end_survey();
  REQUIRE(here.goes_on_until([&] { return !here.progress.of("s").scanning; }));
  CHECK(here.files() == 0);
  here.arrivals.wait(here.clock.steady());
  CHECK_FALSE(here.arrivals.has_requests());
  here.clock.advance(2s);
  here.arrivals.wait(here.clock.steady());
  CHECK(here.arrivals.take_requests({"s"}) == std::vector<Scope>{{"s", "in", false}});
}

TEST_CASE("a file that cannot be read is taken out and said") {
  Hashing here;
  std::filesystem::create_directory(here.shared.path / "odd");
  auto& task = here.hashing.begin(here.share, kWhole);
  auto odd = here.file("odd");  // read(2) refuses a folder
  odd.stamp.size = 1;
  here.add(task, odd);
  task.end_survey();
  REQUIRE(here.goes_on_until([&] { return !here.progress.of("s").scanning; }));
  CHECK(here.progress.of("s").problem == "1 file or folder is left out: odd: Is a directory");
}

TEST_CASE("a new scan of the same part ends the one before, and one of all ends all") {
  Hashing here;
  here.shared.write("a", "a");
  for (const auto& scope : {Scope{"s", "x", false}, Scope{"s", "y", false}}) {
    auto& task = here.hashing.begin(here.share, scope);
    here.add(task, here.file("a"));
  }
  CHECK(here.progress.of("s").waiting_files == 2);
  here.hashing.end_tasks({"s", "x", false});
  CHECK(here.progress.of("s").waiting_files == 1);
  here.hashing.end_tasks({"s", "z", false});
  CHECK(here.progress.of("s").waiting_files == 1);
  here.hashing.end_tasks(kWhole);
  CHECK_FALSE(here.progress.of("s").scanning);
}

TEST_CASE("stopping commits what is hashed") {
  Hashing here;
  here.shared.write("a", "a");
  auto& task = here.hashing.begin(here.share, kWhole);
  here.add(task, here.file("a"));
  REQUIRE(here.goes_on_until([&] { return here.hashing.due() != Instant::max(); }));
  here.hashing.stop();
  CHECK(here.files() == 1);
  here.hashing.stop();
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
