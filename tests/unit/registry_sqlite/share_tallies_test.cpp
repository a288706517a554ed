// What a viewer is told of a peer in numbers and names, and what browsing steps over.
#include "registry/sqlite/share_tallies.h"

#include "registry/sqlite/upkeep.h"
#include "registry_world.h"

using namespace swapmeet::registry_sqlite::testing;
using namespace swapmeet;
using swapmeet::registry_sqlite::Store;

namespace {

const Audience kStaff{false, {"staff"}, {}};
const Audience kSeen{false, {"staff"}, {"bob"}, true};
const Identity kAnn{.account = "ann", .groups = {"staff"}, .roles = {}};
const Identity kBob{.account = "bob", .groups = {}, .roles = {}};

Change put_for(const std::string& path, const Audience& audience, std::uint64_t size = 10) {
  auto change = put(path, 1, size);
  change.listing.audience = audience;
  return change;
}

std::vector<std::string> seen_by(Store& store, const Identity& viewer, const BrowseQuery& query) {
  std::vector<std::string> paths;
  for (const auto& listing : store.browse(peer(1), query, viewer).items)
    paths.push_back(listing.path);
  return paths;
}

bool is_sound(const Folder& folder) {
  const auto report = swapmeet::registry_sqlite::stores_in(folder.path).verify();
  return report.ok() && report->problems.empty();
}

}  // namespace

TEST_CASE("files and bytes of a peer are those that the viewer may see") {
  const Folder folder;
  {
    Store store(folder.path);
    enroll(store, 1, "ann");
    REQUIRE(announce(store, 1,
                     {put("a/1", 1, 1), put_for("b/2", kStaff, 20), put_for("b/3", kStaff, 300),
                      put_for("c/4", kSeen, 4000)})
                .ok());
    const auto told = [&](const Identity& viewer) {
      const auto one = store.peer_for(peer(1), viewer).value();
      const auto listed = store.peers({.page = {}, .name = {}, .viewer = viewer}).items.at(0);
      CHECK(one.files == listed.files);
      CHECK(one.bytes == listed.bytes);
      return std::pair(one.files, one.bytes);
    };
    CHECK(told({}) == std::pair<std::uint64_t, std::uint64_t>{1, 1});
    CHECK(told(kBob) == std::pair<std::uint64_t, std::uint64_t>{2, 4001});
    CHECK(told(kAnn) == std::pair<std::uint64_t, std::uint64_t>{4, 4321});
    CHECK(store.counts().files == 1);
    CHECK(store.counts().bytes == 1);
    CHECK(store.peer_for(peer(1), {})->locked == std::vector<std::string>{"c"});
    CHECK(store.peer_for(peer(1), kBob)->locked.empty());
    CHECK_FALSE(store.peer_for(peer(2), {}));

    // Another audience, a removal, and all anew.
    REQUIRE(
        announce(store, 1, {put_for("b/2", {}, 20), put_for("a/1", kStaff, 1), gone("c/4")}).ok());
    CHECK(told({}) == std::pair<std::uint64_t, std::uint64_t>{1, 20});
    CHECK(store.peer_for(peer(1), {})->locked.empty());
    store.set_present(std::vector{peer(1)}, false, {});
    CHECK(store.counts().files == 0);
  }
  CHECK(is_sound(folder));
  {
    Store store(folder.path);
    REQUIRE(store.announce(peer(1), {"new", 0, 1, {put_for("x/1", kStaff)}}).ok());
    CHECK(store.peer_for(peer(1), {})->files == 0);
    CHECK(store.peer_for(peer(1), kAnn)->files == 1);
  }
  CHECK(is_sound(folder));
}

TEST_CASE(
    "browsing goes on behind what is hidden, in order of path, and ends where nothing is left") {
  const Folder folder;
  Store store(folder.path);
  enroll(store, 1, "ann");
  std::vector<Change> changes{
      put("bare"), put_for("bare ones/1", kStaff), put("bare/inside"), put("a b/2"),
      put("a/1"),  put_for("m/hidden", kStaff),    put("m/shown"),     put_for("z/9", kStaff)};
  for (int i = 0; i < 50; ++i) changes.push_back(put_for("h/" + std::to_string(i), kStaff));
  REQUIRE(announce(store, 1, changes).ok());
  const std::vector<std::string> for_all{"a b/2", "a/1", "bare", "bare/inside", "m/shown"};
  CHECK(seen_by(store, {}, {}) == for_all);
  CHECK(seen_by(store, kAnn, {.page = {1000, {}}, .folder = {}}).size() == changes.size());
  std::vector<std::string> paged;
  PageRequest request{2, {}};
  do {
    const auto page = store.browse(peer(1), {.page = request, .folder = {}}, {});
    CHECK_FALSE(page.items.empty());
    for (const auto& listing : page.items) paged.push_back(listing.path);
    request.after = page.next;
  } while (!request.after.empty());
  CHECK(paged == for_all);
  CHECK(seen_by(store, {}, {.page = {}, .folder = "m"}) == std::vector<std::string>{"m/shown"});
  CHECK(seen_by(store, {}, {.page = {}, .folder = "h"}).empty());
  CHECK(seen_by(store, kAnn, {.page = {100, {}}, .folder = "h/"}).size() == 50);
  CHECK(seen_by(store, {}, {.page = {}, .folder = "bare"}) ==
        std::vector<std::string>{"bare/inside"});
}

TEST_CASE("a source that has a content for few says so, and whom of the viewer's it is for") {
  const Folder folder;
  Store store(folder.path);
  enroll(store, 1, "ann");
  enroll(store, 2, "ben");
  REQUIRE(announce(store, 1, {put_for("a/1", {false, {"staff", "board"}, {"bob"}})}).ok());
  const auto of_ann = store.content(content(1), kAnn).value();
  CHECK(of_ann.sources.at(0).restricted);
  CHECK(of_ann.audience == kStaff);
  CHECK(store.content(content(1), kBob)->audience == Audience{false, {}, {"bob"}});
  REQUIRE(announce(store, 2, {put("b/1")}).ok());
  const auto both = store.content(content(1), kAnn).value();
  CHECK(both.audience.everyone);
  CHECK(both.sources.at(0).restricted);
  CHECK_FALSE(both.sources.at(1).restricted);
  CHECK(store.content(content(1), {})->sources.size() == 1);
}
