// Looking a registry's database through, and copying it while it is written to.
#include "registry/sqlite/upkeep.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "registry/sqlite/schema.h"
#include "registry_world.h"

using namespace swapmeet::registry_sqlite::testing;
using namespace swapmeet;
using swapmeet::registry_sqlite::Store;

namespace {

std::string problems_in(const std::filesystem::path& folder) {
  const auto report = swapmeet::registry_sqlite::stores_in(folder).verify();
  std::string all;
  for (const auto& problem : report->problems) all += problem + '\n';
  return all;
}

void fill(const std::filesystem::path& folder) {
  Store store(folder, {.writer = {.least_content_portion = 4}});
  enroll(store, 1, "ann");
  enroll(store, 2, "bob");
  for (std::uint8_t n = 1; n < 30; ++n)
    REQUIRE(announce(store, 1, {put("f" + std::to_string(n), n)}).ok());
  REQUIRE(announce(store, 1, {gone("f3"), put("f4", 9)}).ok());
  REQUIRE(announce(store, 2, {put("f", 1)}).ok());
  const std::vector<PeerId> bob{peer(2)};
  store.set_present(bob, false, Time{});
}

}  // namespace

TEST_CASE("nothing is wrong with what the store writes, and its feed is told") {
  const Folder folder;
  CHECK(problems_in(folder.path).empty());  // nothing there yet
  fill(folder.path);
  CHECK(problems_in(folder.path).empty());
  const auto report = swapmeet::registry_sqlite::stores_in(folder.path).verify();
  Store store(folder.path);
  CHECK(report->feed == store.feed_state());
}

TEST_CASE("each rule that is broken is told in a sentence") {
  const std::pair<const char*, const char*> kWrongs[] = {
      {"DELETE FROM meta WHERE name='oldest'", "numbers that the feed needs are missing"},
      {"UPDATE meta SET value=1 WHERE name='latest'",
       "listings have a revision above the feed's latest"},
      {"UPDATE removed SET revision=99999 WHERE path='f3'", "removals have a revision above"},
      {"UPDATE removed SET revision=(SELECT max(revision) FROM listings) WHERE path='f3'",
       "removals share their revision"},
      {"UPDATE peers SET flipped=(SELECT max(revision) FROM listings) WHERE name='ann'",
       "peers share their revision"},
      {"UPDATE removed SET path='f5' WHERE path='f3'", "are told as removed and are there"},
      {"UPDATE peers SET files=files+1 WHERE name='ann'", "peers have another number of files"},
      {"INSERT INTO contents VALUES(zeroblob(8), 77777)", "entries of the index of contents"},
      {"DELETE FROM contents", "listings are missing in the index of contents"},
      {"PRAGMA foreign_keys=OFF; DELETE FROM peers WHERE name='ann'", "refer to others"},
      {"PRAGMA user_version=99", "written by a newer version"},
  };
  for (const auto& [sql, sentence] : kWrongs) {
    INFO(sql);
    const Folder folder;
    fill(folder.path);
    sqlite::Database(folder.path / "registry.db").execute(sql);
    const auto problems = problems_in(folder.path);
    INFO(problems);
    CHECK(problems.find(sentence) != std::string::npos);
    CHECK(problems.find("What to do: ") != std::string::npos);
  }
}

TEST_CASE("an older schema is looked through as far as it can be") {
  const Folder folder;
  {
    sqlite::Database old(folder.path / "registry.db");
    sqlite::migrate(old, std::span(swapmeet::registry_sqlite::kMigrations).first(1));
  }
  const auto report = swapmeet::registry_sqlite::stores_in(folder.path).verify();
  CHECK(report->problems.empty());
  CHECK(std::any_of(report->notes.begin(), report->notes.end(), [](const std::string& note) {
    return note.find("brought up to date at the next start") != std::string::npos;
  }));
}

TEST_CASE("copies that are made while the store is written to are whole, each as of one moment") {
  const Folder folder;
  Store store(folder.path, {.writer = {.least_content_portion = 50}});
  enroll(store, 1, "ann");
  std::atomic<bool> is_over = false;
  std::thread writing([&] {
    for (int n = 0; n < 200; ++n) {
      std::vector<Change> changes;
      for (int i = 0; i < 20; ++i)
        changes.push_back(put(std::to_string(n) + "/" + std::to_string(i), std::uint8_t(i + 1)));
      static_cast<void>(announce(store, 1, std::move(changes)));
    }
    is_over = true;
  });
  int copies = 0;
  do {
    const Folder copy;
    REQUIRE(swapmeet::registry_sqlite::stores_in(folder.path).back_up(copy.path).ok());
    CHECK(problems_in(copy.path).empty());
    Store copied(copy.path);
    CHECK(copied.counts().files % 20 == 0);
    ++copies;
  } while (!is_over);
  writing.join();
  CHECK(copies > 0);
}
