#include "swapmeet/settings.h"

#include "catch.h"

using namespace swapmeet;
using namespace std::chrono_literals;

namespace {

constexpr KeySpec kKeys[] = {
    {"max_results", KeyType::integer, "100", "1", "1000", "How many."},
    {"cache", KeyType::size, "16Mi", "1K", nullptr, "Memory."},
    {"wait", KeyType::duration, "30s", nullptr, "1h", "Time."},
    {"index", KeyType::url, nullptr, nullptr, nullptr, "The index to ask."},
    one_of("ask|accept|refuse", {"mode", "ask", "What to do."}),
    {"folder", KeyType::path, "", nullptr, nullptr, "Where."},
    {"listen", KeyType::address, "127.0.0.1:0", nullptr, nullptr, "Address."},
    {"names", KeyType::list, "", nullptr, nullptr, "Names."},
    {"on", KeyType::boolean, "yes", nullptr, nullptr, "Whether."},
    {"share.*.for", KeyType::list, "all", nullptr, nullptr, "Whom."},
    {"share.*", KeyType::path, "", nullptr, nullptr, "Folders."},
};

Result<Settings> check(RawSettings raw) {
  if (raw.empty() || raw[0].first != "index") raw.emplace_back("index", "http://127.0.0.1:1");
  return Settings::check("x.ini [search]", raw, kKeys, "/base");
}
std::string error_of(RawSettings raw) {
  const auto settings = check(std::move(raw));
  return settings ? "" : settings.error().message;
}

}  // namespace

TEST_CASE("settings have defaults, types, and paths that count from the file's folder") {
  const auto settings =
      check({{"folder", "../up"}, {"names", "a, b ,,c"}, {"share.x", "m"}}).value();
  CHECK(settings.integer("max_results") == 100);
  CHECK(settings.size("cache") == 16 << 20);
  CHECK(settings.duration("wait") == 30s);
  CHECK(settings.path("folder") == "/up");
  CHECK(settings.list("names") == std::vector<std::string>{"a", "b", "c"});
  CHECK(settings.boolean("on"));
  CHECK(settings.address("listen") == HostPort{"127.0.0.1", 0});
  CHECK(settings.family("share.*") ==
        std::vector<std::pair<std::string, std::string>>{{"x", "/base/m"}});
  CHECK_THROWS_AS(settings.text("nothing"), std::logic_error);
  CHECK_THROWS_AS(settings.integer("names"), std::logic_error);
}

TEST_CASE("keys about a member of a family are a family of their own, empty ones too") {
  using Family = std::vector<std::pair<std::string, std::string>>;
  const auto settings = check({{"index", "http://127.0.0.1:1"},
                               {"share.x", "m"},
                               {"share.a.b", "n"},
                               {"share.x.for", "friends, @bob"},
                               {"share.y.for", ""}})
                            .value();
  CHECK(settings.family("share.*") == Family{{"a.b", "/base/n"}, {"x", "/base/m"}});
  CHECK(settings.family("share.*.for") == Family{{"x", "friends, @bob"}, {"y", ""}});
  CHECK(error_of({{"share.", "m"}}).find("is not a key here") != std::string::npos);
}

TEST_CASE("errors name place, key, cause and remedy") {
  CHECK(error_of({{"max_results", "0"}}) == "x.ini [search] max_results: 0 is below the minimum 1");
  CHECK(error_of({{"wait", "2h"}}) == "x.ini [search] wait: 2h is above the maximum 1h");
  CHECK(error_of({{"max_result", "5"}}) ==
        "x.ini [search] max_result: is not a key here; did you mean 'max_results'?");
  CHECK(error_of({{"mode", "maybe"}}) ==
        "x.ini [search] mode: 'maybe' is none of ask|accept|refuse");
  CHECK(error_of({{"cache", "lots"}}).find("a size like 10M") != std::string::npos);
  CHECK(error_of({{"listen", "here"}}).find("host:port") != std::string::npos);
  CHECK(error_of({{"index", "ftp://x"}}).find("http://") != std::string::npos);
  CHECK(error_of({{"index", ""}}) == "x.ini [search] index: is missing. The index to ask.");
  CHECK(error_of({{"share.", "/m"}}).find("is not a key here") != std::string::npos);
}

TEST_CASE("sizes and durations as people write them") {
  CHECK(parse_size("10M") == 10'000'000);
  CHECK(parse_size("1.5GB") == 1'500'000'000);
  CHECK(parse_size("64Ki") == 65536);
  CHECK(parse_size("7") == 7);
  for (const char* bad : {"", "M", "-1", "1Q", "1 0", "nan", "inf", "99999999T", "1i"})
    CHECK_FALSE(parse_size(bad));
  CHECK(parse_duration("500ms") == 500ms);
  CHECK(parse_duration("7d") == 168h);
  for (const char* bad : {"", "5", "s", "-1s", "1w"}) CHECK_FALSE(parse_duration(bad));
}
