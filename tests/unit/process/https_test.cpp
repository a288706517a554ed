// The HTTP client over TLS, against an endpoint in Python.
#include "swapmeet/process/program.h"
#include "swapmeet/system_clock.h"
#include "swapmeet/testing/catch.h"
#include "swapmeet/wire/client.h"

namespace swapmeet {
namespace {

struct Company {
  Company() {
    REQUIRE(program.start());
    url = "https://127.0.0.1:" + std::to_string(program.greeting()["port"].count());
  }
  wire::Client client(const std::string& at, const std::string& ca_file = COMPANY "test.pem") {
    return wire::Client(
        {.url = at, .token = {}, .timeout = std::chrono::seconds(30), .ca_file = ca_file});
  }

  SystemClock clock;
  process::Program program{
      {.file = COMPANY "server.py", .greeting = "{}"}, clock, [](auto&&...) {}};
  std::string url;
};

constexpr const char* kRight = R"({"user":"ann","password":"opensesame"})";

}  // namespace

TEST_CASE("an endpoint whose certificate is trusted is asked over TLS") {
  Company company;
  auto client = company.client(company.url);
  for (int i = 0; i < 2; ++i) {
    const auto reply = client.exchange("POST", "/", kRight);
    REQUIRE(reply);
    CHECK(reply->status == 200);
    CHECK(reply->body.find("staff") != std::string::npos);
  }
  CHECK(client.exchange("POST", "/", R"({"user":"ann","password":"no"})")->status == 401);
}

TEST_CASE("a certificate that nobody vouches for, or of another name, is not talked to") {
  Company company;
  auto untrusting = company.client(company.url, "");
  const auto refused = untrusting.exchange("POST", "/", kRight);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::unavailable);
  auto elsewhere = company.url;
  elsewhere.replace(elsewhere.find("127.0.0.1"), 9, "localhost");
  auto misled = company.client(elsewhere);
  CHECK_FALSE(misled.exchange("POST", "/", kRight));
}

}  // namespace swapmeet
