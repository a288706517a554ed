// aria2 fetches by the index's Metalink from several real peers, one of which sends wrong bytes.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "catch.h"
#include "network.h"
#include "swapmeet/wire/content_hashes.h"
#include "swapmeet/wire/json.h"

using namespace e2e;
using Catch::Matchers::Contains;
using swapmeet::wire::from_json;

namespace {

// Flips a bit of every 100,000th byte behind the back of everybody: the file looks the same.
void rot(const fs::path& file) {
  struct stat before {};
  REQUIRE(::stat(file.c_str(), &before) == 0);
  const int fd = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
  for (off_t at = 0; at < before.st_size; at += 100'000) {
    char byte = 0;
    REQUIRE(::pread(fd, &byte, 1, at) == 1);
    byte = static_cast<char>(byte ^ 1);
    REQUIRE(::pwrite(fd, &byte, 1, at) == 1);
  }
  const timespec times[] = {before.st_atim, before.st_mtim};
  REQUIRE(::futimens(fd, times) == 0);
  ::close(fd);
}

struct Sharers {
  Sharers() {
    index.start();
    for (auto* node : {&ann, &bob, &eve}) {
      write_file(folder.path() / node->name() / "large.bin", bytes);
      node->start();
    }
    REQUIRE(eventually([&] { return sources().size() == 3; }));
  }
  std::vector<swapmeet::Source> sources() {
    const auto hits = index.get("/api/v1/search?q=large");
    const auto page = hits ? from_json<swapmeet::SearchPage>(*hits) : hits.error();
    if (!page || page->hits.size() != 1) return {};
    content = page->hits[0].content.text();
    const auto body = index.get("/api/v1/contents/" + content);
    const auto record = body ? from_json<swapmeet::ContentRecord>(*body) : body.error();
    return record ? record->sources : std::vector<swapmeet::Source>{};
  }
  Node peer(const std::string& name) {
    return {folder.path(), name,
            peer_ini(folder.path(), name, "http://" + address, folder.path() / name)};
  }
  Outcome aria2c(const std::string& metalink, const std::string& out) {
    return run_command({"aria2c", "--no-conf", "--no-proxy=*", "-q", "-x4", "-s4", "-k1M",
                        "--file-allocation=none", "--follow-metalink=mem", "-d",
                        (folder.path() / out).string(), metalink});
  }

  Folder folder;
  const std::string bytes = random_bytes(12'345'678, 6);
  const std::string address = "127.0.0.1:" + std::to_string(free_port());
  Node index{folder.path(), "index", index_ini(folder.path(), address, "10s")};
  Node ann = peer("ann");
  Node bob = peer("bob");
  Node eve = peer("eve");
  std::string content;
};

}  // namespace

TEST_CASE("aria2c fetches by a Metalink from several peers, whatever one of them sends") {
  Sharers s;
  rot(s.folder.path() / "eve/large.bin");
  const auto metalink = s.index.url() + "/api/v1/contents/" + s.content + ".meta4";
  const auto text = s.index.get("/api/v1/contents/" + s.content + ".meta4").value();
  for (const auto& source : s.sources()) CHECK_THAT(text, Contains(source.url + "</url>"));
  CHECK_THAT(text, Contains("<pieces length=\"1048576\" type=\"sha-256\">"));

  const auto done = s.aria2c(metalink, "got");
  INFO(done.output);
  CHECK(done.code == 0);
  CHECK(read_file(s.folder.path() / "got/large.bin") == s.bytes);

  // The proof that it was the hashes: without them the wrong bytes go through.
  const auto without = s.index.get("/api/v1/contents/" + s.content + ".meta4?hashes=false").value();
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
                              "type=\"application/metalink4+xml\""));
  CHECK_THAT(head(), !Contains("Digest:"));
  const auto done = s.aria2c(url + ".meta4", "got");
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
