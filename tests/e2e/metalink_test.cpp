// aria2 fetches by the index's Metalink from several real peers, one of which sends wrong bytes.
#include <csignal>

#include "catch.h"
#include "sharers.h"
#include "swapmeet/wire/content_hashes.h"

using namespace e2e;
using Catch::Matchers::Contains;

namespace {

Outcome aria2c(const Sharers& s, const std::string& metalink, const std::string& out,
               const std::vector<std::string>& more = {}) {
  std::vector<std::string> words{"aria2c",
                                 "--no-conf",
                                 "--no-proxy=*",
                                 "-q",
                                 "-x4",
                                 "-s4",
                                 "-k1M",
                                 "--file-allocation=none",
                                 "--follow-metalink=mem",
                                 "-d",
                                 (s.folder.path() / out).string(),
                                 metalink};
  words.insert(words.begin() + 1, more.begin(), more.end());
  return run_command(words);
}

}  // namespace

TEST_CASE("aria2c fetches by a Metalink from several peers, whatever one of them sends") {
  Sharers s;
  rot(s.folder.path() / "eve/large.bin");
  const auto metalink = s.index.url() + "/api/v1/contents/" + s.content + ".meta4";
  const auto text = told(s.index, "/api/v1/contents/" + s.content + ".meta4");
  for (const auto& source : s.sources()) CHECK_THAT(text, Contains(source.url + "</url>"));
  CHECK_THAT(text, Contains("<pieces length=\"1048576\" type=\"sha-256\">"));

  const auto done = aria2c(s, metalink, "got");
  INFO(done.output);
  CHECK(done.code == 0);
  CHECK(read_file(s.folder.path() / "got/large.bin") == s.bytes);

  // The proof that it was the hashes: without them the wrong bytes go through.
  const auto without = told(s.index, "/api/v1/contents/" + s.content + ".meta4?hashes=false");
  CHECK(without.find("<hash") == std::string::npos);
  for (const auto& source : s.sources())
    if (source.name != "eve")
      CHECK(run_command({"curl", "-sS", "-f", "--noproxy", "*", source.url}).output == s.bytes);
    else
      CHECK(run_command({"curl", "-sS", "-f", "--noproxy", "*", source.url}).output != s.bytes);
}

TEST_CASE("a peer's own Metalink and digests serve those who start at the peer") {
  Sharers s;
  const auto url = s.sources().front().url;
  const auto head = [&] {
    return run_command({"curl", "-sS", "-I", "--noproxy", "*", url}).output;
  };
  CHECK_THAT(head(), Contains("Link: </content/" + s.content +
                              ".meta4>; rel=\"describedby\"; "
                              "type=\"application/metalink4+xml\", "));
  CHECK_THAT(head(), !Contains("Digest:"));
  const auto done = aria2c(s, url + ".meta4", "got");
  INFO(done.output);
  CHECK(done.code == 0);
  CHECK(read_file(s.folder.path() / "got/large.bin") == s.bytes);
  const auto told = run_command({"curl", "-sS", "-f", "--noproxy", "*", url + "/hashes"}).output;
  const auto hashes = swapmeet::wire::content_hashes_from(told);
  REQUIRE(hashes.ok());
  const auto summed =
      run_command({"sha256sum", (s.folder.path() / "ann/large.bin").string()}).output;
  CHECK(summed.substr(0, 64) == hashes->sha256);
  CHECK_THAT(head(), Contains("Digest: SHA-256=") && Contains("Repr-Digest: sha-256=:"));
}

TEST_CASE("an index sends who asks for the bytes to its sources, and aria2c takes all of them") {
  Sharers s;
  rot(s.folder.path() / "eve/large.bin");
  const auto url = s.index.url() + "/api/v1/contents/" + s.content + "/bytes";
  const auto head = run_command({"curl", "-sS", "-I", "--noproxy", "*", url}).output;
  for (const auto& source : s.sources())
    CHECK_THAT(head, Contains("Location: " + source.url) ||
                         Contains("Link: <" + source.url + ">; rel=duplicate"));
  CHECK_THAT(head, !Contains("Digest:"));
  told(s.index, "/api/v1/contents/" + s.content + ".meta4");
  CHECK_THAT(run_command({"curl", "-sS", "-I", "--noproxy", "*", url}).output,
             Contains("Digest: SHA-256="));

  // Each of the three in its turn; a browser's way. Eve is left out as soon as she has noticed.
  std::size_t right = 0;
  for (int i = 0; i < 3; ++i)
    right +=
        run_command({"curl", "-sS", "-f", "-L", "--noproxy", "*", url}).output == s.bytes ? 1U : 0U;
  CHECK(right >= 2);

  s.eve.signal(SIGTERM);
  REQUIRE(eventually([&] { return s.sources().size() == 2; }));
  // Taken from both, by the fields of the redirection alone.
  const auto log = s.folder.path() / "aria2.log";
  const auto done = aria2c(s, url, "got", {"--log=" + log.string(), "--log-level=info"});
  CHECK(done.code == 0);
  const auto told = read_file(log);
  for (const auto& source : s.sources()) {
    const auto port = source.url.substr(7, source.url.find('/', 7) - 7);
    CHECK_THAT(told, Contains("Host: " + port));
  }
  const bool same = read_file(s.folder.path() / "got/large.bin") == s.bytes;
  CHECK(same);
}
