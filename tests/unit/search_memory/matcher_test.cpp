#include "search/memory/matcher.h"

#include "catch.h"
#include "unit/search_memory/some_state.h"

using namespace swapmeet;
using namespace swapmeet::search_memory;

namespace {

// What a viewer finds who may see the audiences that `visible` says: everyone's and the staff's.
std::vector<std::string> matching(const SomeState& state, const Segment& segment,
                                  const std::string& text, Where where = Where::anywhere,
                                  std::vector<bool> visible = {true, false}) {
  const auto query = parse_query(text).value();
  const Matcher matcher(state.documents, query, visible);
  std::vector<std::string> names;
  CHECK(matcher.run(segment, where, Only::matching, [&](const Entry& entry) {
    names.emplace_back(state.documents.text(entry.name));
    return true;
  }));
  return names;
}

using Names = std::vector<std::string>;

struct SharedFiles : SomeState {
  SharedFiles() {
    const auto ann = peer(1);
    const auto ben = peer(2);
    const auto cal = peer(3, false);
    documents.name_peer(ann, "ann");
    documents.name_peer(ben, "ben");
    list(ann, a_listing("music/red song.mp3", 1, 1'000));
    list(ben, a_listing("music/song red.flac", 2, 2'000));
    list(ben, a_listing("red/film.mkv", 3, 5'000'000));
    list(cal, a_listing("music/absent song.mp3", 4, 1'000));
    list(ann, a_listing("staff/secret song.txt", 5, 10, {false, {"staff"}, {}}));
  }
};

}  // namespace

TEST_CASE("Documents match by words in the name, or anywhere in the path") {
  const SharedFiles files;
  const auto find = [&](const char* query, Where where) {
    return matching(files, *files.fresh, query, where);
  };
  CHECK(find("red", Where::name) == Names{"red song.mp3", "song red.flac"});
  CHECK(find("red", Where::anywhere) == Names{"red song.mp3", "song red.flac", "film.mkv"});
  CHECK(find("red fi*", Where::anywhere) == Names{"film.mkv"});
  CHECK(find("red fi*", Where::name).empty());
  CHECK(find("\"red song\"", Where::anywhere) == Names{"red song.mp3"});
  CHECK(find("song -\"red song\"", Where::anywhere) == Names{"song red.flac"});
  CHECK(find("red -music", Where::anywhere) == Names{"film.mkv"});
}

TEST_CASE("Documents match by filters alone") {
  const SharedFiles files;
  const auto find = [&](const char* query) { return matching(files, *files.fresh, query); };
  CHECK(find("type:video") == Names{"film.mkv"});
  CHECK(find("-type:audio size>=0") == Names{"film.mkv"});
  CHECK(find("ext:flac") == Names{"song red.flac"});
  CHECK(find("path:music/r") == Names{"red song.mp3"});
  CHECK(find("size>=2000") == Names{"song red.flac", "film.mkv"});
  CHECK(find("size>2000") == Names{"film.mkv"});
  CHECK(find("size<=1000") == Names{"red song.mp3"});
  CHECK(find("size<2000") == Names{"red song.mp3"});
  CHECK(find("peer:ann") == Names{"red song.mp3"});
  CHECK(find("-peer:ann red") == Names{"song red.flac", "film.mkv"});
  CHECK(find("peer:ann peer:ben").empty());
}

TEST_CASE("Only what has a present source and is for the viewer matches") {
  const SharedFiles files;
  const auto& fresh = *files.fresh;
  CHECK(matching(files, fresh, "absent").empty());
  CHECK(matching(files, fresh, "secret").empty());
  CHECK(matching(files, fresh, "secret", Where::name, {true, true}) == Names{"secret song.txt"});
}

TEST_CASE("A ranked segment is met in its order, and no further than is wanted") {
  SharedFiles files;
  files.rank({2, 1, 0});
  CHECK(matching(files, *files.ranked, "red") ==
        Names{"film.mkv", "song red.flac", "red song.mp3"});
  const auto query = parse_query("red").value();
  const std::vector<bool> visible{true, false};
  const Matcher matcher(files.documents, query, visible);
  int met = 0;
  CHECK_FALSE(matcher.run(*files.ranked, Where::anywhere, Only::matching,
                          [&](const Entry&) { return ++met < 2; }));
  CHECK(met == 2);
}

TEST_CASE("Of the documents of a content in a row the first that matches is enough") {
  SomeState state;
  const auto ann = state.peer(1);
  for (const auto* path : {"m/one", "m/two song", "m/three song", "m/four song"})
    state.list(ann, a_listing(path, 1));
  state.list(ann, a_listing("m/other song", 2));
  state.rank({0, 1, 2, 3, 4});
  const auto query = parse_query("song").value();
  const std::vector<bool> visible{true};
  const Matcher matcher(state.documents, query, visible);
  Names names;
  CHECK(matcher.run(*state.ranked, Where::name, Only::first_of_content, [&](const Entry& entry) {
    names.emplace_back(state.documents.text(entry.name));
    return true;
  }));
  CHECK(names == Names{"two song", "other song"});
}

TEST_CASE("Words that are far apart meet in any window") {
  SomeState state;
  const auto ann = state.peer(1);
  const auto entry = state.documents.entry(state.list(ann, a_listing("m/song", 1)));
  FreshSegment fresh;
  for (Rank rank = 0; rank < 3 * Window::kRanks; ++rank)
    fresh.add(entry, "m",
              rank % 70'000 == 69'999 ? "red song"
              : rank % 2              ? "red"
                                      : "song",
              *state.ranked);
  CHECK(matching(state, fresh, "song red").size() == 2);
  CHECK(matching(state, fresh, "song -red").size() == 3 * Window::kRanks / 2);
}
