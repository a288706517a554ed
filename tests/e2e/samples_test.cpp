// The sample configurations are right, and show every key that there is.
#include <algorithm>
#include <cstdlib>
#include <string>

#include "catch.h"
#include "network.h"

using namespace e2e;

namespace {

fs::path sample(const std::string& name) {
  const char* source = std::getenv("SWAPMEET_SOURCE");
  return fs::path(source ? source : ".") / "config" / name;
}

// "key =" at the beginning of a line, perhaps commented out.
bool shows(const std::string& text, std::string key) {
  if (key.ends_with(".*")) key.pop_back();
  if (const auto star = key.find('*'); star != std::string::npos) key.replace(star, 1, "music");
  return text.find("\n" + key) != std::string::npos || text.find("\n;" + key) != std::string::npos;
}

}  // namespace

TEST_CASE("the samples pass the check") {
  for (const char* name : {"index.ini", "peer.ini"}) {
    // Ports of its own, for hosts of this machine may have the usual ones.
    std::vector<std::string> words{"check", "--config", sample(name).string()};
    words.insert(words.end(), {"--set", "http.listen=127.0.0.1:0"});
    if (name == std::string("peer.ini"))
      words.insert(words.end(), {"--set", "transfer.listen=127.0.0.1:0"});
    const auto outcome = run_program(words);
    INFO(outcome.output);
    CHECK(outcome.code == 0);
  }
}

TEST_CASE("the samples show every key of their plugins") {
  const auto listed = run_program({"plugins", "--json"});
  REQUIRE(listed.code == 0);
  const std::pair<const char*, const char*> expected[] = {
      {"index.ini", "auth.accounts"}, {"index.ini", "registry.sqlite"},
      {"index.ini", "search.memory"}, {"peer.ini", "registry.remote"},
      {"peer.ini", "search.remote"},  {"peer.ini", "transfer.swarm"}};
  for (const auto& [file, plugin] : expected) {
    const auto text = read_file(sample(file));
    const auto at = listed.output.find("\"id\":\"" + std::string(plugin) + "\"");
    REQUIRE(at != std::string::npos);
    const auto begin = listed.output.find("\"keys\":[", at) + 8;
    std::string keys = listed.output.substr(begin, listed.output.find(']', begin) - begin);
    while (!keys.empty()) {
      const auto end = keys.find('"', 1);
      const auto key = keys.substr(1, end - 1);
      INFO(file << " " << plugin << " " << key);
      CHECK(shows(text, key));
      keys.erase(0, std::min(keys.size(), end + 2));
    }
  }
}

TEST_CASE("a wrong configuration is refused with file, section, key and remedy") {
  const Folder folder;
  write_file(folder.path() / "x.ini", "[host]\nname = x\ndata = d\n[http]\nlistn = 1\n");
  const auto outcome = run_program({"check", "--config", (folder.path() / "x.ini").string()});
  CHECK(outcome.code == 1);
  CHECK(outcome.output.find("x.ini [http] listn: is not a key here; did you mean 'listen'?") !=
        std::string::npos);
}
