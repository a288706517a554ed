// Attributes with real hosts: from a file on a peer to a search on the index.
#include <signal.h>

#include "catch.h"
#include "network.h"
#include "sample_files.h"
#include "swapmeet/wire/json.h"

using namespace e2e;
using Catch::Matchers::Contains;
using namespace swapmeet;

namespace {

struct Network {
  Folder folder;
  std::string address = "127.0.0.1:" + std::to_string(free_port());
  fs::path share = folder.path() / "songs";
  std::string ini = peer_ini(folder.path(), "ann", "http://" + address, share);

  Node index(const std::string& search) {
    return {folder.path(), "index", index_ini(folder.path(), address, "5s", search)};
  }
  Node ann(const std::string& more) { return {folder.path(), "ann", ini + more}; }
};

std::size_t found(Node& node, const std::string& query) {
  const auto answer = node.get("/api/v1/search?q=" + wire::percent_encode(query));
  if (!answer) return 0;
  const auto page = wire::from_json<SearchPage>(*answer);
  return page ? page->hits.size() : 0;
}

std::string shown(const Node& node, std::vector<std::string> words) {
  words.insert(words.end(), {"--config", node.ini().string()});
  return run_program(words).output;
}

}  // namespace

TEST_CASE("songs that were shared before are found by artist once a reader is configured") {
  if (!fs::exists(program().parent_path() / "plugins/attributes_media.so")) return;
  Network net;
  write_file(net.share / "01.mp3", fakes::mp3());
  write_file(net.share / "broken.mp3", std::string(50'000, '\xff'));
  write_file(net.share / "red.png", fakes::png());
  auto index = net.index("memory");
  index.start();
  {
    auto ann = net.ann("");
    ann.start();
    REQUIRE(eventually([&] { return found(index, "ext:mp3") == 2; }));
    CHECK(found(index, "artist:nina") == 0);
    CHECK(ann.signal(SIGTERM) == 0);
  }
  auto ann = net.ann("[attributes]\nplugin = media\n");
  ann.start();
  REQUIRE(eventually([&] { return found(index, "artist:nina title:sinnerman length<1m") == 1; }));
  REQUIRE(eventually([&] { return found(index, "width>=640 height=480") == 1; }));
  CHECK(found(index, "ext:mp3") == 2);
  CHECK(found(index, "year:1965 bitrate>=128") == 1);
  CHECK(found(index, "ext:mp3 -artist:nina") == 1);
  CHECK(found(ann, "artist:\"nina simone\"") == 1);  // through the index
  CHECK_THAT(ann.log(), !Contains("left out"));
  // What the command line shows of it.
  CHECK_THAT(shown(index, {"search", "artist:nina"}),
             Contains("ABOUT") && Contains("Nina Simone – Sinnerman, 0:02, 128 kbit/s"));
  CHECK_THAT(shown(index, {"browse", "ann", "--all"}), Contains("640 × 480"));
  const auto wrong = run_program({"search", "atrist:nina", "--config", index.ini().string()});
  CHECK(wrong.code == 2);
  CHECK_THAT(wrong.output, Contains("'atrist' is no filter") && Contains("\"atrist:nina\""));
  const auto watch = index.call("POST", "/api/v1/watches", R"({"query":"live atrist:nina"})");
  REQUIRE_FALSE(watch.ok());
  CHECK_THAT(watch.error().message, Contains("'atrist' is no filter"));
}

TEST_CASE("another search finds by attributes as well") {
  if (!fs::exists(program().parent_path() / "plugins/attributes_media.so")) return;
  Network net;
  write_file(net.share / "01.flac", fakes::flac());
  auto index = net.index("fts");
  index.start();
  auto ann = net.ann("[attributes]\nplugin = media\n");
  ann.start();
  REQUIRE(eventually([&] { return found(index, "artist:nina length>=10s genre:jazz") == 1; }));
  CHECK(found(index, "artist:nina length>10s") == 0);
}
