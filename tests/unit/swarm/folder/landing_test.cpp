// How small files come down: together, whole, and on the disk before they are recorded.
#include "transfer/swarm/folder/landing.h"

#include <fstream>

#include "catch.h"
#include "swapmeet/testing/manual_clock.h"
#include "swapmeet/testing/temporary_folder.h"
#include "unit/swarm/fetch/download_fixture.h"

namespace swapmeet::transfer_swarm {
namespace {

ContentId content_of(const std::string& bytes) {
  MerkleBuilder builder;
  builder.add(bytes.data(), bytes.size());
  return builder.finish().content;
}

struct Airfield {
  testing::TemporaryFolder folder;
  testing::ManualClock clock;
  Staging staging = *Staging::open(folder.path / ".part", folder.path / "album");
  std::mutex mutex;
  std::vector<FileOutcome> recorded;
  int transactions = 0;
  std::optional<Error> fails;
  unsigned number = 0;

  Landing::Record record() {
    return [this](std::span<const FileOutcome> outcomes) -> Result<void> {
      const std::lock_guard lock(mutex);
      if (fails) return *fails;
      ++transactions;
      recorded.insert(recorded.end(), outcomes.begin(), outcomes.end());
      return {};
    };
  }
  LandingFile staged(const std::string& path, const std::string& bytes) {
    REQUIRE(staging.write(++number, bytes.data(), bytes.size()));
    return {{path}, content_of(bytes), bytes.size(), number};
  }
  // Files in the hidden folder.
  std::size_t waiting() const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path / ".part"))
      count += entry.is_regular_file() ? 1 : 0;
    return count;
  }
  std::filesystem::path at(const std::string& path) const { return folder.path / "album" / path; }
};

}  // namespace

TEST_CASE("hundreds of files share a sync and a transaction") {
  Airfield a;
  Landing landing(a.staging, a.record(), a.clock, {});
  for (int i = 0; i < 1000; ++i)
    landing.add(a.staged("sub" + std::to_string(i / 100) + "/" + std::to_string(i), "x"));
  REQUIRE(landing.settle());
  CHECK(a.recorded.size() == 1000);
  CHECK(a.transactions == 1);
  CHECK(a.staging.syncs() == 2);  // of what is in them, and of their names
  CHECK(bytes_in(a.at("sub9/999").string()) == "x");
  CHECK(a.waiting() == 0);
}

TEST_CASE("of a few files each is synced by itself, so that nobody waits for what others write") {
  Airfield a;
  Landing landing(a.staging, a.record(), a.clock, {});
  landing.add(a.staged("first", "x"));
  REQUIRE(landing.settle());
  const auto before = a.staging.syncs();
  landing.add(a.staged("second", "y"));
  REQUIRE(landing.settle());
  CHECK(a.staging.syncs() == before + 2);  // the file and its folder
}

TEST_CASE("a file is recorded only once its name is on the disk, too") {
  Airfield a;
  std::atomic<std::uint64_t> syncs{0};
  const auto record = [&](std::span<const FileOutcome> outcomes) -> Result<void> {
    for (const auto& one : outcomes) CHECK(std::filesystem::exists(a.at(one.key.path)));
    syncs = a.staging.syncs();
    return a.record()(outcomes);
  };
  Landing landing(a.staging, record, a.clock, {});
  landing.add(a.staged("a", "x"));
  REQUIRE(landing.settle());
  CHECK(syncs == 2);
}

TEST_CASE("a file that waits for others waits half a second") {
  Airfield a;
  Landing landing(a.staging, a.record(), a.clock, {});
  landing.add(a.staged("a", "x"));
  const auto is_recorded = [&] {
    const std::lock_guard lock(a.mutex);
    return !a.recorded.empty();
  };
  CHECK_FALSE(is_recorded());
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (!is_recorded() && std::chrono::steady_clock::now() < deadline) {
    if (const auto next = a.clock.next(); next != Instant::max())
      a.clock.advance(std::max(next - a.clock.steady(), Instant::duration{}));
    std::this_thread::yield();
  }
  CHECK(is_recorded());
}

TEST_CASE("a name that is taken meanwhile is left alone, unless the same content has it") {
  Airfield a;
  Landing landing(a.staging, a.record(), a.clock, {});
  std::ofstream(a.at("mine")) << "mine";
  std::ofstream(a.at("same")) << "the same";
  std::ofstream(a.at("file")) << "no folder";
  std::filesystem::create_directory(a.at("folder"));
  landing.add(a.staged("mine", "other"));
  landing.add(a.staged("same", "the same"));
  landing.add(a.staged("file/x", "x"));
  landing.add(a.staged("folder", "x"));
  landing.add(a.staged("good", "x"));
  REQUIRE(landing.settle());
  REQUIRE(a.recorded.size() == 5);
  CHECK(a.recorded[0].state == FileState::failed);
  CHECK(a.recorded[0].why == "its name is taken by another file");
  CHECK(a.recorded[1].state == FileState::done);
  CHECK(a.recorded[2].state == FileState::failed);
  CHECK(a.recorded[2].why.ends_with("/file: a file stands where its folder should be"));
  CHECK(a.recorded[3].state == FileState::failed);
  CHECK(a.recorded[4].state == FileState::done);
  CHECK(bytes_in(a.at("mine").string()) == "mine");
  CHECK(a.waiting() == 0);
}

TEST_CASE("who may overwrite does, but no folder") {
  Airfield a;
  Landing::Setting setting;
  setting.overwrite = true;
  Landing landing(a.staging, a.record(), a.clock, setting);
  std::ofstream(a.at("mine")) << "mine";
  std::filesystem::create_directory(a.at("folder"));
  landing.add(a.staged("mine", "other"));
  landing.add(a.staged("folder", "x"));
  REQUIRE(landing.settle());
  CHECK(bytes_in(a.at("mine").string()) == "other");
  CHECK(a.recorded[1].state == FileState::failed);
  CHECK(a.recorded[1].why == "a folder stands where it should be");
}

TEST_CASE("a disk that is full stops the landing with its reason, and nothing is recorded") {
  Airfield a;
  Landing::Setting setting;
  setting.min_free_space = 1ULL << 60;
  Landing landing(a.staging, a.record(), a.clock, setting);
  landing.add(a.staged("a", "x"));
  CHECK_FALSE(landing.settle());
  REQUIRE(landing.problem());
  CHECK(landing.problem()->code == ErrorCode::no_space);
  CHECK_FALSE(landing.wait_for_room());
  CHECK(a.recorded.empty());
}

TEST_CASE("what cannot be recorded is a problem, and no file is lost") {
  Airfield a;
  a.fails = Error{ErrorCode::no_space, "the disk is full", {}};
  Landing landing(a.staging, a.record(), a.clock, {});
  landing.add(a.staged("a", "x"));
  CHECK_FALSE(landing.settle());
  CHECK(landing.problem()->message == "the disk is full");
  CHECK(bytes_in(a.at("a").string()) == "x");
}

TEST_CASE("what an earlier run left in the hidden folder is gone") {
  Airfield a;
  REQUIRE(a.staging.write(1, "x", 1));
  auto again = Staging::open(a.folder.path / ".part", a.folder.path / "album");
  REQUIRE(again);
  CHECK(a.waiting() == 0);
  again->remove();
  CHECK_FALSE(std::filesystem::exists(a.folder.path / ".part"));
}

}  // namespace swapmeet::transfer_swarm
