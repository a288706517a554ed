// What a peer serves is fetched by programs that nobody here wrote: curl, wget, aria2c and axel.
#include "catch.h"
#include "network.h"
#include "swapmeet/wire/json.h"

using namespace e2e;

namespace {

const std::string kFile = "Grüße, \"world\".bin";

// A peer that shares one file, and the folder where the programs write.
struct Served {
  Served() {
    write_file(folder.path() / "ann" / kFile, bytes);
    fs::create_directories(folder.path() / "got");
    index.start();
    ann.start();
    REQUIRE(eventually([&] { return find(); }));
  }

  bool find() {
    const auto hits = index.get("/api/v1/search?q=world");
    if (!hits) return false;
    const auto page = swapmeet::wire::from_json<swapmeet::SearchPage>(*hits);
    if (!page || page->hits.size() != 1) return false;
    content = page->hits[0].content.text();
    const auto body = index.get("/api/v1/contents/" + content);
    if (!body) return false;
    const auto record = swapmeet::wire::from_json<swapmeet::ContentRecord>(*body);
    if (!record || record->sources.empty()) return false;
    url = record->sources[0].url;
    return true;
  }

  std::string out(const std::string& name) const { return (folder.path() / "got" / name).string(); }
  std::string got(const std::string& name) const { return read_file(out(name)); }
  // A download that was cut off half way.
  void half(const std::string& name) const { write_file(out(name), bytes.substr(0, 5'000'001)); }

  // What curl writes to standard output.
  std::string curl(std::vector<std::string> words) const {
    words.insert(words.begin(), {"curl", "-sS", "--noproxy", "*"});
    words.push_back(url);
    return run_command(words).output;
  }

  Folder folder;
  const std::string bytes = random_bytes(12'345'678, 3);
  const std::string address = "127.0.0.1:" + std::to_string(free_port());
  Node index{folder.path(), "index", index_ini(folder.path(), address, "10s")};
  Node ann{folder.path(), "ann",
           peer_ini(folder.path(), "ann", "http://" + address, folder.path() / "ann")};
  std::string content;
  std::string url;
};

}  // namespace

TEST_CASE("curl fetches whole files, ranges and rests, and is told what has not changed") {
  const Served s;
  s.curl({"-f", "-o", s.out("whole")});
  CHECK(s.got("whole") == s.bytes);
  s.half("rest");
  s.curl({"-f", "-C", "-", "-o", s.out("rest")});
  CHECK(s.got("rest") == s.bytes);

  CHECK(s.curl({"-r", "5-9"}) == s.bytes.substr(5, 5));
  CHECK(s.curl({"-r", "-7"}) == s.bytes.substr(s.bytes.size() - 7));
  CHECK(s.curl({"-r", "12345670-"}) == s.bytes.substr(12345670));
  CHECK(s.curl({"-r", "12345670-99999999"}) == s.bytes.substr(12345670));
  const std::vector<std::string> status{"-o", s.out("status"), "-w", "%{http_code}"};
  const auto with = [&](std::vector<std::string> words) {
    words.insert(words.end(), status.begin(), status.end());
    return s.curl(words);
  };
  CHECK(with({"-r", "12345678-"}) == "416");
  CHECK(with({"-r", "0-1,4-5"}) == "200");
  CHECK(s.got("status") == s.bytes);
  CHECK(with({"-r", "0-9", "-H", "If-Range: \"" + s.content + "\""}) == "206");
  CHECK(with({"-r", "0-9", "-H", "If-Range: \"other\""}) == "200");
  CHECK(with({"-H", "If-Match: \"other\""}) == "412");

  CHECK(with({"--etag-save", s.out("etag")}) == "200");
  CHECK(s.got("etag").find(s.content) != std::string::npos);
  CHECK(with({"--etag-compare", s.out("etag")}) == "304");

  const auto head = s.curl({"-I"});
  CHECK(head.starts_with("HTTP/1.1 200 OK"));
  for (const auto* field : {"Content-Length: 12345678", "Accept-Ranges: bytes",
                            "X-Content-Type-Options: nosniff", "Content-Disposition: attachment; "})
    CHECK(head.find(field) != std::string::npos);
}

TEST_CASE("curl and wget write the name that the peer says") {
  const Served s;
  s.curl({"-f", "-O", "-J", "--output-dir", s.out("curl"), "--create-dirs"});
  CHECK(s.got("curl/Gr__e, _world_.bin") == s.bytes);
  const auto wget = run_command(
      {"wget", "-q", "--no-proxy", "--content-disposition", "-P", s.out("wget"), s.url});
  INFO(wget.output);
  CHECK(wget.code == 0);
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(s.out("wget")))
    names.push_back(entry.path().filename().string());
  REQUIRE(names.size() == 1);
  CHECK(names[0].find("world") != std::string::npos);
  CHECK(s.got("wget/" + names[0]) == s.bytes);
}

TEST_CASE("wget fetches whole files and rests") {
  const Served s;
  const auto fetch = [&](const std::string& name) {
    const auto done =
        run_command({"wget", "-q", "--no-proxy", "-c", "-t", "1", "-O", s.out(name), s.url});
    INFO(done.output);
    CHECK(done.code == 0);
    CHECK(s.got(name) == s.bytes);
  };
  fetch("whole");
  s.half("rest");
  fetch("rest");
  fetch("rest");  // nothing is missing: 416 is no failure
}

TEST_CASE("aria2c fetches over four connections, and rests") {
  const Served s;
  const auto fetch = [&](const std::string& name) {
    const auto done =
        run_command({"aria2c", "--no-conf", "--no-proxy=*", "-q", "-c", "-x4", "-s4", "-k1M",
                     "--file-allocation=none", "-d", s.out(""), "-o", name, s.url});
    INFO(done.output);
    CHECK(done.code == 0);
    CHECK(s.got(name) == s.bytes);
  };
  fetch("whole");
  s.half("rest");
  fetch("rest");
}

TEST_CASE("axel fetches over four connections, and goes on where it was stopped") {
  const Served s;
  const auto axel = [&](std::vector<std::string> before, const std::vector<std::string>& more) {
    before.insert(before.end(), {"axel", "--no-proxy", "-q", "-n", "4", "-o", s.out("axel")});
    before.insert(before.end(), more.begin(), more.end());
    before.push_back(s.url);
    return run_command(before);
  };
  // Cut off after two seconds of the six that it would take.
  CHECK(axel({"timeout", "-s", "INT", "2"}, {"--max-speed=2000000"}).code != 0);
  CHECK(fs::exists(s.out("axel.st")));
  const auto done = axel({}, {});
  INFO(done.output);
  CHECK(done.code == 0);
  CHECK(s.got("axel") == s.bytes);
  CHECK_FALSE(fs::exists(s.out("axel.st")));
}

TEST_CASE("a file that changes under its content id is not served under it any more") {
  Served s;
  write_file(s.folder.path() / "ann" / kFile, random_bytes(1000, 4));
  REQUIRE(eventually([&] { return s.curl({"-o", s.out("x"), "-w", "%{http_code}"}) == "404"; }));
  const auto before = s.content;
  REQUIRE(eventually([&] { return s.find() && s.content != before; }));
  CHECK(s.curl({"-f"}) == random_bytes(1000, 4));
}
