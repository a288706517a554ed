// One level of a peer: from tallies that every change keeps right, also those of older databases.
#include <map>
#include <random>

#include "registry/sqlite/folder_tallies.h"
#include "registry/sqlite/schema.h"
#include "registry/sqlite/upkeep.h"
#include "registry_world.h"

using namespace swapmeet::registry_sqlite::testing;
using namespace swapmeet;
using swapmeet::registry_sqlite::FolderTallies;
using swapmeet::registry_sqlite::Store;

namespace {

std::string text_of(const Result<FolderLevel>& level) {
  if (!level) return level.error().message;
  std::string text;
  for (const auto& one : level->folders)
    text += one.name + '/' + std::to_string(one.files) + '/' + std::to_string(one.bytes) + ' ';
  for (const auto& one : level->files) text += one.path + ' ';
  return text;
}

std::string level_in(Store& store, const std::string& folder, const Identity& viewer = {}) {
  return text_of(store.level(
      peer(1),
      {.page = {.limit = 1'000, .after = {}}, .folder = folder, .viewer = viewer, .deadline = {}}));
}

bool is_sound(const Folder& folder) {
  const auto report = swapmeet::registry_sqlite::stores_in(folder.path).verify();
  return report.ok() && report->problems.empty();
}

std::int64_t folder_rows(const Folder& folder) {
  return sqlite::Database(folder.path / "registry.db").integer("SELECT count(*) FROM folders");
}

}  // namespace

TEST_CASE("a file in no folder stands beside the folders of the top") {
  const Folder folder;
  Store store(folder.path);
  enroll(store, 1, "ann");
  REQUIRE(announce(store, 1, {put("a.txt", 1, 1), put("a/1", 2, 20), put("b", 3, 3)}).ok());
  CHECK(level_in(store, "") == "a/1/20 a.txt b ");
}

TEST_CASE("a path that goes very deep costs no more rows than the tallies go deep") {
  const Folder folder;
  {
    Store store(folder.path);
    enroll(store, 1, "ann");
    std::string path;
    for (int i = 0; i < 1'000; ++i) path += "d/";
    REQUIRE(announce(store, 1, {put(path + "x", 1, 1), put("d/y", 2, 2)}).ok());
    CHECK(level_in(store, "d") == "d/1/1 d/y ");
    // From the last level on that is counted, everything below is one level.
    std::string deepest = "d";
    for (std::size_t i = 1; i < FolderTallies::kDeepest; ++i) deepest += "/d";
    CHECK(level_in(store, deepest) == path + "x ");
    CHECK(level_in(store, deepest + "/d/d") == path + "x ");
    CHECK(level_in(store, deepest + "/e").starts_with("there is no folder"));
  }
  CHECK(folder_rows(folder) == 1 + static_cast<std::int64_t>(FolderTallies::kDeepest));
  CHECK(is_sound(folder));
}

TEST_CASE("a level is right after any changes, and nothing is left of a peer that is forgotten") {
  const Folder folder;
  std::mt19937 random(7);
  const auto below = [&](unsigned most) { return random() % most; };
  const Identity ann{.account = "ann", .groups = {"staff"}, .roles = {}};
  {
    Store store(folder.path);
    enroll(store, 1, "ann");
    for (int round = 0; round < 60; ++round) {
      std::vector<Change> changes;
      for (unsigned i = 0; i < 12; ++i) {
        std::string path = "s";
        for (auto depth = below(4); depth > 0; --depth)
          path += "/" + std::string(1, "ab-"[below(3)]);
        path += "/f" + std::to_string(below(4));
        if (below(3) == 0) {
          changes.push_back(gone(path));
          continue;
        }
        changes.push_back(put(path, 1, below(1'000)));
        if (below(3) == 0) changes.back().listing.audience = {false, {"staff"}, {}};
      }
      REQUIRE(announce(store, 1, std::move(changes)).ok());
      for (const auto& viewer : {Identity{}, ann})
        for (const char* at : {"", "s", "s/a", "s/a/b", "s/-/-"}) {
          // What the registry contract does without tallies: it reads everything.
          BrowseQuery all{.page = {.limit = 1'000, .after = {}}, .folder = at};
          std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> folders;
          std::string files;
          const auto prefix = folder_prefix(at);
          for (const auto& one : store.browse(peer(1), all, viewer).items) {
            const auto slash = one.path.find('/', prefix.size());
            if (slash == std::string::npos) {
              files += one.path + ' ';
              continue;
            }
            auto& counted = folders[one.path.substr(prefix.size(), slash - prefix.size())];
            ++counted.first;
            counted.second += one.size;
          }
          std::string expected;
          for (const auto& [name, counted] : folders)
            expected += name + '/' + std::to_string(counted.first) + '/' +
                        std::to_string(counted.second) + ' ';
          expected += files;
          if (expected.empty() && *at != '\0')
            CHECK(level_in(store, at, viewer).starts_with("there is no folder"));
          else
            CHECK(level_in(store, at, viewer) == expected);
        }
    }
    REQUIRE(is_sound(folder));
    REQUIRE(store.forget(peer(1)));
  }
  CHECK(folder_rows(folder) == 0);
}

TEST_CASE("a database from before there were levels gets those of all that it lists") {
  const Folder folder;
  std::size_t before = 0;
  while (std::string_view(swapmeet::registry_sqlite::kMigrations[before])
             .find("CREATE TABLE folders") == std::string_view::npos)
    ++before;
  {
    Store store(folder.path);
    enroll(store, 1, "ann");
    enroll(store, 2, "bob");
    auto hidden = put("s/é/hidden/x", 1, 5);
    hidden.listing.audience = {false, {"staff"}, {}};
    REQUIRE(announce(store, 1, {put("s/é/1", 1, 10), put("s/2", 2, 20), put("top", 3, 3), hidden})
                .ok());
    REQUIRE(announce(store, 2, {put("s/other/1", 1, 10)}).ok());
  }
  sqlite::Database(folder.path / "registry.db")
      .execute("DROP TABLE folders; PRAGMA user_version=" + std::to_string(before));
  Store store(folder.path);
  CHECK(level_in(store, "") == "s/2/30 top ");
  CHECK(level_in(store, "s") == "é/1/10 s/2 ");
  CHECK(level_in(store, "s/é", {.account = "ann", .groups = {"staff"}, .roles = {}}) ==
        "hidden/1/5 s/é/1 ");
  REQUIRE(announce(store, 1, {put("s/é/2", 4, 7)}).ok());
  CHECK(level_in(store, "s") == "é/2/17 s/2 ");
  CHECK(is_sound(folder));
}
