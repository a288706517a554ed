// Queries with what people expect of them, in judged_searches.txt, asked of every search that has
// an index of its own.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "swapmeet/testing/catch.h"
#include "swapmeet/testing/search_contract.h"

using namespace swapmeet;

namespace {

using Names = std::vector<std::string>;

struct Judged {
  std::string query;
  Names first;
  Names never;
  std::string only;  // plugin; empty: all
};

struct Judgement {
  ChangeBatch batch;
  std::map<ContentId, std::string> names;
  std::vector<Judged> queries;
};

std::string trimmed(const std::string& text) {
  const auto begin = text.find_first_not_of(' ');
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

Names split(const std::string& text, char at) {
  std::istringstream in(text);
  Names parts;
  for (std::string part; std::getline(in, part, at);)
    if (!trimmed(part).empty()) parts.push_back(trimmed(part));
  return parts;
}

PeerId peer_number(std::size_t number) { return {{static_cast<std::uint8_t>(number)}}; }

void take_file(Judgement& judgement, const std::string& line) {
  const auto parts = split(line, '|');
  REQUIRE(parts.size() == 4);
  Change change;
  change.listing.content.bytes[0] = static_cast<std::uint8_t>(judgement.names.size() + 1);
  judgement.names[change.listing.content] = parts[0];
  change.listing.size = std::stoull(parts[2]);
  change.listing.path = parts[3];
  for (auto peer = std::stoull(parts[1]); peer > 0; --peer) {
    change.peer = peer_number(peer);
    judgement.batch.changes.push_back(change);
  }
}

Judged judged_of(const std::string& line) {
  const auto arrow = line.find("=>");
  REQUIRE(arrow != std::string::npos);
  Judged judged;
  judged.query = trimmed(line.substr(0, arrow));
  for (const auto& part : split(line.substr(arrow + 2), ';')) {
    auto words = split(part, ' ');
    const auto what = words.at(0);
    words.erase(words.begin());
    if (what == "first")
      judged.first = words;
    else if (what == "not")
      judged.never = words;
    else if (what == "only")
      judged.only = words.at(0);
    else
      FAIL("neither first, not nor only: " << part);
  }
  return judged;
}

Judgement judgement() {
  const char* source = std::getenv("SWAPMEET_SOURCE");
  REQUIRE(source != nullptr);
  std::ifstream in(std::filesystem::path(source) / "tests/contract/judged_searches.txt");
  REQUIRE(in.is_open());
  Judgement judgement;
  judgement.batch = {"judged", 0, 1, {}};
  for (std::size_t peer = 1; peer < 10; ++peer) {
    Change change;
    change.kind = ChangeKind::present;
    change.peer = peer_number(peer);
    change.peer_name = "peer " + std::to_string(peer);
    judgement.batch.changes.push_back(change);
  }
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    if (line.starts_with("file "))
      take_file(judgement, line.substr(5));
    else
      judgement.queries.push_back(judged_of(line));
  }
  REQUIRE(judgement.queries.size() >= 60);
  return judgement;
}

}  // namespace

TEST_CASE("Judged searches find first what people mean") {
  const auto all = judgement();
  for (const std::string plugin : {"fts", "memory"}) {
    const auto subject = testing::search_plugin(PLUGINS "search_" + plugin + ".so");
    REQUIRE(subject->follower().apply(all.batch).ok());
    for (const auto& judged : all.queries) {
      if (!judged.only.empty() && judged.only != "search." + plugin) continue;
      INFO("search." << plugin << ": " << judged.query);
      const auto page = subject->search().search({judged.query, {}, SortOrder::relevance, {}});
      REQUIRE(page.ok());
      Names found;
      for (const auto& hit : page->hits) found.push_back(all.names.at(hit.content));
      for (const auto& name : judged.never)
        CHECK(std::find(found.begin(), found.end(), name) == found.end());
      found.resize(std::min(found.size(), judged.first.size()));
      CHECK(found == judged.first);
    }
  }
}
