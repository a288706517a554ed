// auth.process with the example of a company's log-in, against an HTTPS endpoint on 127.0.0.1.
#include "swapmeet/process/program.h"
#include "swapmeet/system_clock.h"
#include "swapmeet/testing/auth_contract.h"
#include "swapmeet/testing/catch.h"

using namespace swapmeet;

namespace {

struct Company {
  Company() { REQUIRE(program.start()); }
  RawSettings settings() const {
    const auto port = std::to_string(program.greeting()["port"].count());
    return {{"program", EXAMPLES "auth_process/login.py"},
            {"setting.url", "https://127.0.0.1:" + port + "/check"},
            {"setting.ca", COMPANY "test.pem"}};
  }

  SystemClock clock;
  process::Program program{
      {.file = COMPANY "server.py", .greeting = "{}"}, clock, [](auto&&...) {}};
};

}  // namespace

TEST_CASE("auth.process keeps the auth contract with a company's log-in in Python") {
  const Company company;
  testing::auth_contract([&] {
    return testing::auth_plugin(
        PLUGINS "auth_process.so", company.settings(),
        {.account = "ann", .password = "opensesame", .groups = {"staff"}, .roles = {"admin"}});
  });
}

TEST_CASE("a company that fails is an outage, and no wrong password") {
  const Company company;
  const auto subject = testing::auth_plugin(PLUGINS "auth_process.so", company.settings());
  const auto answer = subject->authenticator().check(
      {.account = "broken", .password = "any", .address = "127.0.0.1", .deadline = {}});
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == ErrorCode::unavailable);
  CHECK(answer.error().message.find("status 500") != std::string::npos);
}
