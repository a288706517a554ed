// What an admin does against a peer, and for one that has lost its token, with real programs.
#include <signal.h>

#include <cstdlib>

#include "catch.h"
#include "network.h"
#include "swapmeet/wire/json.h"

using namespace e2e;
using swapmeet::wire::from_json;

namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string problem_of(Node& node) {
  const auto body = node.get("/api/v1/status");
  return body ? from_json<swapmeet::wire::StatusReport>(*body).value().index_problem
              : body.error().message;
}

std::size_t found(Node& index, const std::string& words) {
  const auto body = index.get("/api/v1/search?q=" + words);
  return body ? from_json<swapmeet::SearchPage>(*body).value().hits.size() : 0;
}

std::string with(std::string ini, const std::string& part, const std::string& instead) {
  return ini.replace(ini.find(part), part.size(), instead);
}

struct Meeting {
  Folder folder;
  std::string address = "127.0.0.1:" + std::to_string(free_port());
  Node index;
  Node ann;

  explicit Meeting(const std::string& auth = "plugin = open\n", const std::string& of_registry = "")
      : index(folder.path(), "index",
              with(index_ini(folder.path(), address, "3s"), "plugin = open\n", auth)),
        ann(folder.path(), "ann",
            with(peer_ini(folder.path(), "ann", "http://" + address, folder.path() / "ann"),
                 "[registry]\nplugin = remote\n", "[registry]\nplugin = remote\n" + of_registry)) {
    for (const char* name : {"XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"})
      ::setenv(name, (folder.path() / name).c_str(), 1);
    write_file(folder.path() / "ann/harvest.txt", "grain\n");
    index.start();
  }
  Outcome operate(std::vector<std::string> words, const std::string& input = "") {
    words.insert(words.end(), {"--config", index.ini().string()});
    return run_program(words, input);
  }
  bool finds() {
    return eventually([&] { return found(index, "harvest") == 1; });
  }
  bool loses() {
    return eventually([&] { return found(index, "harvest") == 0; });
  }
  // The peer comes back as one that does not know what it proved itself with.
  void lose_token() {
    ann.signal(SIGTERM);
    fs::remove(ann.data() / "registration.token");
    const auto accepted =
        run_program({"check", "--data", "--accept-loss", "--config", ann.ini().string()});
    INFO(accepted.output);
    REQUIRE(accepted.code == 0);
    ann.start();
  }
};

}  // namespace

TEST_CASE("an operator bans a peer: its files are gone, it reads why, and it is back afterwards") {
  Meeting meeting;
  meeting.ann.start();
  REQUIRE(meeting.finds());
  const auto banned =
      meeting.operate({"peer", "ban", "ann", "--reason", "shares the wrong harvest"});
  INFO(banned.output);
  REQUIRE(banned.code == 0);
  CHECK(has(banned.output, "1 peer forgotten with it"));
  CHECK(meeting.loses());
  CHECK(eventually([&] { return has(problem_of(meeting.ann), "shares the wrong harvest"); }));
  CHECK(found(meeting.index, "harvest") == 0);
  CHECK(has(meeting.index.log(), "audit who=owner"));
  CHECK(has(meeting.operate({"account", "audit"}).output, "peer.banned"));
  const auto list = meeting.operate({"peer", "bans"});
  CHECK(has(list.output, "shares the wrong harvest"));
  meeting.index.signal(SIGKILL);
  meeting.index.start();
  CHECK(has(meeting.operate({"peer", "bans"}).output, "never"));
  CHECK(found(meeting.index, "harvest") == 0);
  REQUIRE(meeting.operate({"peer", "unban", "1"}).code == 0);
  CHECK(meeting.finds());
  CHECK(has(meeting.operate({"peer", "bans"}).output, "Nobody is banned."));
}

TEST_CASE("a peer that is away is forgotten, with its files and from searches") {
  Meeting meeting;
  meeting.ann.start();
  REQUIRE(meeting.finds());
  meeting.ann.signal(SIGKILL);
  const auto forgotten = meeting.operate({"peer", "forget", "ann"});
  INFO(forgotten.output);
  REQUIRE(forgotten.code == 0);
  CHECK(meeting.loses());
  CHECK(meeting.operate({"peer", "forget", "ann"}).code == 3);
  CHECK(has(meeting.operate({"peers", "--all"}).output, "Nobody is there."));
  const auto stranger = run_program({"peer", "bans", "--host", "http://" + meeting.address});
  CHECK(stranger.code == 4);
}

TEST_CASE("a peer that has lost its token is told the way out, and comes back by a transfer") {
  Meeting meeting;
  meeting.ann.start();
  REQUIRE(meeting.finds());
  meeting.lose_token();
  REQUIRE(eventually([&] { return has(problem_of(meeting.ann), "swapmeet peer transfer"); }));
  const auto transferred = meeting.operate({"peer", "transfer", "ann"});
  INFO(transferred.output);
  REQUIRE(transferred.code == 0);
  CHECK(eventually([&] { return problem_of(meeting.ann).empty(); }));
  CHECK(meeting.finds());
}

TEST_CASE("the account that registered a peer proves it anew by itself when the token is lost") {
  Meeting meeting("plugin = accounts\npassword_memory = 8Mi\npassword_passes = 1\n",
                  "account = ann\npassword_file = ann.password\n");
  const std::string password = "ann's long password";
  write_file(meeting.folder.path() / "ann.password", password + "\n");
  fs::permissions(meeting.folder.path() / "ann.password", fs::perms(0600));
  REQUIRE(meeting.operate({"account", "create", "ann"}, password + "\n").code == 0);
  meeting.ann.start();
  REQUIRE(meeting.finds());
  meeting.lose_token();
  CHECK(eventually([&] { return problem_of(meeting.ann).empty(); }));
  write_file(meeting.folder.path() / "ann/seed.txt", "corn\n");
  CHECK(eventually([&] { return found(meeting.index, "seed") == 1; }));
}
