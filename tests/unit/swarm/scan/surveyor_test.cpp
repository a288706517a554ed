// A folder is compared with the catalogue, without the loop around it.
#include "transfer/swarm/scan/surveyor.h"

#include <sys/stat.h>

#include <map>
#include <random>

#include "catch.h"
#include "unit/swarm/scan/shared_folder.h"
#include "unit/swarm/scan/unprivileged.h"

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
  CHECK(here.hashed() == 5);  // what is new, and once what was touched when it moved
  here.survey();
  CHECK(here.hashed() == 5);
}

TEST_CASE("what is in a folder that moved is followed without being read") {
  Surveyed here;
  for (const auto* name : {"in/b", "in/c"}) here.write(name);
  here.survey();
  fs::rename(here.folder / "in", here.folder / "out");
  here.survey();
  CHECK(here.files() == 2);
  CHECK(here.hashed() == 2);
}

TEST_CASE("a file that was touched, linked or renamed is read once, and nothing is told of it") {
  Surveyed here;
  for (const auto* name : {"a", "b", "c"}) here.write(name);
  here.survey();
  const auto told = here.catalogue.state()->latest;
  fs::permissions(here.folder / "a", fs::perms::owner_exec, fs::perm_options::add);
  fs::create_hard_link(here.folder / "b", here.place.path / "elsewhere");
  here.survey();
  here.survey();
  CHECK(here.hashed() == 5);
  CHECK(here.catalogue.state()->latest == told);
  fs::rename(here.folder / "c", here.folder / "d");
  here.survey();
  here.survey();
  CHECK(here.hashed() == 6);
  CHECK(here.catalogue.state()->latest == told + 2);  // c is gone, d is there
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

// What befalls a random file or folder, and the part of the share that a watcher would tell.
Scope befall(const fs::path& root, std::minstd_rand& random) {
  const auto any = [&](std::size_t below) { return static_cast<std::size_t>(random()) % below; };
  constexpr const char* kFolders[] = {"", "a", "a/b", "a/b/c", "d", "d/e"};
  const std::string folder = kFolders[any(std::size(kFolders))];
  const auto path = root / folder;
  std::error_code ignored;
  switch (any(6)) {
    case 0:  // away with all that is in it
      if (folder.empty()) break;
      for (const auto* one : kFolders) chmod((root / one).c_str(), 0700);
      fs::remove_all(path, ignored);
      return {"s", "", true};  // for the modes that were put back
    case 1:
    case 2: {
      if (folder.empty()) break;
      constexpr mode_t kModes[] = {0, 0400, 0700};
      chmod(path.c_str(), kModes[any(3)]);
      return {"s", folder, true};
    }
    default: {
      fs::create_directories(path, ignored);
      const auto file = path / std::to_string(any(3));
      if (any(3) == 0) {
        fs::remove(file, ignored);
      } else {
        std::ofstream(file) << random();
        chmod(file.c_str(), any(2) == 0 ? 0 : 0600);
      }
    }
  }
  // One that was made just now is told as a whole.
  return {"s", folder, any(2) == 0};
}

TEST_CASE("after any scans of parts, a share says the same as after a scan of all") {
  const Unprivileged unprivileged;
  std::minstd_rand random(GENERATE(1U, 2U, 3U, 4U));
  Surveyed here;
  here.survey();
  std::set<std::string> said;
  for (int i = 0; i < 150; ++i) {
    const auto scope = befall(here.folder, random);
    // Who made folders on the way has touched those above, too.
    for (auto above = scope.below; !above.empty();) {
      above.resize(above.find('/') == std::string::npos ? 0 : above.rfind('/'));
      here.survey({"s", above, false});
    }
    here.survey(scope);
    for (const auto& asked : here.arrivals.take_requests({"s"})) here.survey(asked);
    here.arrivals.finish_requests();
    const auto problem = here.progress.of("s").problem;
    here.survey();
    here.arrivals.finish_requests();
    CAPTURE(i, scope.below, scope.deep);
    CHECK(problem == here.progress.of("s").problem);
    if (problem != here.progress.of("s").problem) break;
    said.insert(problem);
  }
  CHECK(said.size() > 5);
  for (const auto* folder : {"", "a", "a/b", "a/b/c", "d", "d/e"})
    chmod((here.folder / folder).c_str(), 0700);
}

// The listings as a follower has them by now.
std::map<std::string, ContentId> listed(Catalogue& catalogue) {
  std::map<std::string, ContentId> all;
  const auto batch = catalogue.changes_after(0, 100);
  for (const auto& change : batch->changes)
    if (change.kind == ChangeKind::put)
      all[change.listing.path] = change.listing.content;
    else
      all.erase(change.listing.path);
  return all;
}

TEST_CASE(
    "of two files that would be listed alike the plain one is, and the other when it is alone") {
  const std::string odd = "caf\xe9",
                    plain =
                        "caf\u201b"
                        "e9",
                    path = "s/" + plain;
  Surveyed here;
  here.write(odd);
  here.survey();
  CHECK(listed(here.catalogue) == std::map<std::string, ContentId>{{path, tree_of(odd).content}});
  here.write(plain);
  here.survey();
  CHECK(listed(here.catalogue) == std::map<std::string, ContentId>{{path, tree_of(plain).content}});
  CHECK(here.progress.of("s").problem.find("rename one") != std::string::npos);
  fs::remove(here.folder / plain);
  here.survey();
  CHECK(listed(here.catalogue) == std::map<std::string, ContentId>{{path, tree_of(odd).content}});
  CHECK(here.progress.of("s").problem == "");
  here.write(plain);
  here.survey();
  fs::remove(here.folder / odd);
  here.survey();
  CHECK(listed(here.catalogue) == std::map<std::string, ContentId>{{path, tree_of(plain).content}});
  fs::remove(here.folder / plain);
  here.survey();
  CHECK(listed(here.catalogue).empty());
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
