// A folder is compared with the catalogue, without the loop around it.
#include "transfer/swarm/scan/surveyor.h"

#include "catch.h"
#include "unit/swarm/scan/shared_folder.h"

namespace swapmeet::transfer_swarm {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

const Scope kWhole{"s", "", true};

struct Surveyed {
  Folder data;
  Folder place;
  fs::path folder = place.path / "disk";
  testing::ManualClock clock;
  Catalogue catalogue{data.path / "catalogue.sqlite", clock};
  Arrivals arrivals{clock, 1h, {}};
  ScanProgress progress;
  LeftOutFiles left_out{progress};
  FileHashing hashing{catalogue, clock, arrivals, progress, left_out, {.threads = 1, .moved = {}}};
  std::vector<std::string> log;
  Surveyor surveyor{
      catalogue,
      clock,
      arrivals,
      progress,
      left_out,
      hashing,
      {.never = {},
       .patience = 60s,
       .log = [this](LogLevel, std::string_view message, std::initializer_list<LogField>) {
         log.emplace_back(message);
       }}};

  Surveyed() {
    fs::create_directory(folder);
    catalogue.put_share({"s", folder.string(), {}}, false);
  }
  void write(const std::string& name) const { place.write("disk/" + name, name); }
  // And has all that is new hashed.
  void survey(const Scope& scope = kWhole) {
    surveyor.survey(scope);
    REQUIRE(eventually(catalogue, [&] {
      hashing.go_on();
      return !progress.of("s").scanning;
    }));
  }
  std::uint64_t files() { return catalogue.counts(catalogue.share("s")->key).files; }
  std::uint64_t hashed() const { return progress.totals().hashed_files; }
};

TEST_CASE("what is new is hashed, what moved is followed, what vanished is taken out") {
  Surveyed here;
  for (const auto* name : {"a", "in/b", "in/c"}) here.write(name);
  here.survey();
  CHECK(here.files() == 3);
  CHECK(here.hashed() == 3);
  CHECK(here.progress.totals().walked_files == 3);
  fs::rename(here.folder / "a", here.folder / "moved");
  fs::remove(here.folder / "in/b");
  here.write("new");
  here.survey();
  CHECK(here.files() == 3);
  CHECK(here.hashed() == 4);
}

TEST_CASE("a part is surveyed alone") {
  Surveyed here;
  for (const auto* name : {"a", "in/b"}) here.write(name);
  here.survey({"s", "in", false});
  CHECK(here.files() == 1);
  CHECK(here.progress.totals().walked_files == 1);
}

TEST_CASE(
    "a folder that is away is asked for again when the patience is over, and then withdrawn") {
  Surveyed here;
  here.write("a");
  here.survey();
  fs::rename(here.folder, here.place.path / "unplugged");
  here.survey();
  CHECK(here.progress.of("s").problem.find("cannot be read") != std::string::npos);
  CHECK_FALSE(here.catalogue.share("s")->withdrawn);
  here.clock.advance(60s);
  here.arrivals.wait(here.clock.steady());
  CHECK(here.arrivals.take_requests({"s"}) == std::vector{kWhole});
  here.survey();
  CHECK(here.catalogue.share("s")->withdrawn);
  fs::rename(here.place.path / "unplugged", here.folder);
  here.survey();
  CHECK_FALSE(here.catalogue.share("s")->withdrawn);
  CHECK(here.progress.of("s").problem == "");
  CHECK(here.hashed() == 1);
  CHECK(here.log == std::vector<std::string>{"a share's folder is away",
                                             "a share is withdrawn until its folder is back",
                                             "a share's folder is back"});
}

TEST_CASE("a share that is gone has its scans ended") {
  Surveyed here;
  here.write("a");
  here.surveyor.survey(kWhole);
  here.catalogue.remove_share("s");
  here.surveyor.survey({"s", "in", false});
  REQUIRE(eventually(here.catalogue, [&] {
    here.hashing.go_on();
    return !here.progress.of("s").scanning;
  }));
  CHECK(here.catalogue.shares().empty());
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
