#include "host/api/access.h"

#include "fakes.h"

using namespace swapmeet;
using namespace swapmeet::testing;

namespace {

const std::string kSecret = "0123456789abcdef0123456789abcdef";

http::Request request_for(const std::string& path, const std::string& host,
                          const std::string& token = kSecret) {
  http::Request request;
  request.id = "r1";
  request.method = "GET";
  request.path = path;
  if (!host.empty()) request.headers.set("Host", host);
  if (!token.empty()) request.headers.set("Authorization", "Bearer " + token);
  return request;
}

int status_of_guard(const AccessGuard& guard, http::Request request) {
  const auto refused = guard(request);
  return refused ? refused->status : 0;
}

}  // namespace

TEST_CASE("the owner's token opens the API, and nothing else does") {
  const auto guard = owner_guard(kSecret, {"127.0.0.1", 6690});
  auto request = request_for("/api/v1/shares", "127.0.0.1:6690");
  CHECK_FALSE(guard(request));
  CHECK(request.identity.has_role("admin"));
  CHECK(status_of_guard(guard, request_for("/api/v1/shares", "127.0.0.1:6690", "")) == 401);
  CHECK(status_of_guard(guard, request_for("/api/v1/shares", "127.0.0.1:6690", kSecret + "0")) ==
        401);
  auto wrong = kSecret;
  wrong.back() = 'x';
  CHECK(status_of_guard(guard, request_for("/metrics", "127.0.0.1:6690", wrong)) == 401);
  CHECK(status_of_guard(guard, request_for("/healthz", "127.0.0.1:6690", "")) == 0);
  CHECK(status_of_guard(guard, request_for("/api/v1/status", "127.0.0.1:6690", "")) == 0);
}

TEST_CASE("who opens the local socket is the owner, whatever Host they name") {
  auto request = request_for("/api/v1/shares", "", "");
  request.remote_address = "local";
  CHECK_FALSE(owner_guard(kSecret, {"127.0.0.1", 6690})(request));
  CHECK(request.identity.has_role("admin"));
  request.identity = {};
  CHECK_FALSE(public_guard(kSecret, nullptr)(request));
  CHECK(request.identity.has_role("admin"));
}

TEST_CASE("an empty token in the data folder lets nobody in") {
  const auto guard = owner_guard("", {"127.0.0.1", 6690});
  CHECK(status_of_guard(guard, request_for("/api/v1/shares", "127.0.0.1:6690", "")) == 401);
}

TEST_CASE("another web site cannot drive the owner's API") {
  const auto guard = owner_guard(kSecret, {"127.0.0.1", 6690});
  for (const auto* host : {"localhost:6690", "[::1]:6690"})
    CHECK(status_of_guard(guard, request_for("/api/v1/shares", host)) == 0);
  for (const auto* host : {"", "evil.example:6690", "127.0.0.1", "127.0.0.1:80", "localhost"})
    CHECK(status_of_guard(guard, request_for("/api/v1/status", host)) == 403);
  auto request = request_for("/api/v1/shares", "localhost:6690");
  request.headers.set("Origin", "http://localhost:6690");
  CHECK(status_of_guard(guard, request) == 0);
  for (const auto* origin : {"null", "http://evil.example", "https://localhost:6690"}) {
    request.headers.set("Origin", origin);
    CHECK(status_of_guard(guard, request) == 403);
  }
}

TEST_CASE("a public API asks whose the session is") {
  FakeAuth auth;
  auth.guests_ = false;
  const auto guard = public_guard(kSecret, &auth);
  auto request = request_for("/api/v1/search", "x", "alice-session");
  CHECK_FALSE(guard(request));
  CHECK(request.identity.account == "alice");
  CHECK(status_of_guard(guard, request_for("/api/v1/search", "x", "")) == 401);
  request = request_for("/healthz", "x", "alice-session");  // without a look at it
  CHECK_FALSE(guard(request));
  CHECK(request.identity.is_guest());
}

TEST_CASE("who is not known can log in and register") {
  FakeAuth auth;
  auth.guests_ = false;
  const auto guard = public_guard(kSecret, &auth);
  auto request = request_for("/api/v1/sessions", "x", "");
  request.method = "POST";
  CHECK(status_of_guard(guard, request) == 0);
  request.path = "/api/v1/accounts";
  CHECK(status_of_guard(guard, request) == 0);
  request.method = "GET";
  CHECK(status_of_guard(guard, request) == 401);
}

TEST_CASE("where there are accounts a bearer token is a session, and a peer's own goes elsewhere") {
  FakeAuth auth;
  const auto guard = public_guard(kSecret, &auth);
  auto request = request_for("/api/v1/peers/" + kPeer + "/lease", "x", "a-peer-token");
  request.method = "POST";
  CHECK(status_of_guard(guard, request) == 401);
  request = request_for("/api/v1/peers/" + kPeer + "/lease", "x", "");
  request.method = "POST";
  request.headers.set("Swapmeet-Peer-Token", "a-peer-token");
  CHECK(status_of_guard(guard, request) == 0);
}

TEST_CASE("the owner's token makes its holder an admin of a public API, and no other does") {
  FakeAuth auth;
  auth.guests_ = false;
  const auto guard = public_guard(kSecret, &auth);
  auto request = request_for("/api/v1/accounts", "x", kSecret);
  CHECK_FALSE(guard(request));
  CHECK(request.identity.account == "owner");
  CHECK(request.identity.has_role("admin"));
  CHECK(status_of_guard(guard, request_for("/api/v1/accounts", "x", kSecret + "0")) == 401);
  // A host whose token file was emptied must not take an empty one for it.
  request = request_for("/api/v1/accounts", "x", "");
  CHECK(status_of_guard(public_guard("", &auth), request) == 401);
}

TEST_CASE("guests that may only read change nothing, and can log in") {
  FakeAuth auth;
  auth.read_only_ = true;
  const auto guard = public_guard(kSecret, &auth);
  auto request = request_for("/api/v1/peers/" + kPeer, "x", "");
  CHECK(status_of_guard(guard, request) == 0);
  for (const auto* method : {"PUT", "DELETE", "POST", "PATCH"}) {
    request.method = method;
    CHECK(status_of_guard(guard, request) == 401);
  }
  request = request_for("/api/v1/sessions", "x", "");
  request.method = "POST";
  CHECK(status_of_guard(guard, request) == 0);
}
