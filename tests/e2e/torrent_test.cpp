// libtorrent, which nobody here wrote, fetches by the torrents of an index and of a peer, whose web
// seeds are several real peers, one of which sends wrong bytes.
#include <csignal>
#include <cstdlib>

#include "sharers.h"

using namespace e2e;
using Catch::Matchers::Contains;

namespace {

// Debian's own Python has Debian's libtorrent.
Outcome fetch(const Sharers& s, const std::string& torrent, const std::string& out) {
  const auto file = s.folder.path() / (out + ".torrent");
  write_file(file, torrent);
  const auto script = fs::path(std::getenv("SWAPMEET_SOURCE")) / "tests/e2e/fetch_torrent.py";
  return run_command(
      {"/usr/bin/python3", script.string(), file.string(), (s.folder.path() / out).string(), "60"});
}

}  // namespace

TEST_CASE("libtorrent fetches by a hybrid torrent from several peers, whatever one of them sends") {
  Sharers s;
  rot(s.folder.path() / "eve/large.bin");
  const auto torrent = told(s.index, "/api/v1/contents/" + s.content + ".torrent");
  const auto done = fetch(s, torrent, "got");
  INFO(done.output);
  CHECK(done.code == 0);
  CHECK_THAT(done.output, Contains(R"("v1": true, "v2": true, "name": "large.bin")"));
  for (const auto& source : s.sources()) CHECK_THAT(done.output, Contains('"' + source.url + '"'));
  CHECK_THAT(done.output, Contains(R"("done": true)"));
  CHECK(read_file(s.folder.path() / "got/large.bin") == s.bytes);
}

TEST_CASE("libtorrent fetches by the torrent of a peer whose index has gone") {
  Sharers s;
  const auto url = s.sources().front().url;
  s.index.signal(SIGKILL);
  const auto torrent = run_command({"curl", "-sS", "-f", "--noproxy", "*", url + ".torrent"});
  const auto done = fetch(s, torrent.output, "got");
  INFO(done.output);
  CHECK_THAT(done.output, Contains(R"("v1": true, "v2": true)") && Contains(R"("done": true)"));
  CHECK(read_file(s.folder.path() / "got/large.bin") == s.bytes);
}
