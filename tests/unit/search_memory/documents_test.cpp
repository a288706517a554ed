#include "search/memory/documents.h"

#include "catch.h"
#include "swapmeet/search.h"
#include "unit/search_memory/some_state.h"

using namespace swapmeet;
using namespace swapmeet::search_memory;

namespace {

Time at(std::int64_t milliseconds) { return Time(std::chrono::milliseconds(milliseconds)); }

const Audience kStaff{false, {"staff"}, {}};

// Two peers that are present.
struct Shared {
  Documents documents{7};
  Number ann = documents.peer_of({{1}});
  Number ben = documents.peer_of({{2}});
  Shared() {
    documents.set_present(ann, true);
    documents.set_present(ben, true);
  }
};

}  // namespace

TEST_CASE("What several peers list at the same path for the same audience is one document") {
  Shared shared;
  auto& documents = shared.documents;
  const auto document = documents.put(shared.ann, a_listing("m/song", 1));
  REQUIRE(document != kNone);
  CHECK(documents.put(shared.ann, a_listing("m/song", 1)) == kNone);
  CHECK(documents.put(shared.ben, a_listing("m/song", 1)) == kNone);
  CHECK(documents.document(document).listings == 2);
  CHECK(documents.document(document).present == 2);
  CHECK(documents.sources(documents.document(document).content) == 2);
  CHECK(documents.put(shared.ann, a_listing("m/song2", 1)) != document);
  CHECK(documents.put(shared.ben, a_listing("m/song2", 1, 100, kStaff)) != kNone);
}

TEST_CASE("A path that gets another content leaves its old document") {
  Shared shared;
  auto& documents = shared.documents;
  const auto before = documents.put(shared.ann, a_listing("m/song", 1));
  const auto now = documents.put(shared.ann, a_listing("m/song", 2));
  CHECK(documents.document(before).listings == 0);
  CHECK_FALSE(documents.is_present(before));
  CHECK(documents.is_present(now));
  CHECK(documents.take_unlisted() == std::vector<Number>{before});
}

TEST_CASE("A document was modified when the newest of its listings was") {
  Shared shared;
  auto& documents = shared.documents;
  const auto put = [&](Number peer, std::int64_t time) {
    auto listing = a_listing("m/song", 1);
    listing.modified = at(time);
    return documents.put(peer, listing);
  };
  const auto document = put(shared.ann, 5);
  put(shared.ben, 3);
  CHECK(documents.document(document).modified == 5);
  put(shared.ben, 8);
  CHECK(documents.document(document).modified == 8);
  documents.remove(shared.ben, "m/song");
  put(shared.ann, 2);  // the only one: what it says now holds
  CHECK(documents.document(document).modified == 2);
}

TEST_CASE("Removing what is not there changes nothing") {
  Shared shared;
  auto& documents = shared.documents;
  const auto document = documents.put(shared.ann, a_listing("m/song", 1));
  documents.remove(shared.ben, "m/song");
  documents.remove(shared.ann, "m/film");
  documents.remove(shared.ann, "song");
  CHECK(documents.document(document).listings == 1);
  documents.remove(shared.ann, "m/song");
  CHECK(documents.document(document).listings == 0);
}

TEST_CASE("A peer's listings are cleared a few at a time") {
  Shared shared;
  auto& documents = shared.documents;
  for (std::uint8_t n = 0; n < 5; ++n)
    documents.put(shared.ann, a_listing("m/" + std::to_string(n), n));
  const auto kept = documents.put(shared.ben, a_listing("m/other", 9));
  CHECK(documents.clear_some(shared.ann, 2));
  CHECK(documents.clear_some(shared.ann, 2));
  CHECK_FALSE(documents.clear_some(shared.ann, 2));
  CHECK(documents.take_unlisted().size() == 5);
  CHECK(documents.is_present(kept));
}

TEST_CASE("A peer's presence is flipped a few listings at a time") {
  Shared shared;
  auto& documents = shared.documents;
  std::vector<Number> numbers;
  for (std::uint8_t n = 0; n < 5; ++n)
    numbers.push_back(documents.put(shared.ann, a_listing("m/" + std::to_string(n), n)));
  documents.set_present(shared.ann, false);
  auto next = documents.peers()[shared.ann].first;
  int slices = 0;
  for (; next != kNone; ++slices) next = documents.flip_some(next, false, 2);
  CHECK(slices == 3);
  for (const auto number : numbers) {
    CHECK_FALSE(documents.is_present(number));
    CHECK(documents.sources(documents.document(number).content) == 0);
  }
}

TEST_CASE("A viewer counts sources by the documents that are for them") {
  Shared shared;
  auto& documents = shared.documents;
  const auto open = documents.put(shared.ann, a_listing("m/song", 1));
  documents.put(shared.ben, a_listing("m/song", 1, 100, kStaff));
  const auto content = documents.document(open).content;
  CHECK(documents.sources(content) == 2);
  CHECK(documents.sources(content, {true, true}) == 2);
  CHECK(documents.sources(content, {true, false}) == 1);
  CHECK(documents.sources(content, {false, false}) == 0);
}

TEST_CASE("Documents are told that one of some peers lists, and is present") {
  Shared shared;
  auto& documents = shared.documents;
  const auto song = documents.put(shared.ann, a_listing("m/song", 1));
  const auto film = documents.put(shared.ben, a_listing("m/film", 2));
  auto listed = documents.listed_by({true, false});
  CHECK(listed[song]);
  CHECK_FALSE(listed[film]);
  documents.set_present(shared.ann, false);
  listed = documents.listed_by({true, true});
  CHECK_FALSE(listed[song]);
  CHECK(listed[film]);
}

TEST_CASE("A document without listings gives its number away, unless it is listed again") {
  Shared shared;
  auto& documents = shared.documents;
  const auto gone = documents.put(shared.ann, a_listing("m/gone", 1));
  const auto back = documents.put(shared.ann, a_listing("m/back", 2));
  documents.remove(shared.ann, "m/gone");
  documents.remove(shared.ann, "m/back");
  const auto unlisted = documents.take_unlisted();
  CHECK(unlisted.size() == 2);
  CHECK(documents.put(shared.ann, a_listing("m/back", 2)) == back);
  documents.recycle(unlisted);
  CHECK(documents.take_unlisted().empty());
  CHECK(documents.put(shared.ann, a_listing("m/new", 3)) == gone);
  CHECK(documents.text(documents.document(back).path.name) == "back");
  CHECK(documents.is_present(back));
}

TEST_CASE("A document that came again before the round and went within it keeps its number") {
  Shared shared;
  auto& documents = shared.documents;
  const auto document = documents.put(shared.ann, a_listing("m/song", 1));
  documents.remove(shared.ann, "m/song");
  REQUIRE(documents.put(shared.ann, a_listing("m/song", 1)) == document);
  const auto unlisted = documents.take_unlisted();
  CHECK(unlisted.empty());
  documents.begin_round();
  // Here it is ranked; its entry stays when it goes.
  documents.remove(shared.ann, "m/song");
  documents.end_rounds_before();
  documents.recycle(unlisted);
  CHECK(documents.put(shared.ann, a_listing("m/other", 1)) != document);
  CHECK(documents.take_unlisted() == std::vector<Number>{document});
}

TEST_CASE("A document that came and went within the round is recycled after the next") {
  Shared shared;
  auto& documents = shared.documents;
  const auto document = documents.put(shared.ann, a_listing("m/song", 1));
  documents.remove(shared.ann, "m/song");
  const auto unlisted = documents.take_unlisted();
  documents.begin_round();
  documents.put(shared.ann, a_listing("m/song", 1));
  documents.set_fresh(document);
  documents.remove(shared.ann, "m/song");
  documents.recycle(unlisted);
  CHECK(documents.take_unlisted() == std::vector<Number>{document});
}

TEST_CASE("Documents stand in no ranked segment until their round is over") {
  Shared shared;
  auto& documents = shared.documents;
  const auto unranked = [&] {
    std::vector<Number> numbers;
    documents.each_unranked([&](Number number) { numbers.push_back(number); });
    return numbers;
  };
  const auto one = documents.put(shared.ann, a_listing("m/one", 1));
  documents.set_fresh(one);
  CHECK(documents.is_fresh(one));
  documents.begin_round();
  CHECK_FALSE(documents.is_fresh(one));
  const auto two = documents.put(shared.ann, a_listing("m/two", 1));
  documents.set_fresh(two);
  CHECK(unranked() == std::vector<Number>{one, two});
  documents.end_rounds_before();
  CHECK(unranked() == std::vector<Number>{two});
  std::vector<Number> of_content;
  documents.each_unranked(documents.content(documents.document(two).content), 10,
                          [&](Number number) { return of_content.push_back(number), true; });
  CHECK(of_content == std::vector<Number>{two});
}

TEST_CASE("An entry has what most searches ask of a document") {
  Shared shared;
  auto& documents = shared.documents;
  const auto song = documents.put(shared.ann, a_listing("m/song.mp3", 1, 5'000'000, kStaff));
  const auto entry = documents.entry(song);
  CHECK(entry.document == song);
  CHECK(documents.text(entry.name) == "song.mp3");
  CHECK(entry.name_size == 8);
  CHECK(entry.type == static_cast<std::uint8_t>(MediaType::audio));
  CHECK(entry.size_class == Facets::size_class(5'000'000));
  CHECK(entry.size_bits == 23);
  CHECK(entry.restricted == 1);
  CHECK(documents.path(documents.document(song)) == "m/song.mp3");
  const auto longest = documents.put(shared.ann, a_listing("m/" + std::string(300, 'x'), 2));
  CHECK(documents.entry(longest).name_size == 255);
}

TEST_CASE("Of a content's documents a short name is shown, then the first by name and folder") {
  Shared shared;
  auto& documents = shared.documents;
  const auto entry = [&](const char* path) {
    return documents.entry(documents.put(shared.ann, a_listing(path, 1)));
  };
  const auto b_long = entry("a/a long song");
  const auto b_song = entry("b/b song");
  const auto c_song = entry("a/c song");
  const auto other_folder = entry("c/b song");
  const auto is_preferred = [&](const Entry& one, const Entry& other) {
    return documents.is_preferred(one, other) && !documents.is_preferred(other, one);
  };
  CHECK(is_preferred(c_song, b_long));
  CHECK(is_preferred(b_song, c_song));
  CHECK(is_preferred(b_song, other_folder));
}
