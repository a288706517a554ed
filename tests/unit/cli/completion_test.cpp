// What a shell offers after what was typed, and the manual: from a table of commands.
#include "host/cli/completion.h"

#include <algorithm>

#include "catch.h"
#include "host/cli/man_page.h"

using namespace swapmeet;
using namespace swapmeet::cli;

namespace {

const std::vector<Option> kCommon{{"--config", "-c", "FILE", "whose"},
                                  {"--json", "", "", "as JSON"}};

const std::vector<Command> kCommands{
    {.name = "share",
     .usage = "share list\nshare add NAME FOLDER\nshare rescan [NAME]",
     .summary = "the folders that are offered",
     .options = {{"--audience", "", "WHO", "whom for"}, kCommon[0], kCommon[1]}},
    {.name = "get",
     .usage = "get NUMBER|NAME…\nget --from PEER FOLDER|FILE…",
     .summary = "fetch files",
     .options = {{"--from", "", "PEER", "its files"},
                 {"--folder", "-o", "FOLDER", "put them there"},
                 kCommon[0],
                 kCommon[1]}},
    {.name = "send", .usage = "send FILE|FOLDER PEER", .summary = ".dotted\\ 'words'"},
    {.name = "account",
     .usage = "account key make NAME [--days NUMBER]\naccount key list\naccount end all [NAME]",
     .summary = "accounts"}};

// As one line: the words, and what else there may be.
std::string offered(const std::vector<std::string>& words) {
  const auto completion = complete(kCommands, words);
  std::string text;
  for (const auto& word : completion.words) text += word.text + ' ';
  text += completion.files ? "(files) " : completion.folders ? "(folders) " : "";
  return text + completion.wanted;
}

}  // namespace

TEST_CASE("commands are offered with what they are for") {
  CHECK(offered({""}) == "share get send account help ");
  CHECK(offered({"s"}) == "share send ");
  CHECK(offered({"help", "a"}) == "account ");
  CHECK(offered({"nothing", ""}).empty());
  CHECK(complete(kCommands, {}).words.empty());
  CHECK(completion_lines(complete(kCommands, {"ge"})) == "get\tfetch files\n");
}

TEST_CASE("the words of a usage are offered in their place") {
  CHECK(offered({"share", ""}) == "list add rescan ");
  CHECK(offered({"share", "re"}) == "rescan ");
  CHECK(offered({"account", "key", ""}) == "make list ");
  CHECK(offered({"account", "end", "a"}) == "all ");
  CHECK(offered({"account", "list", ""}).empty());
}

TEST_CASE("paths of this machine are offered where one stands, and none of another machine") {
  CHECK(offered({"share", "add", "music", ""}) == "(folders) ");
  CHECK(offered({"send", ""}) == "(files) ");
  CHECK(offered({"get", "--from", "ann", ""}).empty());
  CHECK(completion_lines(complete(kCommands, {"send", ""})) == ":files\n");
}

TEST_CASE("what only a host knows is named by its placeholder") {
  CHECK(offered({"send", "x.txt", ""}) == "PEER");
  CHECK(offered({"get", "1", "2", ""}) == "NUMBER");  // …
  CHECK(offered({"share", "rescan", ""}) == "NAME");
}

TEST_CASE("options are offered once, and their values after them") {
  CHECK(offered({"get", "--f"}) == "--from --folder ");
  CHECK(offered({"share", "--json", "--"}) == "--audience --config ");
  CHECK(offered({"get", "-o", ""}) == "(folders) ");
  CHECK(offered({"get", "--config="}) == "(files) ");
  CHECK(offered({"get", "--from", ""}) == "PEER");
  CHECK(offered({"share", "--audience", "friends", "l"}) == "list ");
  CHECK(offered({"share", "--", "--"}).empty());
}

TEST_CASE("there is a script for three shells") {
  for (const char* shell : {"bash", "zsh", "fish"})
    CHECK(completion_script(shell).find("help --complete --") != std::string::npos);
  CHECK(completion_script("tcsh").empty());
}

TEST_CASE("the manual has every command, and no line that steers it") {
  const auto page = man_page(kCommands, kCommon, "1.2.3");
  CHECK(page.starts_with(".TH SWAPMEET 1 \"\" \"swapmeet 1.2.3\""));
  CHECK(page.find(".SS share\n.nf\n\\fBswapmeet\\fR share list\n\\fBswapmeet\\fR share add NAME "
                  "FOLDER\n") != std::string::npos);
  CHECK(page.find("\n\\&.dotted\\e \\(aqwords\\(aq.\n") != std::string::npos);
  CHECK(page.find("\\fB\\-o\\fR, \\fB\\-\\-folder\\fR \\fIFOLDER\\fR\nput them there\n") !=
        std::string::npos);
  const auto at = page.find("as JSON");  // once, for all
  CHECK(at != std::string::npos);
  CHECK(page.find("as JSON", at + 1) == std::string::npos);
}
