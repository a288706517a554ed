// What people type: options, ids, and the choices of init.
#include "catch.h"
#include "host/cli/arguments.h"
#include "host/cli/init_text.h"
#include "host/cli/lookup.h"
#include "host/cli/query_words.h"

using namespace swapmeet;
using namespace swapmeet::cli;

namespace {

const std::vector<Option> kOptions{{"--folder", "-o", "FOLDER", ""}, {"--json", "", "", ""}};

std::string problem(const std::vector<std::string>& words) {
  const auto parsed = parse_arguments(words, kOptions, false);
  return parsed ? "" : parsed.error().message;
}

}  // namespace

TEST_CASE("options stand anywhere, with the value behind or joined") {
  const auto parsed =
      parse_arguments({"a", "--json", "-o", "x", "b", "--folder=y=z"}, kOptions, false);
  REQUIRE(parsed.ok());
  CHECK(parsed->words == std::vector<std::string>{"a", "b"});
  CHECK(parsed->has("--json"));
  CHECK(parsed->values("--folder") == std::vector<std::string>{"x", "y=z"});
  CHECK(parsed->value("--folder") == "y=z");
  CHECK(parse_arguments({"--", "--json", "-"}, kOptions, false)->words ==
        std::vector<std::string>{"--json", "-"});
}

TEST_CASE("options that are not known or not whole are wrong usage") {
  CHECK(problem({"--jsn"}) == "there is no option --jsn here");
  CHECK(problem({"-x"}) == "there is no option -x here");
  CHECK(problem({"--folder"}) == "--folder needs a value: FOLDER");
  CHECK(problem({"--json=yes"}) == "--json takes no value");
  CHECK(parse_arguments({"live", "-bootleg"}, kOptions, true)->words ==
        std::vector<std::string>{"live", "-bootleg"});
  CHECK_FALSE(parse_arguments({"live", "--bootleg"}, kOptions, true).ok());
}

TEST_CASE("the beginning of an id is enough when it is the only one") {
  const std::vector<std::string> ids{"abc1", "abd2", "ab"};
  CHECK(*by_prefix(ids, "abc", "download") == "abc1");
  CHECK(*by_prefix(ids, "ab", "download") == "ab");  // whole
  CHECK(by_prefix(ids, "a", "download").error().code == ErrorCode::invalid_argument);
  CHECK(by_prefix(ids, "x", "download").error().code == ErrorCode::not_found);
  CHECK(by_prefix(ids, "", "download").error().code == ErrorCode::not_found);
}

TEST_CASE("init puts the choices where the sample has them") {
  const auto text = init_text("peer", {.file = "/etc/x/peer.ini",
                                       .name = "zoe",
                                       .data = "data/peer",
                                       .downloads = "got",
                                       .index = "http://10.0.0.1:8888",
                                       .shares = {"/a/Music", "/b/Music/", "/c/my films"}});
  REQUIRE(text.ok());
  for (const std::string line :
       {"name = zoe", "data = data/peer", "download_folder = got", "index = http://10.0.0.1:8888",
        "share.Music = /a/Music", "share.Music2 = /b/Music/", "share.my_films = /c/my films"}) {
    INFO(line);
    CHECK(text->find("\n" + line + "\n") != std::string::npos);
  }
  CHECK(text->find("--config /etc/x/peer.ini") != std::string::npos);
  CHECK(text->find("= alice") == std::string::npos);
  CHECK(text->find("data/alice") == std::string::npos);
  CHECK(text->find("\n;index =") != std::string::npos);  // that of [search] stays
}

TEST_CASE("init refuses what cannot stand in the file") {
  InitChoices choices;
  choices.file = "/x/peer.ini";
  choices.name = "a\nb";
  CHECK_FALSE(init_text("peer", choices).ok());
  choices.name = "";
  CHECK_FALSE(init_text("peer", choices).ok());
  choices.name = "a";
  CHECK(init_text("index", choices).ok());
  choices.index = "ftp://x";
  CHECK_FALSE(init_text("peer", choices).ok());
}

TEST_CASE("quotation marks that the shell took away stand around the value of a filter again") {
  CHECK(query_of({"live", "at the"}) == "live \"at the\"");
  CHECK(query_of({"artist:nina simone", "-path:day 1"}) ==
        "artist:\"nina simone\" -path:\"day 1\"");
  CHECK(query_of({"attr.text:run to", "live"}) == "attr.text:\"run to\" live");
  CHECK(query_of({"artist: nina"}) == "\"artist: nina\"");
  CHECK(query_of({"tribute:nina simone"}) == "\"tribute:nina simone\"");
  CHECK(query_of({"artist:\"nina simone\" live"}) == "artist:\"nina simone\" live");
}
