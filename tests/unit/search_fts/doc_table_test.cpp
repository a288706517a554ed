#include "search/fts/doc_table.h"

#include <algorithm>

#include "catch.h"

using namespace swapmeet;
using namespace swapmeet::search_fts;

namespace {

NewDoc doc(DocKey key, std::string_view name, AudienceKey audience = 1, DocKey same_content = 0) {
  NewDoc doc;
  doc.key = key;
  doc.same_content = same_content;
  doc.name = name;
  doc.audience = audience;
  doc.size = 100;
  return doc;
}

// Ann and Ben are present, Cal is not; audience 1 is everyone, 2 the staff.
struct Peers {
  DocTable table;
  Peers() {
    table.set_peer(1, {{1}}, "ann", true);
    table.set_peer(2, {{2}}, "ben", true);
    table.set_peer(3, {{3}}, "cal", false);
    table.set_audience(1, {});
    table.set_audience(2, {false, {"staff"}, {}});
  }
  std::uint32_t sources(DocKey key, const Identity& viewer = {}) const {
    return table.sources(table.doc(key).content, table.admitted(viewer));
  }
};

std::vector<DocKey> docs_of(const DocTable& table, std::uint32_t content) {
  std::vector<DocKey> keys;
  table.each_doc_of(content, [&](DocKey key) { keys.push_back(key); });
  return keys;
}

const Identity kStaff{"ann", {"staff"}, {}};

}  // namespace

TEST_CASE("A doc is there under its key, and no other is") {
  DocTable table;
  table.add(doc(3, "song.mp3"));
  CHECK(table.end() == 4);
  CHECK(table.doc(3).content != 0);
  CHECK(table.doc(3).type == MediaType::audio);
  CHECK(table.doc(3).name_size == 8);
  CHECK(table.doc(3).size == 100);
  CHECK(table.doc(2).content == 0);
  CHECK(table.doc(99).content == 0);
  CHECK(table.extension("mp3") == table.doc(3).extension);
  CHECK(table.extension("mp3") != 0);
  CHECK(table.extension("ogg") == 0);
  table.set_modified(3, 7);
  CHECK(table.doc(3).modified == 7);
}

TEST_CASE("The docs of a content are linked, in whichever order they are dropped") {
  std::vector<DocKey> order{1, 2, 3};
  do {
    CAPTURE(order);
    DocTable table;
    table.add(doc(1, "a"));
    table.add(doc(2, "b", 1, 1));
    table.add(doc(3, "c", 1, 1));
    const auto content = table.doc(1).content;
    auto left = std::vector<DocKey>{3, 2, 1};
    CHECK(docs_of(table, content) == left);
    for (const auto dropped : order) {
      table.drop(dropped);
      std::erase(left, dropped);
      CHECK(docs_of(table, content) == left);
      CHECK(table.doc(dropped).content == 0);
    }
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("A content without docs gives its place to the next") {
  DocTable table;
  table.add(doc(1, "a"));
  const auto place = table.doc(1).content;
  table.drop(1);
  table.add(doc(1, "b"));
  CHECK(table.doc(1).content == place);
  CHECK(docs_of(table, place) == std::vector<DocKey>{1});
  table.add(doc(2, "c"));
  CHECK(table.doc(2).content != place);
}

TEST_CASE("A doc has a source while a present peer lists it") {
  Peers peers;
  auto& table = peers.table;
  table.add(doc(1, "song"));
  const auto has_source = [&] { return table.has_source(table.doc(1)); };
  CHECK_FALSE(has_source());
  table.list(1, 3);
  CHECK_FALSE(has_source());
  table.list(1, 1);
  CHECK(has_source());
  CHECK(table.has_source(table.doc(1), {false, true, true, true}));
  CHECK_FALSE(table.has_source(table.doc(1), {false, false, true, true}));
  table.unlist(1, 1);
  CHECK_FALSE(has_source());
  table.set_peer(3, {{3}}, "cal", true);
  CHECK(has_source());
}

TEST_CASE("Sources are different peers that are present, over all docs of the content") {
  Peers peers;
  auto& table = peers.table;
  table.add(doc(1, "song"));
  for (const PeerKey peer : {1U, 2U, 3U}) table.list(1, peer);
  CHECK(peers.sources(1) == 2);
  table.add(doc(2, "same song", 1, 1));
  table.list(2, 1);
  CHECK(peers.sources(1) == 2);
  CHECK(peers.sources(2) == 2);
  table.unlist(1, 1);
  CHECK(peers.sources(1) == 2);
  table.unlist(2, 1);
  CHECK(peers.sources(1) == 1);
}

TEST_CASE("A source that only an audience may see counts for that audience") {
  Peers peers;
  auto& table = peers.table;
  table.add(doc(1, "song"));
  table.list(1, 1);
  table.add(doc(2, "song", 2, 1));
  table.list(2, 2);
  CHECK(peers.sources(1) == 1);
  CHECK(peers.sources(1, kStaff) == 2);
  CHECK(table.admitted({}) == std::vector<bool>{false, true, false});
  CHECK(table.admitted(kStaff) == std::vector<bool>{false, true, true});
}

TEST_CASE("Peers are found by name and by id") {
  const Peers peers;
  CHECK(peers.table.peers_named("ben") == std::vector<bool>{false, false, true, false});
  CHECK(peers.table.peers_named(PeerId{{3}}.text()) ==
        std::vector<bool>{false, false, false, true});
  CHECK(peers.table.peers_named("be") == std::vector<bool>(4));
}
