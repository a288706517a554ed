// What an operator sees in /metrics, and the dashboard that shows it.
#include <rapidjson/document.h>

#include <regex>
#include <set>

#include "catch.h"
#include "network.h"
#include "swapmeet/wire/json.h"

using namespace e2e;
using Catch::Matchers::Contains;

namespace {

// Every name in Prometheus' text; a line that is none fails the test.
std::set<std::string> names_in(const std::string& text) {
  static const std::regex kLine(
      R"(^([a-zA-Z_][a-zA-Z0-9_]*)(\{([a-zA-Z_]+="([^"\\]|\\.)*",?)+\})? ([0-9.e+-]+|NaN|\+Inf)$)");
  std::set<std::string> names;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# HELP ") || line.starts_with("# TYPE ")) continue;
    std::smatch match;
    INFO(line);
    REQUIRE(std::regex_match(line, match, kLine));
    names.insert(match[1]);
  }
  return names;
}

// An index with accounts, and two peers, the second of which has fetched a file from the first.
struct Club {
  Club() {
    write_file(folder.path() / "ann/song.flac", random_bytes(100'000, 1));
    fs::create_directories(folder.path() / "bob");
    index.start();
    ann.start();
    bob.start();
    REQUIRE(eventually([&] { return has(index, "swapmeet_listed_files 1\n"); }));
    const auto hits = bob.get("/api/v1/search?q=song");
    REQUIRE(hits.ok());
    const auto page = swapmeet::wire::from_json<swapmeet::SearchPage>(*hits);
    REQUIRE((page.ok() && page->hits.size() == 1));
    const auto got = run_program({"get", page->hits[0].content.text(), "--config", bob.ini()});
    INFO(got.output);
    REQUIRE(got.code == 0);
  }
  static std::string metrics(Node& node) { return node.get("/metrics").value_or(""); }
  static bool has(Node& node, const std::string& line) {
    return metrics(node).find(line) != std::string::npos;
  }

  Folder folder;
  const std::string address = "127.0.0.1:" + std::to_string(free_port());
  Node index{folder.path(), "index", index_ini(folder.path(), address, "60s")};
  Node ann{folder.path(), "ann",
           peer_ini(folder.path(), "ann", "http://" + address, folder.path() / "ann")};
  Node bob{folder.path(), "bob",
           peer_ini(folder.path(), "bob", "http://" + address, folder.path() / "bob")};
};

}  // namespace

TEST_CASE("an operator reads in /metrics who is there, what is searched, and what goes over") {
  Club club;
  CHECK_THAT(Club::metrics(club.index),
             Contains("swapmeet_peers{state=\"present\"} 2\n") &&
                 Contains("swapmeet_search_duration_seconds_count 1\n") &&
                 Contains("swapmeet_peers_joined_total 2\n") &&
                 Contains("swapmeet_listings_added_total 1\n") &&
                 Contains("swapmeet_build_info{version=\"") && Contains("role=\"index\"") &&
                 Contains("swapmeet_certificate_expires_seconds{listener=\"api\"} ") &&
                 Contains("swapmeet_http_requests_total{code=\"2xx\",listener=\"api\"} "));
  CHECK(eventually([&] { return Club::has(club.ann, "swapmeet_sent_bytes_total 100000\n"); }));
  CHECK_THAT(Club::metrics(club.ann), Contains("swapmeet_shared_files{share=\"files\"} 1\n") &&
                                          Contains("swapmeet_uploads{state=\"running\"} 0\n"));
  CHECK_THAT(Club::metrics(club.bob), Contains("swapmeet_received_bytes_total 100000\n") &&
                                          Contains("swapmeet_downloads_ended_total 1\n") &&
                                          Contains("swapmeet_downloads{state=\"done\"} 1\n"));
}

TEST_CASE("the dashboard asks for nothing that no host tells") {
  Club club;
  auto told = names_in(Club::metrics(club.index));
  told.merge(names_in(Club::metrics(club.ann)));
  // Told by an index with accounts only.
  told.merge(
      std::set<std::string>{"swapmeet_logins_failed_total", "swapmeet_logins_refused_total"});

  rapidjson::Document dashboard;
  dashboard.Parse(read_file(fs::path(SWAPMEET_CONFIG) / "grafana.json").c_str());
  REQUIRE_FALSE(dashboard.HasParseError());
  static const std::regex kName(R"((swapmeet|process)_[a-z0-9_]+)");
  std::size_t asked = 0;
  for (const auto& panel : dashboard["panels"].GetArray()) {
    if (!panel.HasMember("targets")) continue;
    for (const auto& target : panel["targets"].GetArray()) {
      const std::string query = target["expr"].GetString();
      if (query.find("__name__") != std::string::npos) continue;
      for (std::sregex_iterator at(query.begin(), query.end(), kName), end; at != end; ++at) {
        ++asked;
        INFO(query);
        CHECK(told.contains(at->str()));
      }
    }
  }
  CHECK(asked > 30);
}
