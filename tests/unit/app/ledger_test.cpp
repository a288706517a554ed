// What a data folder has had is missed when it is gone.
#include "host/app/ledger.h"

#include <sys/stat.h>

#include <fstream>

#include "catch.h"
#include "host/app/data_folder.h"
#include "swapmeet/sqlite/upkeep.h"
#include "swapmeet/testing/temporary_folder.h"

namespace swapmeet {
namespace {
namespace fs = std::filesystem;
using Catch::Matchers::Contains;

constexpr const char* kTables[] = {"CREATE TABLE words (word TEXT)"};

// A data folder with a plugin's database of many pages, and a key of the host's.
struct Kept {
  testing::TemporaryFolder folder;
  const fs::path data = folder.path / "data";
  const fs::path store = data / "registry.mine/mine.db";
  const fs::path key = data / "api.token";

  Kept() {
    fs::create_directories(store.parent_path());
    fs::permissions(data, fs::perms::owner_all);
    make_store();
    std::ofstream(key) << "secret\n";
  }
  void make_store() const {
    sqlite::Database database(store);
    sqlite::migrate(database, kTables);
    for (int i = 0; i < 100; ++i)
      database.execute("INSERT INTO words VALUES (hex(randomblob(400)))");
  }
  std::vector<NamedFile> kept() const {
    auto all = own_secrets(data);
    sqlite::KeptStores stores({{.file = store, .migrations = kTables}});
    const auto files = stores.kept().value();
    for (const auto& file : files) all.push_back({"registry.mine/mine.db", file});
    return all;
  }
  Ledger ledger() const { return Ledger::read(data).value(); }
  void record() const { REQUIRE(ledger().record(kept()).ok()); }
  // All that is lost, as one text.
  std::string lost() const {
    std::string text;
    const auto now = ledger();
    for (const auto& one : now.lost_files()) text += one + '\n';
    for (const auto& one : now.losses(kept())) text += one + '\n';
    return text;
  }
  void accept() const {
    auto now = ledger();
    REQUIRE(now.accept_lost_files().ok());
    REQUIRE(now.accept_losses(kept()).ok());
  }
};

}  // namespace

TEST_CASE("a folder of an earlier version has no ledger, and gets one") {
  const Kept kept;
  sqlite::Database(kept.store).execute("PRAGMA application_id=0");
  CHECK(kept.lost().empty());
  kept.record();
  CHECK(kept.ledger().was_there());
  CHECK(kept.lost().empty());
}

TEST_CASE(
    "a store that is gone, empty, cut short or begun anew is missed, until that is accepted") {
  const Kept kept;
  kept.record();
  CHECK(kept.lost().empty());
  std::string what;
  SECTION("gone") {
    fs::remove(kept.store);
    what = "mine.db is gone, though this host has kept something in it";
  }
  SECTION("its whole folder") {
    fs::remove_all(kept.store.parent_path());
    what = "mine.db is gone";
  }
  SECTION("empty") {
    fs::resize_file(kept.store, 0);
    what = "mine.db is empty";
  }
  SECTION("cut short") {
    fs::resize_file(kept.store, 8192);
    what = "mine.db is shorter than it says itself";
  }
  SECTION("no database any more") {
    std::ofstream(kept.store) << std::string(9000, 'x');
    what = "mine.db cannot be read";
  }
  SECTION("begun anew") {
    fs::remove(kept.store);
    kept.make_store();
    what = "mine.db is not the store that this host has kept";
  }
  CHECK_THAT(kept.lost(), Contains(what));
  CHECK_THAT(kept.lost(), Contains(what));  // looking at it changes nothing
  kept.accept();
  CHECK(kept.lost().empty());
  if (!fs::exists(kept.store)) {
    fs::create_directories(kept.store.parent_path());
    kept.make_store();
  }
  kept.record();
  CHECK(kept.lost().empty());
}

TEST_CASE("what is accepted as lost and still there is set aside") {
  const Kept kept;
  kept.record();
  fs::resize_file(kept.store, 8192);
  kept.accept();
  CHECK(fs::file_size(kept.store.string() + ".lost") == 8192);
  CHECK_FALSE(fs::exists(kept.store));
}

TEST_CASE("a store after a kill is not cut short: the rest is in its log") {
  const Kept kept;
  kept.record();
  sqlite::Database reader(kept.store);  // with it the log stays
  {
    sqlite::Database writer(kept.store);
    for (int i = 0; i < 100; ++i)
      writer.execute("INSERT INTO words VALUES (hex(randomblob(4000)))");
  }
  CHECK(kept.lost().empty());
}

TEST_CASE("a ledger that is gone while stores are there is missed as well") {
  const Kept kept;
  kept.record();
  fs::remove(kept.data / "ledger");
  CHECK_THAT(kept.lost(), Contains("ledger is gone"));
  kept.accept();
  CHECK(kept.lost().empty());
}

TEST_CASE("a damaged ledger is refused with what to do") {
  const Kept kept;
  std::ofstream(kept.data / "ledger") << "junk\n";
  const auto read = Ledger::read(kept.data);
  REQUIRE_FALSE(read.ok());
  CHECK(read.error().code == ErrorCode::corrupt);
  CHECK_THAT(read.error().message, Contains("--accept-loss"));
}

TEST_CASE("what can be made anew is nobody's loss, and what a replaced plugin kept neither") {
  const Kept kept;
  auto files = kept.kept();
  SECTION("made anew") {
    files.back().kept.made_anew = true;
    REQUIRE(kept.ledger().record(files).ok());
  }
  SECTION("replaced") {
    kept.record();
    auto ledger = kept.ledger();
    ledger.forget_all_of("registry.mine");
    REQUIRE(ledger.record({}).ok());
  }
  fs::remove(kept.store);
  CHECK(kept.lost().empty());
}

TEST_CASE("a token that was lost stops the data folder from being opened, until it is accepted") {
  const testing::TemporaryFolder folder;
  const auto data = folder.path / "data";
  std::string before;
  {
    auto opened = DataFolder::open(data);
    REQUIRE(opened.ok());
    before = opened->registration_token();
    REQUIRE(opened->ledger().record(own_secrets(data)).ok());
  }
  const auto token = data / "registration.token";
  if (GENERATE(true, false))
    fs::remove(token);
  else
    fs::resize_file(token, 0);
  for (int i = 0; i < 2; ++i) {
    const auto opened = DataFolder::open(data);
    REQUIRE_FALSE(opened.ok());
    CHECK_THAT(opened.error().message, Contains("registration.token is ") &&
                                           Contains("though this host has had it") &&
                                           Contains("--accept-loss"));
  }
  std::vector<std::string> accepted;
  const auto opened = DataFolder::open(data, &accepted);
  REQUIRE(opened.ok());
  CHECK(accepted.size() == 1);
  CHECK(opened->registration_token() != before);
}

TEST_CASE("a data folder that is open to others is refused, and so are secrets in it") {
  const testing::TemporaryFolder folder;
  const auto data = folder.path / "data";
  REQUIRE(DataFolder::open(data).ok());
  const auto refused = [&](const fs::path& path, mode_t mode) {
    struct stat before {};
    REQUIRE(::stat(path.c_str(), &before) == 0);
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    const auto opened = DataFolder::open(data);
    const auto checked = DataFolder::check_modes(data);
    REQUIRE(::chmod(path.c_str(), before.st_mode & 07777) == 0);
    if (opened || checked) return std::string();
    CHECK(opened.error().code == ErrorCode::not_allowed);
    return checked.error().message;
  };
  CHECK_THAT(refused(data, 0777), Contains("may change what is in") && Contains("chmod 700"));
  CHECK_THAT(refused(data, 0720), Contains("may change what is in"));
  CHECK_THAT(refused(data, 0755), Contains("may look into"));
  for (const auto* secret : {"api.token", "registration.token"})
    CHECK_THAT(refused(data / secret, 0644), Contains(secret) && Contains("chmod 600"));
  CHECK(DataFolder::open(data).ok());
}

TEST_CASE("databases are for their owner only") {
  const Kept kept;
  struct stat status {};
  REQUIRE(::stat(kept.store.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
}

}  // namespace swapmeet
