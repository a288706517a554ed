// Saved searches: how many, how long they last, and what is left of them after a restart.
#include "host/api/watch_list.h"

#include <fstream>
#include <set>

#include "fakes.h"
#include "swapmeet/testing/manual_clock.h"

using namespace swapmeet;
using namespace swapmeet::testing;
using namespace std::chrono_literals;

namespace {

const Identity kAnn{"ann", {"friends"}, {}};

// Lists that come one after the other, as a host's do, on one data folder.
struct Lists {
  TemporaryFolder data;
  ManualClock clock;
  EventBus events;
  FakeWatches watches;
  std::unique_ptr<WatchStore> store;
  std::unique_ptr<WatchList> list;
  std::vector<std::string> log;

  explicit Lists(const WatchList::Most& limits = {}) : limits_(limits) { start(); }
  void start() {
    list.reset();
    store = std::make_unique<WatchStore>(data.path);
    list = std::make_unique<WatchList>(
        WatchList::Parts{
            watches, events, *store, clock,
            [this](LogLevel, std::string_view, std::initializer_list<LogField> fields) {
              for (const auto& field : fields) log.emplace_back(field.value);
            }},
        limits_);
    REQUIRE(list->restore().ok());
    list->tend();
  }
  std::string add(const std::string& query, const std::string& asker = "ann",
                  std::chrono::seconds keep = WatchList::kKeep) {
    auto id = list->add({query, kAnn}, asker, keep);
    REQUIRE(id.ok());
    return *id;
  }
  std::set<std::string> watched() const {
    std::set<std::string> queries;
    for (const auto& [query, found] : watches.found_) queries.insert(query);
    return queries;
  }
  std::set<std::string> kept() const {
    std::set<std::string> queries;
    const auto all = store->all();
    for (const auto& one : *all) queries.insert(one.request.query);
    return queries;
  }

 private:
  WatchList::Most limits_;
};

using Queries = std::set<std::string>;

}  // namespace

TEST_CASE("watches are bounded, in all and for one who asks") {
  Lists host({3, 2});
  host.add("a");
  host.add("b");
  CHECK(host.list->add({"c", {}}, "ann").error().code == ErrorCode::too_many);
  const auto last = host.add("c", "bob");
  CHECK(host.list->add({"d", {}}, "cyd").error().code == ErrorCode::too_many);
  host.start();  // the same after a restart
  CHECK(host.list->add({"d", {}}, "cyd").error().code == ErrorCode::too_many);
  CHECK(host.list->remove(last).ok());
  CHECK(host.list->add({"d", {}}, "ann").error().code == ErrorCode::too_many);
  host.add("d", "cyd");
}

TEST_CASE("a watch lasts over a restart, and tells what it finds under the same id") {
  Lists host;
  const auto id = host.add("song");
  host.add("film");
  CHECK(host.list->remove(host.add("ended")).ok());
  host.watches.viewers_.clear();
  host.start();
  CHECK(host.watched() == Queries{"film", "song"});
  CHECK(host.watches.viewers_.at("song") == kAnn);
  std::vector<std::string> told;
  const auto hearing =
      host.events.subscribe([&](const Event& event) { told.push_back(event.watch); });
  auto listening = host.list->listen(id);
  REQUIRE(listening);
  host.watches.found_.at("song")({});
  host.watches.found_.at("film")({});  // to which nobody listens
  listening.reset();
  host.watches.found_.at("song")({});
  CHECK(told == std::vector<std::string>{id});
  CHECK(host.list->remove(id).ok());
  CHECK(host.list->remove(id).error().code == ErrorCode::not_found);
  host.start();
  CHECK(host.watched() == Queries{"film"});
}

TEST_CASE("a watch that nobody listens to ends after its time, for good") {
  Lists host;
  const auto unheard = host.add("unheard", "ann", 1h);
  const auto heard = host.add("heard", "ann", 1h);
  host.add("long");
  host.clock.advance(50min);
  CHECK(host.list->listen(heard));
  host.clock.advance(20min);
  CHECK_FALSE(host.list->listen(unheard));
  CHECK(host.list->remove(unheard).error().code == ErrorCode::not_found);
  host.list->tend();
  CHECK(host.watched() == Queries{"heard", "long"});
  CHECK(host.kept() == Queries{"heard", "long"});
  host.start();
  CHECK(host.watched() == Queries{"heard", "long"});
  host.clock.advance(std::chrono::days(31));
  host.list->tend();
  CHECK(host.kept().empty());
}

TEST_CASE("a watch lasts for as long as somebody listens, and its time begins anew after that") {
  Lists host;
  const auto id = host.add("song", "ann", 1h);
  auto listening = host.list->listen(id);
  const auto another = host.list->listen(id);
  listening.reset();
  host.clock.advance(24h);
  host.list->tend();
  CHECK(host.watched() == Queries{"song"});
  CHECK(host.store->all()->at(0).heard == host.clock.now());
  host.list->tend();
  auto last = host.list->listen(id);
  REQUIRE(last);
  CHECK(host.list->remove(id).ok());  // also while somebody listens
  CHECK_FALSE(host.list->listen(id));
  host.list.reset();
  last.reset();
}

TEST_CASE("the time that a host was away counts, but those who listened may come back") {
  Lists host;
  const auto song = host.add("song", "ann", 24h);
  host.add("film", "ann", 24h);
  host.clock.advance(20h);
  CHECK(host.list->listen(song));
  host.list->tend();
  host.start();  // 24 hours are left of song, 4 of film
  host.clock.advance(5h);
  host.list->tend();
  CHECK(host.kept() == Queries{"song"});
  host.clock.advance(std::chrono::days(60));
  host.start();  // ten minutes
  host.clock.advance(9min);
  CHECK(host.list->listen(song));
  host.clock.advance(23h);
  host.list->tend();
  CHECK(host.kept() == Queries{"song"});
}

TEST_CASE("watches for which the index is away are taken up when it is back") {
  Lists host;
  const auto id = host.add("song");
  host.watches.found_.clear();
  host.watches.away_ = true;
  host.start();
  CHECK(host.list->listen(id));
  CHECK(host.watched().empty());
  CHECK(host.log == std::vector<std::string>{"the index is away"});
  host.list->tend();
  CHECK(host.log.size() == 1);
  CHECK(host.list->add({"film", {}}, "ann").error().code == ErrorCode::unavailable);
  CHECK(host.kept() == Queries{"song"});
  host.watches.away_ = false;
  host.list->tend();
  CHECK(host.watched() == Queries{"song"});
  host.watches.away_ = true;
  host.start();
  host.watches.away_ = false;
  host.list->stop();
  host.list->tend();  // asks nobody any more
  CHECK(host.watched().empty());
}

TEST_CASE("what cannot be kept is not promised") {
  Lists host;
  sqlite::Database(host.data.path / "watches.db")
      .execute(
          "CREATE TRIGGER full BEFORE INSERT ON watches BEGIN SELECT raise(FAIL, 'full'); END;"
          "CREATE TRIGGER stuck BEFORE DELETE ON watches BEGIN SELECT raise(FAIL, 'no'); END");
  CHECK_FALSE(host.list->add({"song", {}}, "ann").ok());
  CHECK(host.watched().empty());
  sqlite::Database(host.data.path / "watches.db").execute("DROP TRIGGER full");
  const auto id = host.add("song");
  CHECK_FALSE(host.list->remove(id).ok());
  CHECK(host.list->listen(id));
}

TEST_CASE("watches see what their account may see now, and end with it") {
  World world;
  const Api api(world.all());
  REQUIRE(world.call("POST", "/api/v1/watches", R"({"query":"song"})", World::as("ann")).status ==
          201);
  REQUIRE(world.call("POST", "/api/v1/watches", R"({"query":"film"})", World::as("bob")).status ==
          201);
  const auto change = [&](Account account) {
    world.auth.account_ = std::move(account);
    CHECK(world.call("PATCH", "/api/v1/accounts/ann", R"({"disabled":false})").status == 200);
  };
  change({"ann", {"friends"}, {}, false, {}});
  CHECK(world.watches.viewers_.at("song") == kAnn);
  CHECK(world.watches.viewers_.at("film").groups.empty());
  CHECK(world.watches.found_.contains("song"));
  CHECK(world.watch_store.all()->at(0).request.viewer.groups.size() +
            world.watch_store.all()->at(1).request.viewer.groups.size() ==
        1);
  change({"ann", {}, {}, true, {}});
  CHECK_FALSE(world.watches.found_.contains("song"));
  CHECK(world.call("DELETE", "/api/v1/accounts/bob").status == 204);
  CHECK(world.watches.found_.empty());
  CHECK(world.watch_store.all()->empty());
}

TEST_CASE("an account lists its own watches, and a guest knows theirs by their ids") {
  World world;
  const Api api(world.all());
  const auto save = [&](const std::string& query, const http::Request& who) {
    REQUIRE(world.call("POST", "/api/v1/watches", R"({"query":")" + query + "\"}", who).status ==
            201);
  };
  save("song", World::as("ann"));
  save("film", World::as("bob"));
  save("book", World::guest());
  const auto listed = world.call("GET", "/api/v1/watches", "", World::as("ann"));
  const auto watches = wire::from_json<std::vector<wire::WatchRecord>>(body_of(listed));
  REQUIRE(watches.ok());
  REQUIRE(watches->size() == 1);
  CHECK(watches->at(0).query == "song");
  CHECK(watches->at(0).keep == WatchList::kKeep);
  CHECK(world.call("DELETE", "/api/v1/watches/" + watches->at(0).id).status == 204);
  CHECK(body_of(world.call("GET", "/api/v1/watches", "", World::as("ann"))) == R"({"watches":[]})");
  CHECK(world.call("GET", "/api/v1/watches", "", World::guest()).status == 403);
}

TEST_CASE("a watch says how long it is kept unheard, and may ask for another time") {
  World world;
  const Api api(world.all());
  const auto keep_of = [&](const std::string& body) {
    const auto made = world.call("POST", "/api/v1/watches", body);
    REQUIRE(made.status == 201);
    return parsed(made)["keep_seconds"].GetInt64();
  };
  CHECK(keep_of(R"({"query":"a"})") == 2'592'000);
  CHECK(keep_of(R"({"query":"a","keep_seconds":60})") == 60);
  for (const auto* wrong : {"59", "31536001", "-1", "\"1\""})
    CHECK(world
              .call("POST", "/api/v1/watches",
                    std::string(R"({"query":"a","keep_seconds":)") + wrong + "}")
              .status == 400);
}

TEST_CASE("what a saved search finds while nobody listens waits, also over a restart") {
  Lists host;
  const auto id = host.list->add({"song", kAnn}, "ann", WatchList::kKeep, true);
  REQUIRE(id.ok());
  const auto finds = [&](const std::string& name) {
    Match match;
    match.name = match.path = name;
    host.watches.found_.at("song")(match);
  };
  const auto waiting = [&] {
    std::vector<std::string> names;
    const auto all = host.list->waiting(*id);
    REQUIRE(all.ok());
    for (const auto& one : all->matches) names.push_back(one.match.name);
    return names;
  };
  finds("one");
  finds("two");
  finds("one");  // told twice
  CHECK(waiting() == std::vector<std::string>{"one", "two"});
  {
    const auto listening = host.list->listen(*id);
    finds("heard");
  }
  host.list->tend();  // what a crash would leave
  host.start();
  CHECK(waiting() == std::vector<std::string>{"one", "two"});
  CHECK(host.list->count_waiting(*id) == 2);
  // What comes after the last look is not lost with what was seen.
  const auto seen = host.list->waiting(*id)->matches.back().found;
  finds("three");
  REQUIRE(host.list->forget_waiting(*id, seen).ok());
  CHECK(waiting() == std::vector<std::string>{"three"});
  host.list->stop();
  host.start();
  CHECK(waiting() == std::vector<std::string>{"three"});
  REQUIRE(host.list->remove(*id).ok());
  CHECK(host.list->waiting(*id).error().code == ErrorCode::not_found);
  CHECK(host.list->forget_waiting(*id, seen).error().code == ErrorCode::not_found);
}

TEST_CASE("what waits is the newest, and a watch that does not collect keeps nothing") {
  UnheardMatches unheard;
  CHECK_FALSE(unheard.text_if_changed());
  Match match;
  for (std::size_t i = 0; i < UnheardMatches::kMost + 20; ++i) {
    match.path = std::to_string(i);
    unheard.add(match, Time{});  // all in one moment
  }
  const auto all = unheard.all();
  CHECK(all.matches.size() == UnheardMatches::kMost);
  CHECK(all.matches.front().match.path == "20");
  CHECK(all.lost == 20);
  const auto text = unheard.text_if_changed();
  REQUIRE(text);
  CHECK_FALSE(unheard.text_if_changed());
  UnheardMatches again(*text);
  CHECK(wire::to_json(again.all()) == wire::to_json(all));
  again.forget_until(all.matches.at(9).found);
  CHECK(again.all().matches.front().match.path == "30");
  CHECK(again.all().lost == 0);
  again.forget_until(all.matches.back().found);
  CHECK(again.text_if_changed() == "");
  CHECK(UnheardMatches("no JSON").count() == 0);

  Lists host;
  const auto id = host.add("song");
  host.watches.found_.at("song")(match);
  CHECK(host.list->waiting(id)->matches.empty());
}

TEST_CASE("over the API a watch that collects says how many wait, tells and forgets them") {
  World world;
  const Api api(world.all());
  const auto ann = World::as("ann");
  const auto made =
      parsed(world.call("POST", "/api/v1/watches", R"({"query":"song","collect":true})", ann));
  CHECK(made["collect"].GetBool());
  const std::string matches = "/api/v1/watches/" + std::string(made["id"].GetString()) + "/matches";
  Match match;
  match.path = match.name = "a.mp3";
  world.watches.found_.at("song")(match);
  CHECK(parsed(world.call("GET", "/api/v1/watches", "", ann))["watches"][0]["waiting"].GetInt() ==
        1);
  const auto told = parsed(world.call("GET", matches, "", ann));
  CHECK(told["matches"][0]["path"].GetString() == std::string("a.mp3"));
  CHECK(world.call("DELETE", matches, "", ann).status == 400);
  const std::string found = told["matches"][0]["found"].GetString();
  CHECK(world.call("DELETE", matches + "?until=" + found, "", ann).status == 204);
  CHECK(parsed(world.call("GET", matches, "", ann))["matches"].Empty());
  CHECK(world.call("GET", "/api/v1/watches/none/matches", "", ann).status == 404);
}

TEST_CASE("the store of watches is looked through, copied, and refused when it is damaged") {
  Lists host;
  const auto id = host.add("song");
  const TemporaryFolder copy;
  auto kept = WatchStore::kept_in(host.data.path);
  REQUIRE(kept.back_up(copy.path).ok());
  const auto report = WatchStore::kept_in(copy.path).verify();
  CHECK(report->problems.empty());
  CHECK(report->notes == std::vector<std::string>{"watches.db: 1 saved searches"});
  CHECK(WatchStore(copy.path).all()->at(0).id == id);
  sqlite::Database(copy.path / "watches.db").execute("UPDATE watches SET keep_seconds=0");
  CHECK(WatchStore::kept_in(copy.path).verify()->problems.size() == 1);
  std::ofstream(copy.path / "watches.db", std::ios::binary) << std::string(20'000, 'x');
  CHECK_THROWS_WITH(WatchStore(copy.path),
                    Catch::Contains("watches.db is damaged") && Catch::Contains("or remove it"));
}

TEST_CASE("watches that the first version kept are all there") {
  const TemporaryFolder data;
  // As it was written once, kept apart from the program's own migrations. Never changed.
  sqlite::Database(data.path / "watches.db").execute(R"sql(
CREATE TABLE watches(
  id TEXT PRIMARY KEY, asker TEXT NOT NULL, query TEXT NOT NULL, account TEXT NOT NULL,
  groups_in TEXT NOT NULL, roles TEXT NOT NULL, read_only INTEGER NOT NULL,
  keep_seconds INTEGER NOT NULL, heard INTEGER NOT NULL) WITHOUT ROWID;
PRAGMA user_version=1;
INSERT INTO watches VALUES('0a', '@ann', 'song -live', 'ann', 'friends
family
', 'admin
', 0, 3600, 1767225600000), ('0b', '192.0.2.7', 'film', '', '', '', 1, 60, 0);
)sql");
  const auto all = WatchStore(data.path).all();
  REQUIRE(all->size() == 2);
  CHECK(all->at(0).id == "0a");
  CHECK(all->at(0).asker == "@ann");
  CHECK(all->at(0).request.query == "song -live");
  CHECK(all->at(0).request.viewer == Identity{"ann", {"friends", "family"}, {"admin"}});
  CHECK(all->at(0).keep == 1h);
  CHECK(to_rfc3339(all->at(0).heard) == "2026-01-01T00:00:00Z");
  CHECK(all->at(1).request.viewer == Identity{"", {}, {}, true});
  CHECK(WatchStore::kept_in(data.path).verify()->problems.empty());
  sqlite::Database(data.path / "watches.db").execute("PRAGMA user_version=99");
  CHECK_THROWS_WITH(WatchStore(data.path), Catch::Contains("newer version"));
}
