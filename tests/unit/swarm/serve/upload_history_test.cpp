// Who took what: kept, paged, bounded.
#include "transfer/swarm/serve/upload_history.h"

#include "catch.h"
#include "unit/swarm/scan/shared_folder.h"

namespace swapmeet::transfer_swarm {
namespace {

UploadStatus taken(const std::string& name) {
  UploadStatus one;
  one.address = "10.0.0.1";
  one.name = name;
  one.peer.bytes[0] = 5;
  one.peer_name = "bob";
  one.at_home = true;
  one.account = "ann";
  one.content.bytes[0] = 6;
  one.size = 10;
  one.done = 7;
  one.started = Time(std::chrono::seconds(1));
  one.finished = Time(std::chrono::seconds(2));
  return one;
}

std::string names_of(const Page<UploadStatus>& page) {
  std::string names;
  for (const auto& one : page.items) names += one.name;
  return names;
}

struct Kept {
  Folder folder;
  std::filesystem::path file = folder.path / "uploads.sqlite";
  std::optional<UploadHistory> history{file};
};

}  // namespace

TEST_CASE("uploads that are over are told newest first, page by page, also after a restart") {
  Kept k;
  REQUIRE(k.history->add({taken("a"), taken("b")}).ok());
  REQUIRE(k.history->add({taken("c")}).ok());
  k.history.emplace(k.file);
  const auto first = k.history->page({2, ""});
  REQUIRE(first.ok());
  CHECK(names_of(*first) == "cb");
  const auto rest = k.history->page({2, first->next});
  CHECK(names_of(*rest) == "a");
  CHECK(rest->next.empty());
  const auto& one = rest->items.at(0);
  CHECK(one.peer_name == "bob");
  CHECK(one.at_home);
  CHECK(one.account == "ann");
  CHECK(one.done == 7);
  CHECK(one.finished == taken("a").finished);
  CHECK(one.content == taken("a").content);
  CHECK(one.peer == taken("a").peer);
  CHECK(k.history->page({2, "x"}).error().code == ErrorCode::invalid_argument);
}

TEST_CASE(
    "the history never grows beyond what was asked for, and none is kept when none is wanted") {
  Kept k;
  REQUIRE(k.history->set_most(2).ok());
  for (const auto* name : {"a", "b", "c", "d"}) REQUIRE(k.history->add({taken(name)}).ok());
  CHECK(names_of(*k.history->page({})) == "dc");
  REQUIRE(k.history->set_most(1).ok());
  CHECK(names_of(*k.history->page({})) == "d");
  REQUIRE(k.history->set_most(0).ok());
  REQUIRE(k.history->add({taken("e")}).ok());
  CHECK(k.history->page({})->items.empty());
}

}  // namespace swapmeet::transfer_swarm
