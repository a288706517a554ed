// Searching, browsing and watching as a person does, with the commands and at a terminal.
#include "catch.h"
#include "network.h"

using namespace e2e;
using Catch::Matchers::Contains;

namespace {

// An index, ann who shares, and bob who looks.
struct Network {
  Folder folder;
  std::string address = "127.0.0.1:" + std::to_string(free_port());
  Node index{folder.path(), "index", index_ini(folder.path(), address, "5s")};
  Node ann{folder.path(), "ann",
           peer_ini(folder.path(), "ann", "http://" + address, folder.path() / "ann")};
  Node bob{folder.path(), "bob",
           peer_ini(folder.path(), "bob", "http://" + address, folder.path() / "bob")};

  Network() {
    for (const std::string file : {"vim/docs/python.txt", "vim/docs/perl.txt",
                                   "vim/indent/python.txt", "日本語/python.txt", "top.txt"})
      add_file(file);
    fs::create_directories(folder.path() / "bob");
    for (auto* node : {&index, &ann, &bob}) node->start();
    REQUIRE(eventually([&] {
      const auto page = bob.get("/api/v1/search?q=type:document");
      return page.ok() && page->find("\"total\":5") != std::string::npos;
    }));
  }
  void add_file(const std::string& path) {
    write_file(folder.path() / "ann" / path, "the bytes of " + path);
  }
  std::vector<std::string> at_home(std::vector<std::string> words, const Node& node) const {
    std::vector<std::string> all{"env", "HOME=" + (folder.path() / "home").string()};
    for (const auto* name : {"CONFIG", "CACHE", "DATA"})
      all.insert(all.begin() + 1, {"-u", "XDG_" + std::string(name) + "_HOME"});
    all.push_back(program().string());
    all.insert(all.end(), words.begin(), words.end());
    all.insert(all.end(), {"--config", node.ini().string()});
    return all;
  }
  Outcome as_bob(const std::vector<std::string>& words) const {
    return run_command(at_home(words, bob));
  }
  // At a terminal of 80x24: tests/e2e/terminal.py has the steps.
  Outcome at_terminal(const std::vector<std::string>& steps,
                      const std::vector<std::string>& words) const {
    std::vector<std::string> all{
        "python3", std::string(std::getenv("SWAPMEET_SOURCE")) + "/tests/e2e/terminal.py"};
    all.insert(all.end(), steps.begin(), steps.end());
    all.emplace_back("--");
    const auto command = at_home(words, bob);
    all.insert(all.end(), command.begin(), command.end());
    return run_command(all);
  }
};

}  // namespace

TEST_CASE("one word of the shell is a query, and rows tell hits of one name apart") {
  const Network net;
  auto found = net.as_bob({"search", "python path:docs"});
  INFO(found.output);
  CHECK(found.code == 0);
  CHECK_THAT(found.output, Contains("python.txt") && Contains("docs") && Contains("ann") &&
                               Contains("1 of 1 found"));
  found = net.as_bob({"search", "python", "--path", "docs", "--type", "document"});
  CHECK_THAT(found.output, Contains("1 of 1 found"));
  found = net.as_bob({"search", "python"});
  CHECK_THAT(found.output, Contains("vim/docs\n") && Contains("vim/indent\n") &&
                               Contains("日本語\n") && Contains("3 of 3 found"));
  found = net.as_bob({"search", "python perl.txt docs"});
  CHECK(found.code == 3);
  CHECK_THAT(found.output, Contains("For words in a row: '\"python perl.txt docs\"'"));
  found = net.as_bob({"search", "python", "--sort", "biggest"});
  CHECK(found.code == 2);
  CHECK_THAT(found.output, Contains("relevance, sources, size or newest"));
}

TEST_CASE("pages go on with the numbers, which get understands") {
  const Network net;
  CHECK_THAT(net.as_bob({"search", "--more"}).output, Contains("there was no search yet"));
  auto page = net.as_bob({"search", "txt", "-n", "2", "--sort", "size"});
  CHECK_THAT(page.output, Contains("2 of 5 found") && Contains("`swapmeet search --more`"));
  page = net.as_bob({"search", "--more"});
  CHECK_THAT(page.output, Contains("3 to 4 of 5 found"));
  page = net.as_bob({"search", "--more"});
  CHECK_THAT(page.output, Contains("5 to 5 of 5 found") && !Contains("--more"));
  page = net.as_bob({"search", "--more"});
  CHECK(page.code == 3);
  CHECK_THAT(page.output, Contains("that was all of 'txt'"));
  CHECK_THAT(net.as_bob({"search", "txt", "-n", "2", "--page", "2", "--sort", "size"}).output,
             Contains("3 to 4 of 5 found"));
  CHECK(net.as_bob({"search", "txt", "-n", "2", "--page", "9"}).code == 3);
  const auto got = net.as_bob({"get", "1", "4"});
  INFO(got.output);
  CHECK(got.code == 0);
}

TEST_CASE("a peer is browsed a folder at a time, as a tree, or whole") {
  const Network net;
  auto shown = net.as_bob({"browse", "ann"});
  INFO(shown.output);
  CHECK_THAT(shown.output,
             Contains("FILES") && Contains("files/") && Contains("1 folder with 5 files"));
  shown = net.as_bob({"browse", "ann", "files/vim/"});
  CHECK_THAT(shown.output, Contains("docs/") && Contains("indent/") && !Contains("python"));
  shown = net.as_bob({"browse", "ann", "files/vim/docs"});
  CHECK_THAT(shown.output, Contains("1") && Contains("perl.txt") && Contains("python.txt"));
  CHECK(net.as_bob({"get", "1"}).code == 0);
  CHECK(fs::exists(net.folder.path() / "downloads" / "bob" / "perl.txt"));
  shown = net.as_bob({"browse", "ann", "--tree"});
  CHECK_THAT(shown.output, Contains("└── files/  5 files") && Contains("│   ├── docs/  2 files"));
  shown = net.as_bob({"browse", "ann", "files/vim", "--all"});
  CHECK_THAT(shown.output, Contains("files/vim/docs/perl.txt") && Contains("3 files, "));
  for (const auto* way : {"", "--all", "--tree"}) {
    std::vector<std::string> words{"browse", "ann", "files/nosuch"};
    if (*way != '\0') words.emplace_back(way);
    shown = net.as_bob(words);
    CHECK(shown.code == 3);
    CHECK_THAT(shown.output, Contains("ann shares no folder 'files/nosuch'"));
  }
}

TEST_CASE("a search that is saved shows what came while nobody looked") {
  Network net;
  CHECK(net.as_bob({"watch", "save", "concert type:document"}).code == 0);
  CHECK_THAT(net.as_bob({"watch", "save", "concert type:document"}).output,
             Contains("is saved already"));
  const auto has_come = [&](const std::string& count) {
    return eventually([&] {
      return net.as_bob({"watch", "list"}).output.find(count + "  concert type:document") !=
             std::string::npos;
    });
  };
  CHECK(has_come("0"));
  net.add_file("concert.txt");
  net.add_file("concert.mp3");
  CHECK(has_come("1"));
  net.bob.signal(15);
  net.bob.start();
  CHECK(has_come("1"));
  auto shown = net.as_bob({"watch", "show"});
  INFO(shown.output);
  CHECK_THAT(shown.output, Contains("concert.txt") && Contains("ann") && !Contains("concert.mp3"));
  CHECK(net.as_bob({"get", "1"}).code == 0);
  CHECK_THAT(net.as_bob({"watch", "show"}).output, Contains("Nothing new."));
  CHECK(net.as_bob({"watch", "remove", "concert type:document"}).code == 0);
  CHECK_THAT(net.as_bob({"watch", "list"}).output, Contains("Nothing is saved"));
  CHECK(net.as_bob({"watch", "remove", "concert"}).code == 3);
}

TEST_CASE("at a terminal one types, sees, picks several and gets them") {
  const Network net;
  const auto ended =
      net.at_terminal({"see:type words", "type:pyth", "see:3 found", "see:日本語", "size:60x12",
                       "see:3 found", "type:\\t\\t", "see:2 picked", "type:\\r", "end"},
                      {"search", "-i"});
  INFO(ended.output);
  CHECK(ended.code == 0);
  CHECK_THAT(ended.output, Contains("verified and complete") && Contains("code 0"));
}

TEST_CASE("however it is left, the terminal is as it was") {
  const Network net;
  // Escape, Ctrl-C, SIGTERM, SIGHUP.
  for (const auto& [step, code] :
       std::vector<std::pair<std::string, std::string>>{{"type:\\e", "code 0"},
                                                        {"type:\\x03", "code 0"},
                                                        {"signal:15", "code 143"},
                                                        {"signal:1", "code 129"}}) {
    const auto ended = net.at_terminal({"see:type words", "type:perl", "see:perl.txt", step, "end"},
                                       {"search", "-i"});
    INFO(step << '\n' << ended.output);
    CHECK(ended.code == 0);
    CHECK_THAT(ended.output, Contains(code));
  }
  const auto no_host =
      net.at_terminal({"see:type words", "type:perl", "see:cannot be reached", "type:\\e", "end"},
                      {"search", "-i", "--host", "http://127.0.0.1:1"});
  INFO(no_host.output);
  CHECK(no_host.code == 0);
  const auto no_terminal = net.as_bob({"search", "-i"});
  CHECK(no_terminal.code == 1);
  CHECK_THAT(no_terminal.output, Contains("this needs a terminal"));
}

TEST_CASE("people who mistype or ask in the wrong place are told what to do") {
  Network net;
  for (const auto& [words, sentence] :
       std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"serach", "x"}, "there is no command 'serach'; did you mean 'search'?"},
           {{"share", "lst"}, "there is no 'share lst'; did you mean 'list'?"},
           {{"search", "--srot", "size", "x"},
            "there is no option --srot here; did you mean --sort?"}}) {
    const auto ended = net.as_bob(words);
    CHECK(ended.code == 2);
    CHECK_THAT(ended.output, Contains(sentence));
  }
  const auto at_index = run_command(net.at_home({"get", std::string(64, 'a')}, net.index));
  INFO(at_index.output);
  CHECK_THAT(at_index.output, Contains("`swapmeet init peer --index URL` makes a peer"));
}
