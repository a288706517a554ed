#include "search/memory/path_texts.h"

#include "catch.h"

using swapmeet::search_memory::PathTexts;

TEST_CASE("Paths are put together from their texts as they were") {
  PathTexts paths;
  for (const auto* path : {"share/a/song.mp3", "share/song.mp3", "song.mp3", "share/a"}) {
    CAPTURE(path);
    const auto numbers = paths.number_of(path);
    CHECK(paths.path(numbers) == path);
    CHECK(paths.number_of(path) == numbers);
    CHECK(paths.find(path) == numbers);
  }
}

TEST_CASE("Paths share the texts of their folders and names") {
  PathTexts paths;
  const auto one = paths.number_of("share/a/song.mp3");
  CHECK(paths.number_of("share/b/song.mp3").name == one.name);
  CHECK(paths.number_of("share/a/film.mkv").folder == one.folder);
  CHECK(paths.text(one.folder) == "share/a");
  CHECK(paths.text(one.name) == "song.mp3");
}

TEST_CASE("A path is not there when its folder or its name never was") {
  PathTexts paths;
  paths.number_of("share/a/song.mp3");
  CHECK_FALSE(paths.find("share/b/song.mp3"));
  CHECK_FALSE(paths.find("share/a/film.mkv"));
  CHECK_FALSE(paths.find("song.mp3"));
}
