// `check` sees before a start what a start would stumble over, and what nobody can mean.
#include "catch.h"
#include "network.h"

using namespace e2e;
using Catch::Matchers::Contains;

namespace {

struct Checked {
  Outcome with(const std::vector<std::string>& keys, const std::string& index = "127.0.0.1:1") {
    const auto file = folder.path() / "bob.ini";
    write_file(folder.path() / "music/la.mp3", "la\n");
    write_file(file, peer_ini(folder.path(), "bob", "http://" + index, folder.path() / "music"));
    std::vector<std::string> words{"check", "--config", file.string()};
    for (const auto& key : keys) words.insert(words.end(), {"--set", key});
    return run_program(words);
  }
  Folder folder;
};

}  // namespace

TEST_CASE("ports that are equal, or another program's, are found before the start") {
  Checked check;
  CHECK(check.with({}).code == 0);
  const auto port = std::to_string(free_port());
  for (const char* host : {"127.0.0.1:", "0.0.0.0:"}) {
    const auto equal =
        check.with({"http.listen=127.0.0.1:" + port, "transfer.listen=" + (host + port)});
    CHECK(equal.code == 1);
    CHECK_THAT(equal.output, Contains("[transfer] listen") && Contains("[http] listen, too"));
  }
  Node index(check.folder.path(), "index",
             index_ini(check.folder.path(), "127.0.0.1:" + port, "30s"));
  index.start();
  CHECK_THAT(check.with({"transfer.listen=127.0.0.1:" + port}).output,
             Contains("is taken by another program"));
  const auto own = run_program({"check", "--config", index.ini().string()});
  CHECK(own.code == 0);
  CHECK_THAT(own.output, Contains("Its host runs"));
}

TEST_CASE("an address that nobody can announce is refused, and brackets are taken") {
  Checked check;
  CHECK(check.with({"transfer.announce_address=[2001:db8::1]"}).code == 0);
  for (const char* wrong : {"a b", "http://[::1]", "[::1]:6899", "0.0.0.0", "::"}) {
    INFO(wrong);
    CHECK(check.with({std::string("transfer.announce_address=") + wrong}).code == 1);
  }
}

TEST_CASE("check is careful about what others cannot reach, and about folders that are odd") {
  Checked check;
  const auto odd = check.with({"transfer.share.all=/", "transfer.share.none=/nowhere/at/all",
                               "transfer.listen=127.0.0.1:0"},
                              "10.77.0.1:8888");
  CHECK(odd.code == 0);
  CHECK_THAT(odd.output, Contains("careful: others cannot fetch from this peer") &&
                             Contains("'all' is the whole disk") &&
                             Contains("'none' is not there") && Contains("holds 'files'"));
}

TEST_CASE("files with passwords and certificates are read as a start would") {
  Checked check;
  const auto secret = check.folder.path() / "secret";
  write_file(secret, "hidden\n");
  fs::permissions(secret, fs::perms(0644));
  CHECK_THAT(
      check.with({"registry.account=bob", "registry.password_file=" + secret.string()}).output,
      Contains("password_file"));
  const auto none =
      check.with({"http.certificate=/nowhere/a.pem", "http.certificate_key=/nowhere/b.pem"});
  CHECK(none.code == 1);
  CHECK_THAT(none.output, Contains("[http] certificate"));
  CHECK_THAT(check.with({"transfer.download_folder=/dev/null/none"}).output,
             Contains("download_folder"));
}
