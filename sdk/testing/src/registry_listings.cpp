#include <algorithm>

#include "registry_checks.h"
#include "swapmeet/testing/catch.h"

namespace swapmeet::testing {

void announce(Registry& registry, unsigned number, Revision base, std::vector<Change> changes) {
  const auto position =
      registry.announce(peer_number(number), kToken, {"feed", base, base + 10, std::move(changes)});
  INFO((position ? "" : position.error().message));
  REQUIRE(position.ok());
  CHECK(*position == FeedPosition{"feed", base + 10});
}

std::vector<Listing> all_listings(Registry& registry, unsigned number, BrowseQuery query,
                                  std::size_t limit, const Identity& viewer) {
  return all_pages<Listing>(limit, [&](const PageRequest& page) {
    query.page = page;
    query.viewer = viewer;
    return registry.browse(peer_number(number), query);
  });
}

namespace {

std::vector<std::string> paths_of(const std::vector<Listing>& listings) {
  std::vector<std::string> paths;
  paths.reserve(listings.size());
  for (const auto& listing : listings) paths.push_back(listing.path);
  return paths;
}

std::vector<std::string> paths_at(Registry& registry, unsigned number,
                                  const Identity& viewer = {}) {
  return paths_of(all_listings(registry, number, {}, 100, viewer));
}

using Texts = std::vector<std::string>;

// One that keeps nothing tells its peers so, and they begin anew.
void check_forgetting(Registry& registry) {
  CHECK(is_error(registry.renew(peer_number(1), kToken), ErrorCode::not_found));
  CHECK(is_error(registry.announced(peer_number(1), kToken), ErrorCode::not_found));
  CHECK(registry.counts()->peers == 0);
  enroll(registry, 1, "alice");
  CHECK(*registry.announced(peer_number(1), kToken) == FeedPosition{});
}

}  // namespace

// The peer's catalogue is a feed, and the registry follows it: batches from where it stands, all of
// a batch or nothing, base 0 to start over.
void check_announcing(RegistrySubject& subject) {
  auto& registry = subject.registry();
  enroll(registry, 1, "alice");
  CHECK(*registry.announced(peer_number(1), kToken) == FeedPosition{});
  auto full = listing_of("s/Ünïcode & <b>.txt", 1, 5'000'000'000);
  full.attributes = {{"artist", "A=B"}, {"year", "1999"}};
  full.have = 4096;
  full.modified = Time(std::chrono::milliseconds(1'234'567'890'123));
  announce(registry, 1, 0, {put({}, full), put({}, listing_of("s/b.txt", 2, 3))});
  CHECK(all_listings(registry, 1, {}, 1) == std::vector{listing_of("s/b.txt", 2, 3), full});
  CHECK(*registry.announced(peer_number(1), kToken) == FeedPosition{"feed", 10});
  // Replaced, removed (also what was never there), and counted.
  announce(registry, 1, 10,
           {put({}, listing_of("s/b.txt", 3, 30)), removal({}, full.path), removal({}, "s/no.txt"),
            put({}, listing_of("s/c.txt", 4, 400)), put({}, listing_of("s/c.txt", 4, 500))});
  CHECK(all_listings(registry, 1, {}, 9) ==
        std::vector{listing_of("s/b.txt", 3, 30), listing_of("s/c.txt", 4, 500)});
  auto peer = *registry.peer(peer_number(1));
  CHECK(peer.files == 2);
  CHECK(peer.bytes == 530);
  // An empty batch moves the position; a clear empties, in its place in the order.
  announce(registry, 1, 20, {});
  announce(registry, 1, 30,
           {put({}, listing_of("s/d.txt", 5)), cleared({}), put({}, listing_of("s/e.txt", 6, 6))});
  CHECK(paths_at(registry, 1) == Texts{"s/e.txt"});
  // Base 0 starts over, from another feed as well. Other peers are not touched.
  enroll(registry, 2, "bob");
  announce(registry, 2, 0, {put({}, listing_of("s/e.txt", 6))});
  REQUIRE(
      registry.announce(peer_number(1), kToken, {"new", 0, 5, {put({}, listing_of("t/f.txt", 7))}})
          .ok());
  CHECK(*registry.announced(peer_number(1), kToken) == FeedPosition{"new", 5});
  CHECK(paths_at(registry, 1) == Texts{"t/f.txt"});
  CHECK(paths_at(registry, 2) == Texts{"s/e.txt"});
  CHECK(registry.counts()->files == 2);
}

void check_refusals(RegistrySubject& subject) {
  auto& registry = subject.registry();
  enroll(registry, 1, "alice");
  announce(registry, 1, 0, {put({}, listing_of("s/kept.txt", 1))});
  // From where it does not stand: a conflict.
  for (const auto& [feed, base] : {std::pair{"feed", 9}, {"feed", 11}, {"other", 10}})
    CHECK(is_error(
        registry.announce(
            peer_number(1), kToken,
            {feed, static_cast<Revision>(base), 20, {put({}, listing_of("s/new.txt", 2))}}),
        ErrorCode::conflict));
  // One path that is none spoils the batch.
  for (const std::string& path :
       {std::string(), std::string("/s/a"), std::string("s//a"), std::string("s/../a"),
        std::string("s/."), std::string("s/a\n"), std::string("s/") + std::string(4095, 'x')}) {
    INFO("path '" << path.substr(0, 20) << "'");
    CHECK(is_error(
        registry.announce(
            peer_number(1), kToken,
            {"feed", 10, 20, {put({}, listing_of("s/new.txt", 2)), put({}, listing_of(path, 3))}}),
        ErrorCode::invalid_argument));
  }
  CHECK(*registry.announced(peer_number(1), kToken) == FeedPosition{"feed", 10});
  CHECK(paths_at(registry, 1) == Texts{"s/kept.txt"});
}

// In order of path, a page at a time, of all or of one folder.
void check_browsing(RegistrySubject& subject) {
  auto& registry = subject.registry();
  enroll(registry, 1, "alice");
  std::vector<Change> changes;
  Texts paths;
  for (unsigned i = 0; i < 25; ++i) {
    paths.push_back("s/" + std::string(i % 2 ? "odd" : "even & é") + "/" + std::to_string(i));
    changes.push_back(put({}, listing_of(paths.back(), i)));
  }
  for (const char* path : {"s/odd.txt", "s/oddly/x", "s/odd-1", "t/odd/1"}) {
    paths.emplace_back(path);
    changes.push_back(put({}, listing_of(path, 99)));
  }
  announce(registry, 1, 0, changes);
  std::sort(paths.begin(), paths.end());
  for (const std::size_t limit : {1U, 4U, 29U, 1000U})
    CHECK(paths_of(all_listings(registry, 1, {}, limit)) == paths);
  for (const char* folder : {"s/odd", "s/odd/"}) {
    const auto below = all_listings(registry, 1, {{}, folder}, 5);
    CHECK(below.size() == 12);
    for (const auto& listing : below) CHECK(listing.path.starts_with("s/odd/"));
  }
  CHECK(all_listings(registry, 1, {{}, "s/even & é"}, 5).size() == 13);
  CHECK(all_listings(registry, 1, {{}, "nowhere"}, 5).empty());
  CHECK(is_error(registry.browse(peer_number(9), {}), ErrorCode::not_found));
  CHECK(is_error(registry.browse(peer_number(1), {{5, "no place"}, ""}),
                 ErrorCode::invalid_argument));
}

namespace {

// A level as lines, read in pages: "odd/ 12 files 34 bytes", "a.txt".
Texts level_at(Registry& registry, const std::string& folder, std::size_t limit,
               const Identity& viewer = {}) {
  Texts lines;
  bool has_files = false;
  PageRequest page{limit, ""};
  do {
    const auto level = registry.level(
        peer_number(1), {.page = page, .folder = folder, .viewer = viewer, .deadline = {}});
    INFO((level ? "" : level.error().message));
    REQUIRE(level.ok());
    CHECK(level->folders.size() + level->files.size() <= limit);
    CHECK_FALSE((has_files && !level->folders.empty()));
    for (const auto& one : level->folders)
      lines.push_back(one.name + "/ " + std::to_string(one.files) + " files " +
                      std::to_string(one.bytes) + " bytes");
    for (const auto& one : level->files) lines.push_back(one.path);
    has_files = !level->files.empty();
    page.after = level->next;
  } while (!page.after.empty());
  return lines;
}

}  // namespace

// What is directly in a folder: its folders with what lies in them, then its files.
void check_levels(RegistrySubject& subject) {
  auto& registry = subject.registry();
  enroll(registry, 1, "alice");
  CHECK(level_at(registry, "", 5).empty());
  auto hidden = listing_of("s/hidden/x", 8, 5);
  hidden.audience = {false, {"staff"}, {}};
  auto hidden_beside = listing_of("s/b/hidden", 9, 7);
  hidden_beside.audience = hidden.audience;
  announce(registry, 1, 0,
           {put({}, listing_of("s/b/1", 1, 10)), put({}, listing_of("s/b/2", 2, 20)),
            put({}, listing_of("s/b/é/d/3", 3, 30)), put({}, listing_of("s/b-side/4", 4, 40)),
            put({}, listing_of("s/a", 5, 50)), put({}, listing_of("s/z", 6, 60)),
            put({}, listing_of("t/7", 7, 70)), put({}, hidden), put({}, hidden_beside)});
  for (const std::size_t limit : {1U, 2U, 100U}) {
    CHECK(level_at(registry, "", limit) == Texts{"s/ 6 files 210 bytes", "t/ 1 files 70 bytes"});
    CHECK(level_at(registry, "s", limit) ==
          Texts{"b/ 3 files 60 bytes", "b-side/ 1 files 40 bytes", "s/a", "s/z"});
    CHECK(level_at(registry, "s/b/", limit) == Texts{"é/ 1 files 30 bytes", "s/b/1", "s/b/2"});
  }
  CHECK(level_at(registry, "s/b/é", 9) == Texts{"d/ 1 files 30 bytes"});
  const auto asked = [&](const std::string& folder, const std::string& after = "") {
    return registry.level(peer_number(1),
                          {.page = {5, after}, .folder = folder, .viewer = {}, .deadline = {}});
  };
  for (const char* none : {"nowhere", "s/a", "s/b/1", "s/hidden", "s/b/é/d/3/x"})
    CHECK(is_error(asked(none), ErrorCode::not_found));
  CHECK(is_error(asked("", "no place"), ErrorCode::invalid_argument));
  CHECK(is_error(registry.level(peer_number(9), {}), ErrorCode::not_found));
  // What is removed or replaced no longer counts.
  announce(registry, 1, 10,
           {removal({}, "s/b/é/d/3"), removal({}, "t/7"), put({}, listing_of("s/b/1", 1, 11))});
  CHECK(level_at(registry, "", 5) == Texts{"s/ 5 files 181 bytes"});
  CHECK(level_at(registry, "s/b", 5) == Texts{"s/b/1", "s/b/2"});
  CHECK(is_error(asked("s/b/é"), ErrorCode::not_found));
  if (!subject.asks_as_guest()) {
    const Identity ann{"ann", {"staff"}, {}};
    CHECK(level_at(registry, "s", 5, ann) == Texts{"b/ 3 files 38 bytes",
                                                   "b-side/ 1 files 40 bytes",
                                                   "hidden/ 1 files 5 bytes", "s/a", "s/z"});
    CHECK(level_at(registry, "s/hidden", 5, ann) == Texts{"s/hidden/x"});
  }
  REQUIRE(registry.announce(peer_number(1), kToken, {"new", 0, 5, {cleared({})}}).ok());
  CHECK(level_at(registry, "", 5).empty());
}

// What goes by a content id: its names, most used first, and who is present and has it.
void check_contents(RegistrySubject& subject) {
  auto& registry = subject.registry();
  for (unsigned i = 1; i <= 3; ++i) enroll(registry, i, "peer " + std::to_string(i));
  auto partial = listing_of("s/z.txt", 1, 900);
  partial.have = 300;
  announce(
      registry, 1, 0,
      {put({}, listing_of("s/rare.txt", 1, 900)), put({}, listing_of("s/copy/z.txt", 1, 900))});
  announce(registry, 2, 0, {put({}, partial)});
  announce(registry, 3, 0, {put({}, listing_of("x/z.txt", 1, 900))});
  REQUIRE(registry.leave(peer_number(3), kToken).ok());
  const auto record = *registry.content({content_number(1), {}});
  CHECK(record.content == content_number(1));
  CHECK(record.size == 900);
  CHECK(record.names == Texts{"z.txt", "rare.txt"});
  REQUIRE(record.sources.size() == 2);  // each peer once
  for (const auto& source : record.sources) {
    const unsigned number = source.peer == peer_number(1) ? 1 : 2;
    CHECK(source.peer == peer_number(number));
    CHECK(source.name == "peer " + std::to_string(number));
    CHECK(source.url ==
          "http://192.0.2." + std::to_string(number) + ":6699/content/" + content_number(1).text());
    CHECK(source.have == (number == 1 ? 900 : 300));
  }
  CHECK(is_error(registry.content({content_number(2), {}}), ErrorCode::not_found));
  // A key goes along with each source; the URL is https:// where nothing else is spoken.
  auto modern = enrollment_of(1, "peer 1");
  for (const bool plain : {true, false}) {
    modern.fingerprint = std::string(64, 'f');
    modern.plain = plain;
    enroll(registry, modern);
    const auto sources = registry.content({content_number(1), {}})->sources;
    for (const auto& source : sources) {
      const bool is_modern = source.peer == peer_number(1);
      CHECK(source.fingerprint == (is_modern ? modern.fingerprint : ""));
      CHECK(source.url.starts_with(is_modern && !plain ? "https://192.0.2.1:6699/" : "http://"));
    }
  }
}

void check_audience(RegistrySubject& subject) {
  auto& registry = subject.registry();
  enroll(registry, 1, "alice");
  enroll(registry, 2, "bob");
  auto group = listing_of("s/group.txt", 1);
  group.audience = {false, {"staff"}, {}};
  auto person = listing_of("s/person.txt", 2);
  person.audience = {false, {"none"}, {"ann"}};
  announce(registry, 1, 0,
           {put({}, group), put({}, person), put({}, listing_of("s/public.txt", 3))});
  announce(registry, 2, 0, {put({}, listing_of("s/known.txt", 1))});
  // Who is not meant sees nothing of it: no listing, no name, no source.
  CHECK(paths_at(registry, 1) == Texts{"s/public.txt"});
  CHECK(registry.content({content_number(1), {}})->names == Texts{"known.txt"});
  CHECK(registry.content({content_number(1), {}})->sources.size() == 1);
  CHECK(is_error(registry.content({content_number(2), {}}), ErrorCode::not_found));
  if (subject.asks_as_guest()) return;
  const Identity ann{"ann", {"staff"}, {}};
  CHECK(all_listings(registry, 1, {}, 1, ann) ==
        std::vector{group, person, listing_of("s/public.txt", 3)});
  CHECK(registry.content({content_number(1), ann})->sources.size() == 2);
  CHECK(registry.content({content_number(2), ann}).ok());
  CHECK(paths_at(registry, 1, {"ben", {"staff"}, {}}) == Texts{"s/group.txt", "s/public.txt"});
}

// What was acknowledged is there after a restart; whoever was present gets a lease to come back.
void check_restart(RegistrySubject& subject) {
  const auto lease = enroll(subject.registry(), 1, "alice").lease;
  announce(subject.registry(), 1, 0, {put({}, listing_of("s/kept.txt", 1))});
  subject.restart();
  auto& registry = subject.registry();
  if (subject.forgets()) return check_forgetting(registry);
  CHECK(registry.peer(peer_number(1))->name == "alice");
  CHECK(registry.peer(peer_number(1))->present);
  CHECK(*registry.announced(peer_number(1), kToken) == FeedPosition{"feed", 10});
  CHECK(paths_at(registry, 1) == Texts{"s/kept.txt"});
  CHECK(is_error(registry.renew(peer_number(1), kOtherToken), ErrorCode::not_allowed));
  CHECK(registry.renew(peer_number(1), kToken).ok());
  subject.advance(lease * 2);
  CHECK_FALSE(registry.peer(peer_number(1))->present);
}

}  // namespace swapmeet::testing
