// `search -i` without a terminal: keys and answers go in, requests and frames come out.
#include "host/cli/search_list.h"

#include "catch.h"
#include "host/cli/display.h"

using namespace swapmeet;
using namespace swapmeet::cli;

namespace {

using Kind = Key::Kind;

Hit hit(std::uint8_t number, const std::string& path = "s/some folder/a.txt") {
  Hit one;
  one.content.bytes[0] = number;
  one.path = path;
  one.name = name_of_path(path);
  one.size = number * std::uint64_t{1'000};
  one.sources = 1;
  return one;
}

// A person at a terminal of 80x24, and a host that answers when it is told to.
struct World {
  SearchList list{{}, 80, 24};

  void type(const std::string& text) {
    KeyReader reader;
    for (const auto& key : reader.read(text)) list.press(key);
  }
  void press(Kind kind) { list.press({kind}); }
  void control(const char* letter) { list.press({Kind::control, letter}); }
  SearchList::Request asked() {
    auto request = list.next_request();
    REQUIRE(request);
    return *request;
  }
  void answer(const SearchList::Request& request, const std::vector<Hit>& hits,
              const std::string& next = "") {
    FoundPage found;
    found.page.hits = hits;
    found.page.total = 200;
    found.page.next = next;
    found.from.assign(hits.size(), "bob");
    list.answer(request, std::move(found));
  }
  void find(const std::string& words, const std::vector<Hit>& hits) {
    type(words);
    answer(asked(), hits);
  }
  std::string line(std::size_t number) const { return list.frame().lines.at(number).text; }
};

}  // namespace

TEST_CASE("each letter is searched for, but only one search is asked at a time") {
  World world;
  CHECK_FALSE(world.list.next_request());  // nothing is typed yet
  world.type("v");
  const auto first = world.asked();
  CHECK(first.search.query == "v");
  world.type("im ");
  CHECK_FALSE(world.list.next_request());
  world.answer(first, {hit(1)});
  CHECK(world.line(3).find("a.txt") != std::string::npos);  // what is known so far is shown
  const auto second = world.asked();  // the letters between were never asked for
  CHECK(second.search.query == "vim");
  world.answer(second, {hit(2), hit(3)});
  CHECK_FALSE(world.list.next_request());
  CHECK(world.line(0) == "Search: vim ");
  CHECK(world.line(1) == "200 found");
}

TEST_CASE("the word that is being typed may go on, and a phrase be closed later") {
  for (const auto& [typed, asked] :
       std::vector<std::pair<std::string, std::string>>{{"py", "py*"},
                                                        {"p", "p"},
                                                        {"python ", "python"},
                                                        {"live we", "live we*"},
                                                        {"live ext:flac", "live ext:flac"},
                                                        {"size>10M", "size>10M"},
                                                        {"live -boot", "live -boot"},
                                                        {"\"live at", "\"live at\""},
                                                        {"\"live at\"", "\"live at\""},
                                                        {"wemb*", "wemb*"},
                                                        {"  日本", "日本*"}}) {
    World world;
    world.type(typed);
    CHECK(world.asked().search.query == asked);
  }
}

TEST_CASE("what was picked is fetched, in its order, also when the search goes on") {
  World world;
  world.find("a", {hit(1), hit(2), hit(3)});
  world.press(Kind::down);
  world.press(Kind::tab);  // 2, and down
  world.type("b");
  world.answer(world.asked(), {hit(4), hit(2)});
  world.press(Kind::tab);
  CHECK(world.line(3).starts_with(" * "));
  CHECK(world.line(4).starts_with(">* "));
  CHECK(world.line(1) == "200 found  2 picked, 6.0 kB");
  world.press(Kind::enter);
  CHECK(world.list.over());
  CHECK(world.list.chosen() == std::vector{hit(2), hit(4)});
}

TEST_CASE("Tab again takes a pick back, and Enter alone gets where the cursor is") {
  World world;
  world.find("a", {hit(1), hit(2)});
  world.press(Kind::tab);
  world.press(Kind::up);
  world.press(Kind::tab);
  world.press(Kind::enter);
  CHECK(world.list.chosen() == std::vector{hit(2)});
}

TEST_CASE("who leaves gets nothing, and Enter on nothing does nothing") {
  for (const auto& key : {Key{Kind::escape}, Key{Kind::control, "c"}, Key{Kind::control, "d"}}) {
    World world;
    world.press(Kind::enter);
    CHECK_FALSE(world.list.over());
    world.find("a", {hit(1)});
    world.list.press(key);
    CHECK(world.list.over());
    CHECK(world.list.chosen().empty());
    CHECK_FALSE(world.list.next_request());
  }
}

TEST_CASE("types and orders go round with a key") {
  World world;
  world.find("a", {hit(1)});
  world.control("t");
  auto request = world.asked();
  CHECK(request.search.query == "a type:" + std::string(name_of(MediaType{0})));
  CHECK(world.line(1).find("only ") != std::string::npos);
  world.answer(request, {});
  world.control("s");
  request = world.asked();
  CHECK(request.search.sort == "sources");
  world.answer(request, {});
  for (std::size_t i = 0; i < kMediaTypes; ++i) world.control("t");
  for (int i = 0; i < 3; ++i) world.control("s");
  request = world.asked();
  CHECK(request.search.query == "a");
  CHECK(request.search.sort == "relevance");
}

TEST_CASE("the next page comes when the cursor is near the end") {
  World world;
  std::vector<Hit> many;
  for (std::uint8_t i = 1; i <= 50; ++i) many.push_back(hit(i));
  world.type("a");
  world.answer(world.asked(), many, "place");
  CHECK_FALSE(world.list.next_request());
  world.press(Kind::page_down);
  world.press(Kind::page_down);
  const auto request = world.asked();
  CHECK(request.after == "place");
  world.answer(request, {hit(51)});
  world.press(Kind::down);
  CHECK_FALSE(world.list.next_request());
  for (int i = 0; i < 9; ++i) world.press(Kind::page_down);
  world.press(Kind::enter);
  CHECK(world.list.chosen() == std::vector{hit(51)});
}

TEST_CASE("a query that is wrong so far says so, and what was found stays") {
  World world;
  world.find("a", {hit(1)});
  world.type(" size>");
  world.list.answer(world.asked(), Error{ErrorCode::invalid_argument, "size> lacks a number", {}});
  CHECK(world.line(1) == "size> lacks a number");
  CHECK(world.line(3).find("a.txt") != std::string::npos);
  CHECK_FALSE(world.list.next_request());  // it is not asked again and again
  world.type("1");
  world.answer(world.asked(), {hit(2)});
  CHECK(world.line(1) == "200 found");
}

TEST_CASE("an answer that comes after all was deleted is not shown") {
  World world;
  world.type("a");
  const auto request = world.asked();
  world.press(Kind::backspace);
  world.answer(request, {hit(1)});
  CHECK_FALSE(world.list.next_request());
  CHECK(world.line(3).empty());
  CHECK(world.line(1).starts_with("type words"));
}

TEST_CASE("a frame fits its terminal, whatever the names and however small") {
  World world;
  world.find("日本", {hit(1, "s/日本語日本語日本語日本語/日本語日本語日本語日本語日本語日本語.txt"),
                      hit(2, "s/a\x1b[2J\xe2\x80\xae/b\x1b[31m.txt"),
                      hit(3, std::string(300, 'x') + "/" + std::string(300, 'y')),
                      hit(4, "e\xcc\x81/e\xcc\x81.txt")});
  for (const auto& [width, height] : std::vector<std::pair<std::size_t, std::size_t>>{
           {80, 24}, {160, 45}, {50, 10}, {39, 5}, {20, 3}, {8, 1}, {1, 1}}) {
    world.list.resize(width, height);
    const auto frame = world.list.frame();
    INFO(width << " x " << height);
    CHECK(frame.lines.size() == height);
    CHECK(frame.row < height);
    CHECK(frame.column <= width);
    for (const auto& line : frame.lines) {
      CHECK(display_width(line.text) <= width);
      CHECK(printable(line.text) == line.text);
    }
  }
}

TEST_CASE("the cursor's row is always seen") {
  World world;
  std::vector<Hit> many;
  for (std::uint8_t i = 1; i <= 100; ++i) many.push_back(hit(i, "s/" + std::to_string(i)));
  world.find("a", many);
  for (int i = 0; i < 60; ++i) world.press(Kind::down);
  world.list.resize(80, 10);
  const auto is_seen = [&] {
    for (const auto& line : world.list.frame().lines)
      if (line.look == FrameLine::Look::inverse) return line.text.find(" 61 ") != std::string::npos;
    return false;
  };
  CHECK(is_seen());
  world.list.resize(80, 40);
  CHECK(is_seen());
}

TEST_CASE("keys come in pieces, and some mean the same") {
  const auto keys_of = [](const std::vector<std::string>& pieces) {
    KeyReader reader;
    std::vector<Key> keys;
    for (const auto& piece : pieces)
      for (auto& key : reader.read(piece)) keys.push_back(std::move(key));
    for (auto& key : reader.end_waiting()) keys.push_back(std::move(key));
    return keys;
  };
  using Keys = std::vector<Key>;
  CHECK(keys_of({"\x1b[A\x1bOB"}) == Keys{{Kind::up}, {Kind::down}});
  CHECK(keys_of({"\x1b", "[", "1;5", "C"}) == Keys{{Kind::right}});
  CHECK(keys_of({"\x1b[5~\x1b[6~\x1b[1~\x1b[F\x1b[3~\x1b[Z"}) == Keys{{Kind::page_up},
                                                                      {Kind::page_down},
                                                                      {Kind::home},
                                                                      {Kind::end},
                                                                      {Kind::erase},
                                                                      {Kind::back_tab}});
  CHECK(keys_of({"\x1b"}) == Keys{{Kind::escape}});
  CHECK(keys_of({"\x1bx"}) == Keys{{Kind::escape}, {Kind::text, "x"}});
  CHECK(keys_of({"\xe6\x97", "\xa5"}) == Keys{{Kind::text, "日"}});
  CHECK(keys_of({"\xff\xc0g"}) == Keys{{Kind::text, "g"}});
  CHECK(keys_of({"\r\n\t\x7f\b\x03"}) == Keys{{Kind::enter},
                                              {Kind::enter},
                                              {Kind::tab},
                                              {Kind::backspace},
                                              {Kind::backspace},
                                              {Kind::control, "c"}});
  CHECK(keys_of({"\x1b[99X\x1b[M", "a"}) == Keys{{Kind::text, "a"}});  // of no interest
  // What is pasted is text, also a line end: it presses no key.
  CHECK(keys_of({"\x1b[200~live\nat", "\x1b[A\x1b[201~x"}) ==
        Keys{{Kind::text, "live at [A"}, {Kind::text, "x"}});
}

TEST_CASE("a line is edited by letters, with their marks, and by words") {
  EditedLine line("Ko\xcc\x88ln");
  const auto press = [&](Kind kind, int times = 1) {
    while (times-- > 0) line.press({kind});
  };
  press(Kind::left, 2);
  press(Kind::backspace);
  CHECK(line.text() == "Kln");
  line.press({Kind::text, "日"});
  CHECK(line.text() == "K日ln");
  CHECK(line.view(20).column == 3);
  press(Kind::erase);
  CHECK(line.text() == "K日n");
  press(Kind::home);
  press(Kind::backspace);
  press(Kind::left);
  press(Kind::erase);
  CHECK(line.text() == "日n");
  press(Kind::end);
  line.press({Kind::text, " two  words "});
  line.press({Kind::control, "w"});
  CHECK(line.text() == "日n two  ");
  line.press({Kind::control, "a"});
  line.press({Kind::control, "k"});
  CHECK(line.text().empty());
  line.press({Kind::text, std::string(1'024, 'x')});
  line.press({Kind::text, "y"});  // a query is no longer
  CHECK(line.text().size() == 1'024);
  CHECK(line.view(10).text == std::string(9, 'x'));
  CHECK(line.view(10).column == 9);
  line.press({Kind::control, "u"});
  CHECK(line.text().empty());
}
