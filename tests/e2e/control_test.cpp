// Changing a host that runs by command: reload, set and unset, and shares of its configuration.
#include <csignal>
#include <cstdlib>

#include "catch.h"
#include "network.h"
#include "swapmeet/wire/settings.h"

using namespace e2e;
using Catch::Matchers::Contains;

namespace {

// A peer whose index is not there: it runs all the same.
struct Peer {
  Peer() : node(folder.path(), "bob", ini()) {
    for (const char* name : {"SWAPMEET_HOST", "SWAPMEET_TOKEN"}) ::unsetenv(name);
    write_file(folder.path() / "music/la.mp3", "la\n");
    node.start();
  }
  std::string ini() const {
    return "; my own words\n" +
           peer_ini(folder.path(), "bob", "http://127.0.0.1:1", folder.path() / "music") +
           "; the last line\n";
  }
  Outcome run(std::vector<std::string> words) {
    words.insert(words.end(), {"--config", node.ini().string()});
    return run_program(words);
  }
  std::string text() const { return read_file(node.ini()); }

  Folder folder;
  Node node;
};

}  // namespace

TEST_CASE("set changes the file and the host, keeps all comments, and unset takes it back") {
  Peer peer;
  const auto before = peer.text();
  const auto set = peer.run({"set", "transfer.upload_limit", "1M"});
  INFO(set.output);
  CHECK(set.code == 0);
  CHECK_THAT(set.output, Contains("in force   bob.ini [transfer] upload_limit"));
  CHECK_THAT(peer.text(), Contains("upload_limit = 1M\n") && Contains("; my own words\n") &&
                              Contains("; the last line\n"));
  CHECK_THAT(peer.run({"set", "upload_limit"}).output, Contains("transfer.upload_limit = 1M") &&
                                                           Contains("takes effect at once") &&
                                                           Contains("from file"));
  CHECK_THAT(peer.run({"set"}).output, Contains("transfer.upload_limit"));
  CHECK(peer.run({"unset", "upload_limit"}).code == 0);
  CHECK_THAT(peer.text(), Contains(";upload_limit = 0\n") && !Contains("upload_limit = 1M"));
  CHECK_THAT(peer.run({"set", "transfer.listen", "127.0.0.1:7999"}).output,
             Contains("restart    bob.ini [transfer] listen"));
  CHECK_THAT(before, Contains("; my own words"));
}

TEST_CASE(
    "a value that is wrong is refused before anything changes, and one that a plugin refuses") {
  Peer peer;
  const auto before = peer.text();
  const auto wrong = peer.run({"set", "transfer.upload_limit", "fast"});
  CHECK(wrong.code == 2);
  CHECK_THAT(wrong.output, Contains("'fast' is not a size"));
  CHECK_THAT(peer.run({"set", "upload_limt", "1M"}).output,
             Contains("did you mean 'upload_limit'"));
  CHECK_THAT(peer.run({"set", "listen", "127.0.0.1:1"}).output,
             Contains("several keys are called so: http.listen, transfer.listen"));
  // Only the plugin knows that this is no schedule.
  CHECK_THAT(peer.run({"set", "transfer.schedule", "someday"}).output,
             Contains("The file is as it was."));
  CHECK(peer.text() == before);
  CHECK(peer.run({"unset", "host.data"}).code != 0);
  // It would not be found again.
  CHECK_THAT(peer.run({"set", "host.data", (peer.folder.path() / "else").string()}).output,
             Contains("swapmeet stop"));
  const auto unknown = peer.run({"set", "frobnicate", "1"}).output;
  CHECK_THAT(unknown, Contains("there is no key 'frobnicate' here") && !Contains("upload_limit"));
  CHECK(peer.text() == before);
}

TEST_CASE("reload waits, and says what is in force, what is refused and what waits for a restart") {
  Peer peer;
  CHECK_THAT(peer.run({"reload"}).output, Contains("Nothing has changed."));
  auto text = peer.text();
  text.insert(text.find("download_folder"), "upload_slots = 3\nhash_threads = 2\n");
  write_file(peer.node.ini(), text);
  const auto good = peer.run({"reload"});
  CHECK(good.code == 0);
  CHECK_THAT(good.output, Contains("in force   bob.ini [transfer] upload_slots") &&
                              Contains("restart    bob.ini [transfer] hash_threads"));
  text.replace(text.find("upload_slots = 3"), 16, "upload_slots = x");
  write_file(peer.node.ini(), text);
  const auto bad = peer.run({"reload"});
  CHECK(bad.code == 1);
  CHECK_THAT(bad.output, Contains("refused") && Contains("'x' is not a whole number"));
  // What is broken can be stopped all the same.
  write_file(peer.node.ini(), text + "[nonsense\n");
  CHECK_THAT(run_program({"stop", "--config", peer.node.ini().string()}).output,
             Contains("has stopped"));
}

TEST_CASE("the API shows all keys, changes them, and never what names programs or places") {
  Peer peer;
  const auto body = peer.node.get("/api/v1/settings");
  REQUIRE(body.ok());
  const auto report = swapmeet::wire::from_json<swapmeet::wire::SettingsReport>(*body);
  REQUIRE(report.ok());
  CHECK(report->file == peer.node.ini().string());
  CHECK_THAT(*body, Contains("\"transfer.swarm\"") && Contains("\"share.files\""));
  const auto changed =
      peer.node.call("PATCH", "/api/v1/settings", R"({"transfer.download_limit":"2M"})");
  REQUIRE(changed.ok());
  CHECK_THAT(*changed, Contains("[transfer] download_limit"));
  CHECK_THAT(peer.text(), Contains("download_limit = 2M\n"));
  for (const char* refused :
       {R"({"host.plugins":"/tmp"})", R"({"transfer.download_folder":"/etc"})",
        R"({"search.plugin":"/tmp/x.so"})", R"({"host.data":"/tmp/x"})",
        R"({"host.log_file":"/etc/x"})"}) {
    const auto answer = peer.node.call("PATCH", "/api/v1/settings", refused);
    REQUIRE_FALSE(answer.ok());
    CHECK(answer.error().code == swapmeet::ErrorCode::not_allowed);
  }
  const auto wrong = peer.node.call("PATCH", "/api/v1/settings", R"({"transfer.schedule":"x"})");
  REQUIRE_FALSE(wrong.ok());
  CHECK_THAT(peer.text(), !Contains("schedule"));
  CHECK_FALSE(peer.node.call("PATCH", "/api/v1/settings", R"({"transfer.upload_slots":3})").ok());
  CHECK_FALSE(peer.node.call("PATCH", "/api/v1/settings", "[]").ok());
}

TEST_CASE("a share of the configuration file is removed and given another audience by command") {
  Peer peer;
  CHECK(eventually([&] {
    return peer.run({"share", "list"}).output.find("files      1") != std::string::npos;
  }));
  const auto audience = peer.run({"share", "audience", "files", "friends"});
  INFO(audience.output);
  CHECK(audience.code == 0);
  CHECK_THAT(peer.text(), Contains("share.files.audience = friends\n"));
  CHECK_THAT(peer.run({"share", "list"}).output, Contains("friends"));
  CHECK(peer.run({"share", "remove", "files"}).code == 0);
  CHECK_THAT(peer.text(), !Contains("share.files"));
  CHECK_THAT(peer.run({"share", "list"}).output, Contains("Nothing is shared"));
  CHECK(peer.run({"share", "add", (peer.folder.path() / "music").string()}).code == 0);
  CHECK_THAT(peer.run({"share", "list"}).output, Contains("music"));
  CHECK(peer.run({"share", "remove", "files"}).code == 3);
}

TEST_CASE("what the environment says goes before the file, and set says so") {
  Peer peer;
  REQUIRE(peer.node.signal(SIGTERM) == 0);
  peer.node.run_under({"env", "SWAPMEET_HOST_NAME=robert",
                       "SWAPMEET_TRANSFER_SHARE__MORE=" + peer.folder.path().string()});
  peer.node.start();
  CHECK_THAT(peer.run({"status"}).output, Contains("robert: peer"));
  CHECK_THAT(peer.run({"share", "remove", "more"}).output, Contains("the environment"));
  CHECK_THAT(peer.node.log(), Contains("variable=SWAPMEET_HOST_NAME"));
  ::setenv("SWAPMEET_HOST_NAME", "robert", 1);
  CHECK_THAT(peer.run({"set", "host.name", "bobby"}).output,
             Contains("But SWAPMEET_HOST_NAME goes before the file."));
  ::unsetenv("SWAPMEET_HOST_NAME");
}
