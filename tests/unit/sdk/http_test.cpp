#include "swapmeet/http.h"

#include "catch.h"

using namespace swapmeet;

TEST_CASE("a problem document escapes what it quotes") {
  const auto response = http::problem({ErrorCode::not_found, "no \"x\"\n", 3}, "r1");
  CHECK(response.status == 404);
  CHECK(std::get<std::string>(response.body) ==
        "{\"type\":\"about:blank\",\"title\":\"Not found\",\"status\":404,\"code\":\"not_found\","
        "\"detail\":\"no \\\"x\\\"\\u000a\",\"position\":3,\"request\":\"r1\"}\n");
}

TEST_CASE("a problem document has further members when they are given") {
  const auto response =
      http::problem({ErrorCode::unavailable, "later", {}, std::chrono::seconds(5)}, "r1",
                    JsonObject().number("place", 3).text("why", "full"));
  CHECK(response.status == 503);
  CHECK(*response.headers.find("retry-after") == "5");
  CHECK(
      std::get<std::string>(response.body) ==
      "{\"type\":\"about:blank\",\"title\":\"Unavailable\",\"status\":503,\"code\":\"unavailable\","
      "\"detail\":\"later\",\"retry_after\":5,\"request\":\"r1\",\"place\":3,\"why\":\"full\"}\n");
}

TEST_CASE("names of header fields compare without case") {
  http::Headers headers;
  headers.add("ETag", "a");
  headers.add("etag", "b");
  CHECK(*headers.find("ETAG") == "a");
  headers.set("eTag", "c");
  CHECK(headers.fields().size() == 1);
  CHECK(headers.find("ET") == nullptr);
}

TEST_CASE("a bearer is what follows the scheme, whatever its case") {
  http::Request request;
  CHECK(request.bearer().empty());
  request.headers.set("Authorization", "bearer abc");
  CHECK(request.bearer() == "abc");
  request.headers.set("Authorization", "Basic abc");
  CHECK(request.bearer().empty());
}

TEST_CASE("names of files that are not plain are given twice") {
  using http::content_disposition;
  CHECK(content_disposition("a b (1).txt") == "attachment; filename=\"a b (1).txt\"");
  CHECK(content_disposition("Köln.txt") ==
        "attachment; filename=\"K_ln.txt\"; filename*=UTF-8''K%C3%B6ln.txt");
  CHECK(content_disposition("say \"hi\"\\.txt") ==
        "attachment; filename=\"say _hi__.txt\"; filename*=UTF-8''say%20%22hi%22%5C.txt");
  CHECK(content_disposition("100%.txt") ==
        "attachment; filename=\"100_.txt\"; filename*=UTF-8''100%25.txt");
}
