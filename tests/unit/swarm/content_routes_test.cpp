#include "transfer/swarm/content_routes.h"

#include "catch.h"
#include "shared_folder.h"
#include "transfer/swarm/scanner.h"

namespace swapmeet::swarm {
namespace {

TEST_CASE("ranges are read as RFC 9110 says") {
  const auto check = [](std::string_view header, RangeAnswer::Kind kind, std::uint64_t offset,
                        std::uint64_t length) {
    CAPTURE(header);
    const auto answer = parse_range(header, 100);
    CHECK(answer.kind == kind);
    if (kind == RangeAnswer::unsatisfiable) return;
    CHECK(answer.offset == offset);
    CHECK(answer.length == length);
  };
  check("bytes=0-0", RangeAnswer::part, 0, 1);
  check("bytes=10-", RangeAnswer::part, 10, 90);
  check("bytes=90-1000", RangeAnswer::part, 90, 10);
  check("bytes=-5", RangeAnswer::part, 95, 5);
  check("bytes=-500", RangeAnswer::part, 0, 100);
  check("bytes=100-", RangeAnswer::unsatisfiable, 0, 0);
  check("bytes=-0", RangeAnswer::unsatisfiable, 0, 0);
  for (const auto* odd :
       {"bytes=5-4", "bytes=a-b", "bytes=1-2,4-5", "lines=1-2", "bytes=", "bytes=-"})
    check(odd, RangeAnswer::whole, 0, 100);
}

struct FakeRoutes : http::Routes {
  std::map<std::string, http::Handler> handlers;
  Result<Registration> add(const std::string&, const std::string& pattern, http::Handler handler,
                           const http::RouteOptions&) override {
    handlers[pattern] = std::move(handler);
    return Registration();
  }
};

struct StoppedClock : Clock {
  Time now() const override { return {}; }
  std::chrono::steady_clock::time_point steady() const override { return {}; }
};

TEST_CASE("contents are served while the file is the one that was hashed") {
  const Folder data;
  const Folder shared;
  shared.write("a.txt", "hello");
  Catalogue catalogue(data.path / "catalogue.sqlite");
  Scanner scanner(catalogue, {});
  catalogue.put_share({"s", shared.path.string(), {}}, true);
  scanner.request("");
  const auto content = tree_of("hello").content;
  REQUIRE(eventually(catalogue, [&] { return !catalogue.places(content).empty(); }));
  const StoppedClock clock;
  UploadMeter meter(const_cast<StoppedClock&>(clock));
  FakeRoutes routes;
  const auto registrations = add_content_routes(routes, catalogue, meter);
  REQUIRE(registrations);
  const auto get = [&](const std::string& header, const std::string& value) {
    http::Request request;
    request.method = "GET";
    request.params["cid"] = content.text();
    if (!header.empty()) request.headers.set(header, value);
    return routes.handlers["/content/{cid}"](request);
  };
  const auto tag = '"' + content.text() + '"';
  CHECK(get("", "").status == 200);
  CHECK(*get("", "").headers.find("ETag") == tag);
  CHECK(get("If-None-Match", "\"x\", W/" + tag).status == 304);
  CHECK(get("If-Match", "\"x\"").status == 412);
  CHECK(get("Range", "bytes=9-").status == 416);
  const auto part = get("Range", "bytes=1-2");
  CHECK(part.status == 206);
  CHECK(*part.headers.find("Content-Range") == "bytes 1-2/5");
  CHECK(std::get<http::FileBody>(part.body).length == 2);
  shared.write("a.txt", "other bytes");
  CHECK(get("", "").status == 404);
}

}  // namespace
}  // namespace swapmeet::swarm
