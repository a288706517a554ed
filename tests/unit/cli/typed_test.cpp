// What people type: options, ids, and the choices of init.
#include "catch.h"
#include "host/cli/arguments.h"
#include "host/cli/cli.h"
#include "host/cli/init_text.h"
#include "host/cli/lookup.h"
#include "host/cli/query_words.h"
#include "host/cli/session.h"
#include "host/cli/subcommands.h"

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
  CHECK(problem({"--wide"}) == "there is no option --wide here");
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

TEST_CASE("one word of the shell is the query as it is") {
  for (const std::string query : {"vim path:docs", "python type:document", "icons gvim",
                                  "artist:nina simone", "artist: nina", "\"live at\" -x"}) {
    CHECK(query_of({query}).text == query);
    CHECK_FALSE(query_of({query}).guessed);
  }
}

TEST_CASE("quotation marks that the shell took away stand around the value of a filter again") {
  CHECK(query_of({"live", "at the"}).text == "live \"at the\"");
  CHECK(query_of({"live", "at the"}).guessed);
  CHECK(query_of({"artist:nina simone", "-path:day 1"}).text ==
        "artist:\"nina simone\" -path:\"day 1\"");
  CHECK_FALSE(query_of({"artist:nina simone", "live"}).guessed);
  CHECK(query_of({"attr.text:run to", "live"}).text == "attr.text:\"run to\" live");
  CHECK(query_of({"artist:\"nina simone\" live", "x"}).text == "artist:\"nina simone\" live x");
  // What asks for more than words is no phrase, alone or not.
  CHECK(query_of({"vim type:document", "ext:txt"}).text == "vim type:document ext:txt");
  CHECK(query_of({"live -bootleg", "x"}).text == "live -bootleg x");
  CHECK(query_of({"live wemb*", "x"}).text == "live wemb* x");
}

TEST_CASE("a query that finds nothing is shown as words in a row") {
  CHECK(as_phrase("live at the") == "'\"live at the\"'");
  CHECK(as_phrase("artist:nina simone") == "'artist:\"nina simone\"'");
  CHECK(as_phrase("live").empty());
  CHECK(as_phrase("\"live at\"").empty());
  CHECK(as_phrase("vim type:document").empty());
}

TEST_CASE("options say the same as filters of the query language") {
  Arguments arguments;
  arguments.options = {{"--type", {"audio"}}, {"--larger", {"10M"}}, {"--peer", {"the den"}}};
  CHECK(*filters_of(arguments) == "type:audio size>=10M peer:\"the den\"");
  CHECK(filters_of({})->empty());
  for (const auto& [option, value] : std::vector<std::pair<std::string, std::string>>{
           {"--type", "autio"}, {"--larger", "big"}, {"--ext", ""}, {"--peer", "a\"b"}}) {
    arguments.options = {{option, {value}}};
    const auto filters = filters_of(arguments);
    REQUIRE_FALSE(filters.ok());
    CHECK(filters.error().message.starts_with(option));
  }
}

TEST_CASE("a typing error in a command's words names what was meant") {
  CHECK(subcommands_of("share list\nshare add NAME FOLDER\nshare remove NAME") ==
        std::vector<std::string>{"list", "add", "remove"});
  CHECK(subcommands_of("inbox\ninbox accept|refuse ID…") ==
        std::vector<std::string>{"accept", "refuse"});
  CHECK(subcommands_of("plugins [--config FILE]\nplugins reload KIND") ==
        std::vector<std::string>{"reload"});
  CHECK(subcommands_of("watch WORDS…\nwatch save WORDS…").empty());
  CHECK(subcommands_of("status").empty());
  CHECK(meant_text("lst", {"list", "add"}) == "; did you mean 'list'?");
  CHECK(meant_text("xyz", {"list", "add"}).empty());
  CHECK(problem({"--flder"}) == "there is no option --flder here; did you mean --folder?");
  const auto usage = [](const std::string& command, const std::vector<std::string>& words) {
    const auto arguments = command_arguments(command, words);
    return arguments ? "" : arguments.error().message;
  };
  CHECK(usage("share", {"lst"}) ==
        "there is no 'share lst'; did you mean 'list'? `swapmeet help share` tells more");
  CHECK(usage("share", {"xyz"}) == "there is no 'share xyz'; `swapmeet help share` tells more");
  CHECK(usage("downloads", {"resum", "all"}).find("'resume'") != std::string::npos);
  CHECK(usage("share", {"list"}).empty());
  CHECK(usage("downloads", {}).empty());
}

TEST_CASE("people are told to log in as people do") {
  CHECK(for_people("an account is needed: log in (POST /api/v1/sessions with account)") ==
        "an account is needed");
  CHECK(for_people("there is no peer") == "there is no peer");
}
