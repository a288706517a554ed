// A plugin that is a program of its own, in a running index: it may die, and the host goes on.
#include <signal.h>

#include <fstream>

#include "catch.h"
#include "network.h"
#include "swapmeet/wire/json.h"

using namespace e2e;

namespace {

bool finds(Node& node, const std::string& words) {
  const auto body = node.get("/api/v1/search?q=" + words);
  const auto page = body ? swapmeet::wire::from_json<swapmeet::SearchPage>(*body)
                         : swapmeet::Result<swapmeet::SearchPage>(body.error());
  return page && page->total == 1;
}

// The children of a process, of all its threads.
std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> children;
  for (const auto& task : fs::directory_iterator("/proc/" + std::to_string(parent) + "/task")) {
    std::ifstream in(task.path() / "children");
    for (pid_t child = 0; in >> child;) children.push_back(child);
  }
  return children;
}

}  // namespace

TEST_CASE("a search program that is killed comes back and knows everything again") {
  const Folder folder;
  const auto address = "127.0.0.1:" + std::to_string(free_port());
  auto ini = index_ini(folder.path(), address, "20s", "process");
  const std::string chosen = "plugin = process\n";
  ini.insert(ini.find(chosen) + chosen.size(),
             "program = " SWAPMEET_EXAMPLES "search_process/search.py\n");
  Node index(folder.path(), "index", ini);
  Node ann(folder.path(), "ann",
           peer_ini(folder.path(), "ann", "http://" + address, folder.path() / "ann"));
  fs::create_directories(folder.path() / "ann");
  write_file(folder.path() / "ann/Summer_Film.mkv", random_bytes(1000, 1));
  index.start();
  ann.start();
  REQUIRE(eventually([&] { return finds(index, "summer"); }));

  const auto programs = children_of(index.pid());
  REQUIRE(programs.size() == 1);
  REQUIRE(::kill(programs[0], SIGKILL) == 0);
  CHECK(eventually([&] { return index.log().find("it ended (Killed)") != std::string::npos; }));
  CHECK(index.get("/api/v1/status"));
  CHECK(eventually([&] { return finds(index, "summer"); }));
  CHECK(children_of(index.pid()) != programs);
  CHECK(index.signal(SIGTERM) == 0);
  CHECK(::kill(programs[0], 0) != 0);
}
