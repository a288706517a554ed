// Old databases become new ones and lose nothing: from every version on that there has been.
#include <span>

#include "catch.h"
#include "transfer/swarm/catalogue/catalogue_sql.h"
#include "transfer/swarm/fetch/download_store.h"
#include "transfer/swarm/inbox/offer_store.h"
#include "transfer/swarm/upkeep.h"
#include "unit/swarm/catalogue/first_schemas.h"
#include "unit/swarm/catalogue/memory_folder.h"
#include "unit/swarm/catalogue/still_clock.h"
#include "unit/swarm/scan/shared_folder.h"

namespace swapmeet::transfer_swarm {
namespace {

ContentId content(std::uint8_t number) {
  ContentId id;
  id.bytes[0] = number;
  return id;
}

PeerId peer(std::uint8_t number) {
  PeerId id;
  id.bytes[0] = number;
  return id;
}

// Opens by `look` a database that was written by each version in turn; then all must be well.
template <class Look>
void open_each(const std::string& name, const char* first, std::span<const char* const> migrations,
               const Look& look) {
  for (std::size_t version = 1; version <= migrations.size(); ++version) {
    INFO(name << " of version " << version);
    const MemoryFolder folder;
    {
      sqlite::Database old(folder.path / name);
      old.execute(first);
      sqlite::migrate(old, migrations.first(version));
      REQUIRE(old.integer("PRAGMA user_version") == static_cast<std::int64_t>(version));
    }
    look(folder.path / name);
    const auto report = stores_in(folder.path).verify();
    REQUIRE(report.ok());
    CHECK(report->problems == std::vector<std::string>{});
  }
}

TEST_CASE("a catalogue of any version keeps its shares, files, layers and feed") {
  open_each("catalogue.sqlite", kFirstCatalogue, kCatalogueMigrations, [](const auto& file) {
    Catalogue catalogue(file, still_clock());
    const auto shares = catalogue.shares();
    REQUIRE(shares.size() == 2);
    CHECK(shares[0].spec.name == "music");
    CHECK(shares[0].spec.folder == "/srv/music");
    CHECK(shares[0].spec.audience.everyone);
    CHECK(shares[0].configured);
    CHECK(shares[1].spec.audience == Audience{false, {"friends"}, {"bob"}});
    CHECK(catalogue.files(1, "", "", 9).at(0).path == "live/a");
    CHECK(catalogue.files(1, "", "", 9).at(0).stamp == FileStamp{5, 3, 7'000'000});
    CHECK(catalogue.content(2, "b", {6, 40'000, 8'000'000}) == content(2));
    CHECK(catalogue.tree(content(2))->layer == std::string(96, '\0'));
    CHECK(*catalogue.state() == FeedState{"abc", 0, 9});
    const auto batch = catalogue.changes_after(0, 10);
    REQUIRE(batch->changes.size() == 3);
    CHECK(batch->changes[0].listing.path == "music/live/a");
    CHECK(batch->changes[1].listing.content == content(2));
    CHECK(batch->changes[2].kind == ChangeKind::remove);
    CHECK(batch->changes[2].listing.path == "music/gone");
    catalogue.commit(1, {{"new", {9, 3, 0}, tree_of("abc")}});
    CHECK(catalogue.state()->latest == 10);
  });
}

// Until version 4 an audience was "*", or lines of "g" and a group, "a" and an account.
TEST_CASE("audiences that an old catalogue kept in its own form are right") {
  const MemoryFolder folder;
  const auto file = folder.path / "catalogue.sqlite";
  {
    sqlite::Database old(file);
    sqlite::migrate(old, std::span(kCatalogueMigrations).first(4));
    auto put = old.prepare(
        "INSERT INTO shares(name, folder, audience, configured) VALUES(?, CAST('/' AS BLOB), ?, "
        "0)");
    const auto kept = [&](std::string_view name, std::string_view audience) {
      put.with(name, audience).run();
    };
    kept("all", "*");
    kept("none", "");
    kept("one group", "gg\n");
    kept("tricky", "ggroup a\ngaga\naaccount g\naalice\naga\n");
    kept("star", "g*\n");
  }
  Catalogue catalogue(file, still_clock());
  const auto audience = [&](const char* share) { return catalogue.share(share)->spec.audience; };
  CHECK(audience("all") == Audience{});
  CHECK(audience("none") == Audience{false, {}, {}});
  CHECK(audience("one group") == Audience{false, {"g"}, {}});
  CHECK(audience("tricky") == Audience{false, {"group a", "aga"}, {"account g", "alice", "ga"}});
  CHECK(audience("star") == Audience{false, {"*"}, {}});
}

TEST_CASE("downloads of any version are all there, with what has been proven") {
  open_each("downloads.sqlite", kFirstDownloads, DownloadStore::migrations(), [](const auto& file) {
    DownloadStore store(file);
    auto all = store.all();
    REQUIRE(all.size() == 2);
    CHECK(all[0].status.state == DownloadState::done);
    CHECK(all[0].status.path == "/srv/got/done.bin");
    CHECK(all[0].status.finished == Time(std::chrono::seconds(2)));
    CHECK(all[0].asked_for);
    const auto& plan = all[1].plan;
    CHECK(plan.id == "bb");
    CHECK(plan.content == content(2));
    CHECK(plan.folder == "/srv/got");
    CHECK(plan.overwrite);
    CHECK(plan.size == 3'145'728);
    CHECK(plan.proven == "\x03");
    REQUIRE(plan.given.size() == 1);
    CHECK(plan.given[0].peer == peer(3));
    CHECK(plan.given[0].url == "http://127.0.0.1:1/content/x");
    CHECK(plan.liars.empty());
    CHECK(all[1].status.state == DownloadState::paused);
    CHECK(all[1].status.why == "because");
    CHECK(all[1].offers.empty());
    CHECK(store.layer("aa").empty());
    CHECK(store.layer("bb") == std::string(96, '\0'));
    all[1].plan.liars = {"http://127.0.0.1:1"};
    store.put(all[1]);
    CHECK(store.all()[1].plan.liars.size() == 1);
  });
}

TEST_CASE("offers of any version are all there, with their secrets") {
  open_each("inbox.sqlite", kFirstInbox, OfferStore::migrations(), [](const auto& file) {
    OfferStore store(file);
    CHECK(store.page(9, "").size() == 2);
    auto in = store.find("in");
    REQUIRE(in);
    CHECK(in->offer.incoming);
    CHECK(in->offer.peer == peer(3));
    CHECK(in->offer.peer_name == "ann");
    CHECK(in->offer.state == OfferState::accepted);
    CHECK(in->offer.download == "dd");
    CHECK(in->offer.done == 4);
    CHECK(in->token == "secret");
    CHECK(in->url == "http://127.0.0.1:1");
    const auto out = store.find("out");
    REQUIRE(out);
    CHECK(out->path == "/srv/b.zip");
    CHECK(out->stamp == FileStamp{5, 40'000, 7});
    CHECK(out->hashed);
    CHECK_FALSE(out->delivered);
    CHECK(out->unanswered == Time{});
    CHECK(store.tree("out", content(2))->content == content(2));
    in->unanswered = Time(std::chrono::seconds(1));
    store.put(*in);
    CHECK(store.find("in")->unanswered == in->unanswered);
  });
}

TEST_CASE("a store of a newer version is refused") {
  const MemoryFolder folder;
  const auto file = folder.path / "newer";
  sqlite::Database(file).execute("PRAGMA user_version=99");
  CHECK_THROWS_WITH(Catalogue(file, still_clock()), Catch::Contains("newer version"));
  CHECK_THROWS_WITH(DownloadStore(file), Catch::Contains("newer version"));
  CHECK_THROWS_WITH(OfferStore(file), Catch::Contains("newer version"));
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
