// What is recorded of a folder: files, how they stand, and the counts of them.
#include "transfer/swarm/folder/folder_record.h"

#include "catch.h"
#include "swapmeet/testing/temporary_folder.h"
#include "transfer/swarm/fetch/download_store.h"

namespace swapmeet::transfer_swarm {
namespace {

struct Recording {
  Recording() {
    DownloadStore made(file);
    record.emplace(file);
    REQUIRE(record->begin("id"));
  }
  void add(const std::vector<std::string>& paths, FileState state = FileState::small) {
    std::vector<FolderEntry> files;
    for (const auto& path : paths) files.push_back({{path}, ContentId{}, 10, state});
    REQUIRE(record->add("id", files, {"cursor", false}));
  }
  std::vector<std::string> paths(FileState state) {
    std::vector<std::string> found;
    for (const auto& file : *record->files("id", state, std::nullopt, 100))
      found.push_back(file.key.path);
    return found;
  }
  FolderStanding standing() { return *record->standing("id"); }

  testing::TemporaryFolder folder;
  std::filesystem::path file = folder.path / "downloads.sqlite";
  std::optional<FolderRecord> record;
};

using Paths = std::vector<std::string>;

}  // namespace

TEST_CASE("the listing of a folder goes on where it was, after a restart") {
  Recording r;
  CHECK(r.record->cursor("id")->next.empty());
  r.add({"a", "b"});
  CHECK(r.standing().counts.listing);
  r.record.emplace(r.file);
  CHECK(r.record->cursor("id")->next == "cursor");
  REQUIRE(r.record->add("id", {{{"c"}, ContentId{}, 10}}, {"", true}));
  CHECK(r.record->cursor("id")->listed);
  CHECK_FALSE(r.standing().counts.listing);
  CHECK(r.standing().counts.files == 3);
  CHECK(r.standing().size == 30);
  CHECK(r.paths(FileState::small) == Paths{"a", "b", "c"});
}

TEST_CASE("of two files that come to the same name the second has failed, for good") {
  Recording r;
  r.add({"a", "b"});
  const FileOutcome done[] = {{{"a"}, 10}};
  REQUIRE(r.record->record("id", done));
  r.add({"a", "a"});
  CHECK(r.standing().counts.files == 4);
  CHECK(r.standing().counts.failed == 2);
  CHECK(r.paths(FileState::failed) == Paths{"a", "a"});
  REQUIRE(r.record->retry("id"));
  CHECK(r.standing().counts.failed == 2);
  CHECK(r.paths(FileState::small) == Paths{"b"});
}

TEST_CASE("outcomes are counted once, however often they are recorded") {
  Recording r;
  r.add({"a", "b", "c", "d"});
  const FileOutcome outcomes[] = {{{"a"}, 10},
                                  {{"b"}, 10, FileState::failed, "no"},
                                  {{"c"}, 10, FileState::alone, "sent wrong bytes"}};
  REQUIRE(r.record->record("id", outcomes));
  REQUIRE(r.record->record("id", outcomes));
  CHECK(r.standing().counts.done == 1);
  CHECK(r.standing().done == 10);
  CHECK(r.standing().counts.failed == 1);
  CHECK(r.paths(FileState::small) == Paths{"d"});
  CHECK(r.paths(FileState::alone) == Paths{"c"});
  CHECK(r.record->files("id", FileState::alone, std::nullopt, 1)->at(0).why == "sent wrong bytes");
  REQUIRE(r.record->retry("id"));
  CHECK(r.standing().counts.failed == 0);
  CHECK(r.paths(FileState::small) == Paths{"b", "d"});
}

TEST_CASE("files that are not done are listed in order of path, a page at a time") {
  Recording r;
  r.add({"d", "a"});
  r.add({"b", "e"}, FileState::alone);
  r.add({"c", "a"}, FileState::failed);
  Paths all;
  PageRequest page{2, ""};
  int pages = 0;
  do {
    const auto some = r.record->open_files("id", page);
    REQUIRE(some);
    CHECK(some->items.size() <= 2);
    for (const auto& file : some->items) all.push_back(file.path);
    page.after = some->next;
    ++pages;
  } while (!page.after.empty());
  CHECK(all == Paths{"a", "a", "b", "c", "d", "e"});
  CHECK(pages == 3);
}

TEST_CASE("what is done is forgotten, and a folder that is removed leaves nothing") {
  Recording r;
  r.add({"a", "b"});
  const FileOutcome outcomes[] = {{{"a"}, 10}, {{"b"}, 10, FileState::failed, "no"}};
  REQUIRE(r.record->record("id", outcomes));
  REQUIRE(r.record->forget_done("id"));
  CHECK(r.standing().counts.done == 1);
  sqlite::Database database(r.file);
  CHECK(database.integer("SELECT count(*) FROM folder_files") == 1);
  REQUIRE(r.record->remove("id"));
  CHECK(database.integer("SELECT count(*) FROM folder_files") == 0);
  CHECK(database.integer("SELECT count(*) FROM folders") == 0);
  CHECK(r.record->files("id", FileState::failed, std::nullopt, 1)->empty());
}

TEST_CASE("a page of files is found by the index, not by looking through those that are done") {
  Recording r;
  sqlite::Database database(r.file);
  auto plan = database.prepare(
      "EXPLAIN QUERY PLAN SELECT path, twin, content, size, state, why FROM folder_files WHERE "
      "folder = ?1 AND state = ?2 AND state <> 2 AND (path, twin) > (?3, ?4) ORDER BY path, twin "
      "LIMIT ?5");
  REQUIRE(plan.step());
  CHECK(plan.text(3).find("folder_files_open (folder=? AND state=? AND (path,twin)>(?,?))") !=
        std::string::npos);
  CHECK_FALSE(plan.step());
}

}  // namespace swapmeet::transfer_swarm
