// Browsers that the owner let in: once by a link, then by a cookie, and only from the host's page.
#include "host/api/web_sessions.h"

#include "catch.h"
#include "host/api/access.h"
#include "swapmeet/testing/manual_clock.h"

using namespace swapmeet;

namespace {

struct Browser {
  testing::ManualClock clock;
  WebSessions sessions{clock, 6690};
  std::string cookie;

  void enter() {
    const auto field = sessions.enter(sessions.make_key(), false);
    REQUIRE(field);
    cookie = field->substr(0, field->find(';'));
  }
  http::Request ask(const std::string& method = "GET") const {
    http::Request request;
    request.method = method;
    request.path = "/api/v1/shares";
    request.remote_address = "127.0.0.1";
    request.headers.set("Host", "127.0.0.1:6690");
    if (!cookie.empty()) request.headers.set("Cookie", "theme=dark; " + cookie);
    return request;
  }
};

}  // namespace

TEST_CASE("a link lets one browser in, once and in time") {
  Browser browser;
  const auto key = browser.sessions.make_key();
  const auto field = browser.sessions.enter(key, true);
  REQUIRE(field);
  CHECK(field->find("HttpOnly; SameSite=Strict; Secure") != std::string::npos);
  CHECK_FALSE(browser.sessions.enter(key, true));
  CHECK_FALSE(browser.sessions.enter("made up", true));
  const auto late = browser.sessions.make_key();
  browser.clock.advance(std::chrono::minutes(3));
  CHECK_FALSE(browser.sessions.enter(late, true));
}

TEST_CASE("a browser that was let in is the owner until it leaves, or is idle for long") {
  Browser browser;
  const auto guard = owner_guard("a token that nobody has", {"127.0.0.1", 6690}, &browser.sessions);
  auto stranger = browser.ask();
  CHECK(guard(stranger));
  browser.enter();
  auto request = browser.ask();
  CHECK_FALSE(guard(request));
  CHECK(request.identity.has_role("admin"));
  browser.clock.advance(WebSessions::kIdleLife - std::chrono::hours(1));
  CHECK(browser.sessions.has_entered(browser.ask()));
  browser.clock.advance(WebSessions::kIdleLife - std::chrono::hours(1));
  CHECK(browser.sessions.has_entered(browser.ask()));
  browser.clock.advance(WebSessions::kIdleLife);
  CHECK_FALSE(browser.sessions.has_entered(browser.ask()));
  browser.enter();
  const auto gone = browser.sessions.leave(browser.ask());
  CHECK(gone.find("Max-Age=0") != std::string::npos);
  CHECK_FALSE(browser.sessions.has_entered(browser.ask()));
}

TEST_CASE("another page cannot use the cookie that the browser sends along") {
  Browser browser;
  browser.enter();
  const auto guard = public_guard("a token that nobody has", nullptr, nullptr, &browser.sessions);
  const auto is_owner = [&](http::Request request) {
    return !guard(request) && request.identity.has_role("admin");
  };
  auto post = browser.ask("POST");
  CHECK_FALSE(is_owner(post));  // says nothing of where it comes from
  post.headers.set("Origin", "http://127.0.0.1:6690");
  CHECK(is_owner(post));
  for (const char* other : {"http://127.0.0.1:8000", "http://evil.example", "null"}) {
    post.headers.set("Origin", other);
    CHECK_FALSE(is_owner(post));
  }
  auto get = browser.ask();
  CHECK(is_owner(get));
  for (const char* site : {"cross-site", "same-site"}) {
    get.headers.set("Sec-Fetch-Site", site);
    CHECK_FALSE(is_owner(get));
  }
  get.headers.set("Sec-Fetch-Site", "same-origin");
  CHECK(is_owner(get));
}

TEST_CASE("so many browsers are remembered, and the oldest goes") {
  Browser browser;
  browser.enter();
  const auto first = browser.ask();
  for (int i = 0; i < 64; ++i) {
    browser.clock.advance(std::chrono::seconds(1));
    browser.enter();
  }
  CHECK_FALSE(browser.sessions.has_entered(first));
  CHECK(browser.sessions.has_entered(browser.ask()));
}
