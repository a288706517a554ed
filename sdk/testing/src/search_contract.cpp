#include "swapmeet/testing/search_contract.h"

#include <algorithm>

#include "search_checks.h"
#include "search_model.h"
#include "search_rules.h"
#include "search_samples.h"
#include "swapmeet/query.h"

namespace swapmeet::testing {
SearchPage ask(Search& search, const std::string& query, const Identity& viewer, SortOrder sort,
               const PageRequest& page) {
  auto found = search.search({query, page, sort, viewer});
  INFO(query << (found ? "" : ": " + found.error().message));
  REQUIRE(found.ok());
  return std::move(*found);
}

std::vector<std::string> names_of(const SearchPage& page) {
  std::vector<std::string> names;
  for (const auto& hit : page.hits) names.push_back(hit.name);
  return names;
}

void fill(SearchSubject& subject, std::vector<Change> changes, Revision base) {
  const auto applied = subject.follower().apply({"feed", base, base + 10, std::move(changes)});
  INFO((applied ? "" : applied.error().message));
  REQUIRE(applied.ok());
}

namespace {

// All hits, no others, each right, and in the order of hits.h or at least in a stable one.
void compare(SearchSubject& subject, const SearchModel& model, const std::string& query,
             const Identity& viewer, BrokenRules& broken) {
  const auto page = ask(subject.search(), query, viewer);
  CHECK(page.query == query);
  const auto asked =
      query + (viewer.account.empty() ? ", by a guest" : ", by '" + viewer.account + "'");
  auto rules = broken_rules(page, model.search(query, viewer), subject.ranks_by_itself());
  if (subject.ranks_by_itself() && ask(subject.search(), query, viewer).hits != page.hits)
    rules.push_back({"the order is stable: the same question has the same answer", query});
  broken.tell(asked, rules);
}

void check_random(SearchSubject& subject) {
  SearchModel model;
  std::minstd_rand random(20260101);
  BrokenRules broken;
  for (const auto& batch : random_batches(7)) {
    REQUIRE(subject.follower().apply(batch).ok());
    model.apply(batch);
    for (int i = 0; i < 60 && !broken.are_enough(); ++i) {
      const auto query = random_query(random);
      compare(subject, model, query, kGuest, broken);
      if (!subject.asks_as_guest()) compare(subject, model, query, kStaff, broken);
    }
  }
}

void check_language(Search& search, ChangeFollower& follower) {
  const auto peer = peer_number(1);
  REQUIRE(follower
              .apply({"feed",
                      0,
                      10,
                      {present(peer, "Alice"), put(peer, listing_of("a/Summer_Film.2024.mkv", 1)),
                       put(peer, listing_of("a/myHTTPServer.txt", 2, 50)),
                       put(peer, listing_of("b/Été à la plage.jpg", 3)),
                       put(peer, listing_of("summer/other.txt", 4))}})
              .ok());
  const auto finds = [&](const std::string& query) {
    auto names = names_of(ask(search, query));
    std::sort(names.begin(), names.end());
    std::string text;
    for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
    return text;
  };
  // Words are ANDed, in any case and without accents; names are split at separators, at a change
  // of case, and at the last of several capitals.
  CHECK(finds("SUMMER film") == "Summer_Film.2024.mkv");
  CHECK(finds("http server") == "myHTTPServer.txt");
  CHECK(finds("ete PLAGE") == "Été à la plage.jpg");
  CHECK(finds("summer") == "Summer_Film.2024.mkv, other.txt");
  CHECK(finds("summer plage").empty());
  // Whole words only, unless a star says otherwise; phrases in a row; what is left out is left out.
  CHECK(finds("summ").empty());
  CHECK(finds("summ*") == "Summer_Film.2024.mkv, other.txt");
  CHECK(finds("\"film 2024\"") == "Summer_Film.2024.mkv");
  CHECK(finds("\"summer 2024\"").empty());
  CHECK(finds("summer -film") == "other.txt");
  // Filters, also alone and left out.
  CHECK(finds("type:video") == "Summer_Film.2024.mkv");
  CHECK(finds("ext:TXT") == "myHTTPServer.txt, other.txt");
  CHECK(finds("size<100") == "myHTTPServer.txt");
  CHECK(finds("size>=1000 -type:document -path:b/") == "Summer_Film.2024.mkv");
  CHECK(finds("peer:ALICE summer -ext:mkv") == "other.txt");
  CHECK(finds("peer:" + peer.text() + " plage") == "Été à la plage.jpg");
  CHECK(finds("peer:ali").empty());
}

void check_attributes(SearchSubject& subject) {
  const auto peer = peer_number(1);
  const auto other = peer_number(2);
  const auto with = [](const std::string& path, unsigned content, const Attributes& attributes) {
    auto listing = listing_of(path, content);
    listing.attributes = attributes;
    return listing;
  };
  const Attributes sinnerman{{"artist", "Nina Simone"},
                             {"title", "Sinnerman"},
                             {"length", "622"},
                             {"bitrate", "320"},
                             {"text", "oh where you gonna run to"}};
  fill(subject,
       {present(peer, "alice"), present(other, "bob"), put(peer, with("m/01.mp3", 1, sinnerman)),
        put(peer, with("m/02.mp3", 2, {{"artist", "Ñina Hagen"}, {"length", "200"}})),
        put(peer, with("m/nina.mp3", 3, {{"bitrate", "64"}})),
        put(peer, listing_of("m/plain.txt", 4))});
  auto& search = subject.search();
  const auto finds = [&](const std::string& query) {
    auto names = names_of(ask(search, query));
    std::sort(names.begin(), names.end());
    std::string text;
    for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
    return text;
  };
  // Attributes are asked for by name, with words, phrases and prefixes.
  CHECK(finds("artist:nina") == "01.mp3, 02.mp3");
  CHECK(finds("artist:\"nina simone\"") == "01.mp3");
  CHECK(finds("artist:\"simone nina\"").empty());
  CHECK(finds("artist:hag*") == "02.mp3");
  CHECK(finds("title:nina").empty());
  CHECK(finds("nina") == "nina.mp3");
  CHECK(finds("attr.text:gonna attr.text:\"run to\"") == "01.mp3");
  // Numbers and durations are compared; who has none matches only what is left out.
  CHECK(finds("length>3m") == "01.mp3, 02.mp3");
  CHECK(finds("length>3:20") == "01.mp3");
  CHECK(finds("bitrate>=64 bitrate<320") == "nina.mp3");
  CHECK(finds("ext:mp3 -bitrate>=256") == "02.mp3, nina.mp3");
  CHECK(finds("ext:txt -artist:nina") == "plain.txt");
  CHECK(finds("year=1999").empty());
  CHECK(ask(search, "artist:simone").hits.at(0).attributes == sinnerman);
  CHECK(ask(search, "plain").hits.at(0).attributes.empty());
  // A peer that knows nothing of a file takes nothing from what another does. What a listing no
  // longer says is not found any more.
  fill(subject,
       {put(other, listing_of("m/01.mp3", 1)),
        put(peer, with("m/02.mp3", 2, {{"artist", "Nina"}, {"year", "1999"}})),
        put(peer, listing_of("m/nina.mp3", 3))},
       10);
  CHECK(ask(search, "artist:simone").hits.at(0).sources == 2);
  CHECK(ask(search, "01").hits.at(0).attributes == sinnerman);
  CHECK(finds("artist:hagen").empty());
  CHECK(finds("year:1999 -length>0") == "02.mp3");
  CHECK(finds("bitrate<320").empty());
  // A filter that is none is refused, with the place.
  const auto wrong = search.search({"nina atrist:simone", {}, SortOrder::relevance, {}});
  REQUIRE_FALSE(wrong.ok());
  CHECK(wrong.error().code == ErrorCode::invalid_argument);
  CHECK(wrong.error().position == 5);
  // What is suggested goes on in the value.
  const auto suggested = search.suggest({"artist:si", 5, kGuest});
  REQUIRE(suggested.ok());
  for (const auto& query : *suggested) CHECK(ask(search, query).total > 0);
}

void check_errors(Search& search) {
  // A query that is wrong says where; a place in the results that is none is refused.
  const std::pair<const char*, std::size_t> wrong[] = {
      {"", 0}, {"-only", 0}, {"words \"open", 6}, {"type:nonsense", 5}, {"size>big", 5}};
  for (const auto& [query, position] : wrong) {
    INFO(query);
    const auto found = search.search({query, {}, SortOrder::relevance, {}});
    REQUIRE_FALSE(found.ok());
    CHECK(found.error().code == ErrorCode::invalid_argument);
    CHECK(found.error().position == position);
    CHECK_FALSE(found.error().message.empty());
  }
  const auto nowhere = search.search({"word", {10, "no place"}, SortOrder::relevance, {}});
  REQUIRE_FALSE(nowhere.ok());
  CHECK(nowhere.error().code == ErrorCode::invalid_argument);
}

void check_presence(SearchSubject& subject) {
  const auto alice = peer_number(1);
  const auto bob = peer_number(2);
  fill(subject, {present(alice, "alice"), present(bob, "bob"), put(alice, listing_of("a/x.txt", 1)),
                 put(bob, listing_of("b/y.txt", 1)), put(bob, listing_of("b/z.txt", 2)),
                 put(peer_number(3), listing_of("c/never there.txt", 3))});
  auto& search = subject.search();
  CHECK(ask(search, "ext:txt").total == 2);
  CHECK(ask(search, "x").hits.at(0).sources == 2);
  // What only an absent peer has is not found; it is again when the peer returns, without being
  // announced again. A peer that was never present counts for nothing.
  fill(subject, {absent(bob)}, 10);
  CHECK(ask(search, "ext:txt").total == 1);
  CHECK(ask(search, "x").hits.at(0).sources == 1);
  CHECK(ask(search, "x").hits.at(0).names.empty());
  CHECK(ask(search, "y").total == 0);
  fill(subject, {present(bob, "Robert")}, 20);
  CHECK(ask(search, "ext:txt").total == 2);
  CHECK(ask(search, "z peer:robert").total == 1);
  CHECK(ask(search, "z peer:bob").total == 0);
}

void check_audience(SearchSubject& subject) {
  const auto alice = peer_number(1);
  const auto bob = peer_number(2);
  auto group = listing_of("a/plans group.txt", 1);
  group.audience = {false, {"staff"}, {}};
  auto person = listing_of("a/plans person.txt", 2);
  person.audience = {false, {}, {"ann"}};
  auto nobody = listing_of("a/plans nobody.txt", 3);
  nobody.audience = {false, {}, {}};
  fill(subject, {present(alice, "alice"), present(bob, "bob"), put(alice, group),
                 put(alice, person), put(alice, nobody), put(bob, listing_of("b/plans.txt", 1))});
  // Neither the listing, nor its name beside another, nor its peer as a source shows to whom it is
  // not for.
  auto& search = subject.search();
  const auto seen = ask(search, "plans");
  REQUIRE(seen.total == 1);
  CHECK(seen.hits.at(0).name == "plans.txt");
  CHECK(seen.hits[0].sources == 1);
  CHECK(seen.hits[0].names.empty());
  if (subject.asks_as_guest()) return;
  CHECK(ask(search, "plans", kStaff).total == 2);
  CHECK(ask(search, "plans -person", kStaff).hits.at(0).sources == 2);
  CHECK(ask(search, "plans", {"ann", {}, {}}).total == 2);
  CHECK(ask(search, "person", {"ben", {"staff"}, {}}).total == 0);
}

// A search need not suggest anything; what it does suggest goes on where the person stopped, and
// finds something that they may see.
void check_suggestions(SearchSubject& subject) {
  const auto alice = peer_number(1);
  auto secret = listing_of("a/live secretary.mp3", 3);
  secret.audience = {false, {"staff"}, {}};
  fill(subject, {present(alice, "alice"), put(alice, listing_of("a/Live at Wembley.mp3", 1)),
                 put(alice, listing_of("a/live second set.mp3", 2)), put(alice, secret),
                 put(peer_number(2), listing_of("b/live secondhand.mp3", 4))});
  auto& search = subject.search();
  for (const std::string typed : {"w", "live w", "live se", "LIVE sec", "\"live", "live ",
                                  "type:", "-live", "size>1 wem", "nothing like it", ""}) {
    INFO(typed);
    const auto found = search.suggest({typed, 5, kGuest});
    REQUIRE(found.ok());
    CHECK(found->size() <= 5);
    const auto head = typed.substr(0, typed.rfind(' ') + 1);
    for (const auto& query : *found) {
      INFO(query);
      CHECK(query.starts_with(head));
      CHECK(fold(query).starts_with(fold(typed)));
      CHECK(fold(query) != fold(typed));
      CHECK(ask(search, query).total > 0);
    }
  }
}

void check_following(SearchSubject& subject) {
  auto& follower = subject.follower();
  auto& search = subject.search();
  const auto peer = peer_number(1);
  // It follows nothing at first; then it stands where the last batch ended.
  CHECK(*follower.applied() == FeedPosition{});
  fill(subject, {present(peer, "alice"), put(peer, listing_of("a/old.txt", 1))});
  CHECK(*follower.applied() == FeedPosition{"feed", 10});
  // A batch from elsewhere is a conflict, and nothing of it happens.
  for (const auto& [feed, base] : {std::pair{"feed", 9}, {"feed", 11}, {"other", 10}}) {
    const auto moved = follower.apply(
        {feed, static_cast<Revision>(base), 20, {put(peer, listing_of("a/new.txt", 2))}});
    REQUIRE_FALSE(moved.ok());
    CHECK(moved.error().code == ErrorCode::conflict);
  }
  CHECK(*follower.applied() == FeedPosition{"feed", 10});
  CHECK(ask(search, "new").total == 0);
  // A replaced listing is found by what it is now, a removed one not at all; a clear is of one
  // peer.
  fill(subject, {put(peer, listing_of("a/old.txt", 5)), put(peer, listing_of("a/more.txt", 6))},
       10);
  CHECK(ask(search, "old").hits.at(0).content == content_number(5));
  CHECK(ask(search, "old").total == 1);
  fill(subject, {removal(peer, "a/old.txt"), removal(peer, "a/was never there.txt")}, 20);
  CHECK(ask(search, "old").total == 0);
  fill(subject, {cleared(peer), put(peer, listing_of("a/last.txt", 7))}, 30);
  CHECK(ask(search, "ext:txt").total == 1);
  // An empty batch moves the position. Base 0 forgets everything, whatever feed it is of.
  fill(subject, {}, 40);
  CHECK(*follower.applied() == FeedPosition{"feed", 50});
  REQUIRE(follower.apply({"second", 0, 3, {present(peer, "alice")}}).ok());
  CHECK(*follower.applied() == FeedPosition{"second", 3});
  CHECK(ask(search, "ext:txt").total == 0);
}

void check_restart(SearchSubject& subject) {
  const auto peer = peer_number(1);
  fill(subject, {present(peer, "alice"), put(peer, listing_of("a/kept.txt", 1))});
  subject.restart();
  // What applied() says is what there is: all of it, or nothing and to be followed from the start.
  const auto stands = *subject.follower().applied();
  CHECK((stands == FeedPosition{"feed", 10} || stands == FeedPosition{}));
  CHECK(ask(subject.search(), "kept").total == (stands.revision == 10 ? 1 : 0));
  fill(subject, {present(peer, "alice"), put(peer, listing_of("a/again.txt", 1))});
  CHECK(ask(subject.search(), "ext:txt").total == 1);
}

class SearchPlugin final : public SearchSubject {
 public:
  SearchPlugin(const std::filesystem::path& file, const RawSettings& settings, Ranking ranking)
      : plugin_(file, settings), ranking_(ranking) {
    plugin_.start();
  }
  Search& search() override { return plugin_.get<Search>(); }
  ChangeFollower& follower() override {
    if (auto* follower = search().follower()) return *follower;
    throw std::runtime_error(
        "the search has no follower: give the suite a SearchSubject that says "
        "how listings get into it");
  }
  void restart() override { plugin_.restart(); }
  bool ranks_by_itself() const override { return ranking_ == Ranking::of_its_own; }

 private:
  PluginUnderTest plugin_;
  const Ranking ranking_;
};

}  // namespace

std::unique_ptr<SearchSubject> search_plugin(const std::filesystem::path& file,
                                             const RawSettings& settings, Ranking ranking) {
  return std::make_unique<SearchPlugin>(file, settings, ranking);
}

void search_contract(const MakeSearch& make) {
  const auto subject = make();
  SECTION("the query language") { check_language(subject->search(), subject->follower()); }
  SECTION("attributes") { check_attributes(*subject); }
  SECTION("wrong queries") { check_errors(subject->search()); }
  if (!subject->ranks_by_itself()) SECTION("the order of hits") {
      check_order(*subject);
    }
  SECTION("ranking") { check_ranking(*subject); }
  SECTION("paging") { check_paging(*subject); }
  SECTION("presence") { check_presence(*subject); }
  SECTION("audience") { check_audience(*subject); }
  SECTION("suggestions") { check_suggestions(*subject); }
  SECTION("following a feed") { check_following(*subject); }
  SECTION("a restart") { check_restart(*subject); }
  SECTION("random listings and queries, against a scan") { check_random(*subject); }
}

}  // namespace swapmeet::testing
