#include <tuple>

#include "fakes.h"
#include "host/api/access.h"

using namespace swapmeet;
using namespace swapmeet::testing;

namespace {
const std::string kNew = R"({"account":"bob","password":"long enough"})";
}

TEST_CASE("logging in gives a session, and a wrong password none") {
  World world;
  const Api api(world.all());
  const auto session = world.call("POST", "/api/v1/sessions",
                                  R"({"account":"alice","password":"right"})", World::guest());
  CHECK(session.status == 201);
  CHECK(*session.headers.find("Cache-Control") == "no-store");
  CHECK(world.auth.from_ == "192.0.2.7");
  CHECK(std::string(parsed(session)["token"].GetString()) == "alice-session");
  CHECK(code_of(world.call("POST", "/api/v1/sessions", R"({"account":"alice","password":"no"})")) ==
        "unauthenticated");
}

TEST_CASE("only admins make accounts unless registration is open") {
  World world;
  const Api api(world.all());
  CHECK(code_of(world.call("POST", "/api/v1/accounts", kNew, World::guest())) == "not_allowed");
  CHECK(world.call("POST", "/api/v1/accounts", kNew).status == 201);
  world.auth.open_ = true;
  CHECK(world.call("POST", "/api/v1/accounts", kNew, World::guest()).status == 201);
}

TEST_CASE("a person changes their own password and nothing else") {
  World world;
  const Api api(world.all());
  const std::string own = "/api/v1/accounts/alice";
  const auto alice = World::as("alice");
  // Whoever finds a session open must not take the account over with it.
  CHECK(code_of(world.call("PATCH", own, R"({"password":"another one"})", alice)) == "not_allowed");
  CHECK(code_of(world.call("PATCH", own, R"({"password":"another one","old_password":"guess"})",
                           alice)) == "not_allowed");
  CHECK(world.auth.confirmed_.empty());
  CHECK(world.call("PATCH", own, R"({"password":"another one","old_password":"old"})", alice)
            .status == 200);
  CHECK(world.auth.changed_.password == "another one");
  CHECK(world.auth.confirmed_ == std::vector<std::string>{"alice"});
  world.auth.may_confirm_ = false;  // guessed at too often
  CHECK(code_of(world.call("PATCH", own, R"({"password":"another one","old_password":"old"})",
                           alice)) == "too_many");
  for (const auto* change : {R"({"roles":["admin"]})", R"({"groups":["x"]})",
                             R"({"disabled":false})", R"({"ban":false})"})
    CHECK(code_of(world.call("PATCH", own, change, alice)) == "not_allowed");
  CHECK(code_of(world.call("PATCH", "/api/v1/accounts/bob", R"({"password":"another one"})",
                           alice)) == "not_allowed");
  CHECK(world.call("PATCH", own, R"({"roles":["admin"]})").status == 200);
}

TEST_CASE("accounts are listed and removed by admins, and read by their owners") {
  World world;
  const Api api(world.all());
  const auto alice = World::as("alice");
  CHECK(code_of(world.call("GET", "/api/v1/accounts", "", alice)) == "not_allowed");
  CHECK(world.call("GET", "/api/v1/accounts").status == 200);
  CHECK(world.call("GET", "/api/v1/accounts/alice", "", alice).status == 200);
  CHECK(code_of(world.call("GET", "/api/v1/accounts/bob", "", alice)) == "not_allowed");
  CHECK(code_of(world.call("DELETE", "/api/v1/accounts/alice", "", alice)) == "not_allowed");
  CHECK(world.call("DELETE", "/api/v1/accounts/alice").status == 204);
}

TEST_CASE("who failed too often is told when to come back") {
  World world;
  const Api api(world.all());
  const auto refused = world.call("POST", "/api/v1/sessions",
                                  R"({"account":"alice","password":"too often"})", World::guest());
  CHECK(refused.status == 429);
  REQUIRE(refused.headers.find("Retry-After"));
  CHECK(*refused.headers.find("Retry-After") == "7");
  CHECK(parsed(refused)["retry_after"].GetInt() == 7);
  const auto error = wire::error_from_problem(429, std::get<std::string>(refused.body));
  CHECK(error.retry_after == std::chrono::seconds(7));
}

TEST_CASE("an auth plugin that cannot tell is an outage that names it, and no wrong password") {
  World world;
  const Api api(world.all());
  const auto refused =
      world.call("POST", "/api/v1/sessions", R"({"account":"alice","password":"during an outage"})",
                 World::guest());
  CHECK(refused.status == 503);
  CHECK(std::string(parsed(refused)["detail"].GetString()) == "auth.company: it is away");
}

TEST_CASE("only the account that registered a peer speaks for it") {
  World world;
  const Api api(world.all());
  world.registry.account_ = "alice";
  const std::string peer = "/api/v1/peers/" + kPeer;
  const auto alice = World::as("alice");
  const auto bob = World::as("bob");
  const std::string batch = R"({"feed":"f","base":0,"upto":1})";
  const std::vector<std::tuple<std::string, std::string, std::string, int>> calls = {
      {"PUT", peer, R"({"name":"a","port":1})", 200},
      {"POST", peer + "/lease", "", 200},
      {"POST", peer + "/changes", batch, 200},
      {"DELETE", peer, "", 204}};
  for (const auto& [method, target, body, status] : calls) {
    INFO(method << ' ' << target);
    CHECK(world.call(method, target, body, alice).status == status);
    CHECK(world.call(method, target, body, bob).status == 403);
    CHECK(world.call(method, target, body, World::guest()).status == 401);
  }
  // One that was registered before there were accounts is whose the token is.
  world.registry.account_.clear();
  CHECK(world.call("POST", peer + "/lease", "", bob).status == 200);
  CHECK(world.call("POST", peer + "/lease", "", World::guest()).status == 200);
}

TEST_CASE("a peer is its account's also where no plugin administers accounts") {
  World world;
  auto context = world.all();
  context.accounts = nullptr;
  const Api api(context);
  world.registry.account_ = "alice";
  const std::string lease = "/api/v1/peers/" + kPeer + "/lease";
  CHECK(world.call("POST", lease, "", World::as("alice")).status == 200);
  CHECK(world.call("POST", lease, "", World::as("bob")).status == 403);
  CHECK(world.call("POST", lease, "", World::guest()).status == 401);
}

TEST_CASE("without accounts a peer is whose the token is, whoever registered it") {
  World world;
  world.auth.has_accounts_ = false;
  const Api api(world.all());
  world.registry.account_ = "alice";
  CHECK(world.call("POST", "/api/v1/peers/" + kPeer + "/lease", "", World::guest()).status == 200);
}

TEST_CASE("a content comes with a ticket for the one who asks, where tickets are needed") {
  World world;
  const std::string content = "/api/v1/contents/" + kContent;
  {
    auto context = world.all();
    context.ticket_issuer = nullptr;
    const Api api(context);
    CHECK_FALSE(parsed(world.call("GET", content)).HasMember("ticket"));
  }
  const Api api(world.all());
  const auto answer = parsed(world.call("GET", content, "", World::as("alice")));
  CHECK(std::string(answer["ticket"].GetString()) == "for alice");
}

TEST_CASE("a log-in says from where and with what, and gives the device a token") {
  World world;
  const Api api(world.all());
  auto request = World::guest();
  request.headers.set("User-Agent", "a browser");
  request.headers.set("Cookie", "x=1; swapmeet_device=from-the-cookie; y=2");
  const auto session =
      world.call("POST", "/api/v1/sessions", R"({"account":"alice","password":"right"})", request);
  CHECK(std::string(parsed(session)["device"].GetString()) == "a-device");
  CHECK(session.headers.find("Set-Cookie")->starts_with("swapmeet_device=a-device; "));
  CHECK(world.auth.visit_.device == "from-the-cookie");
  CHECK(world.auth.visit_.agent == "a browser");
  request.headers.set("Swapmeet-Device", "from-the-field");
  world.call("POST", "/api/v1/sessions", R"({"account":"alice","password":"right"})", request);
  CHECK(world.auth.visit_.device == "from-the-field");
}

namespace {
// A session in the table, as after a log-in.
std::string log_in(World& world, const std::string& account) {
  const SessionTable::Meanwhile meanwhile(world.auth.table_);
  auto session = world.auth.table_.open("auth.accounts", {.account = account},
                                        std::chrono::hours(1), meanwhile, {"192.0.2.8", "a phone"});
  REQUIRE(session.ok());
  return session->token;
}

http::Request with(const std::string& account, const std::string& token) {
  auto request = World::as(account);
  request.headers.set("Authorization", "Bearer " + token);
  return request;
}
}  // namespace

TEST_CASE("one's sessions are listed and ended, one by one, the present one, or all") {
  World world;
  const Api api(world.all());
  const auto first = log_in(world, "alice");
  const auto second = log_in(world, "alice");
  const auto bobs = log_in(world, "bob");
  const auto alice = with("alice", first);
  const auto list = parsed(world.call("GET", "/api/v1/sessions", "", alice));
  REQUIRE(list["sessions"].Size() == 2);
  CHECK(std::string(list["sessions"][0]["address"].GetString()) == "192.0.2.8");
  CHECK(std::string(list["sessions"][0]["agent"].GetString()) == "a phone");
  CHECK(list["sessions"][0]["current"].GetBool() != list["sessions"][1]["current"].GetBool());
  const auto of = [](const std::string& token) {
    return "/api/v1/sessions/" + SessionTable::id_of(token);
  };
  CHECK(code_of(world.call("DELETE", of(bobs), "", alice)) == "not_found");
  CHECK(code_of(world.call("GET", "/api/v1/sessions?account=bob", "", alice)) == "not_allowed");
  CHECK(world.call("DELETE", of(second), "", alice).status == 204);
  CHECK_FALSE(world.auth.table_.identify(second));
  CHECK(world.call("DELETE", "/api/v1/sessions/current", "", alice).status == 204);
  CHECK_FALSE(world.auth.table_.identify(first));
  CHECK(world.auth.table_.identify(bobs));
  CHECK(code_of(world.call("GET", "/api/v1/sessions", "", World::guest())) == "unauthenticated");
  // An admin ends anybody's.
  CHECK(world.call("DELETE", "/api/v1/sessions?account=bob").status == 204);
  CHECK_FALSE(world.auth.table_.identify(bobs));
  const auto audit = parsed(world.call("GET", "/api/v1/audit?about=bob"));
  REQUIRE(audit["entries"].Size() == 1);
  CHECK(std::string(audit["entries"][0]["what"].GetString()) == "sessions.ended");
  CHECK(std::string(audit["entries"][0]["who"].GetString()) == "owner");
}

TEST_CASE("a key is made once, does what its scopes say, and ends when it is removed") {
  World world;
  const Api api(world.all());
  const auto alice = with("alice", log_in(world, "alice"));
  CHECK(code_of(world.call("POST", "/api/v1/keys", R"({"name":"x","scopes":["metrics"]})",
                           alice)) == "not_allowed");
  CHECK(code_of(world.call("POST", "/api/v1/keys", R"({"name":"x","scopes":["all"]})", alice)) ==
        "invalid_argument");
  CHECK(code_of(world.call("POST", "/api/v1/keys", R"({"name":"x","scopes":[]})", alice)) ==
        "invalid_argument");
  const auto made =
      parsed(world.call("POST", "/api/v1/keys", R"({"name":"a script","scopes":["read"]})", alice));
  const std::string token = made["token"].GetString();
  CHECK(token.starts_with("key."));
  CHECK(world.auth.table_.identify(token)->read_only);
  CHECK(world.auth.table_.identify(token)->account == "alice");
  const auto list = parsed(world.call("GET", "/api/v1/keys", "", alice));
  REQUIRE(list["keys"].Size() == 1);
  CHECK_FALSE(list["keys"][0].HasMember("token"));
  const auto path = std::string("/api/v1/keys/") + made["id"].GetString();
  CHECK(code_of(world.call("DELETE", path, "", with("bob", log_in(world, "bob")))) == "not_found");
  CHECK(world.call("DELETE", path, "", alice).status == 204);
  CHECK_FALSE(world.auth.table_.identify(token));
}

TEST_CASE("the owner has keys without an account, for Prometheus and the like") {
  World world;
  const Api api(world.all());
  const auto made = parsed(world.call("POST", "/api/v1/keys",
                                      R"({"name":"prometheus","scopes":["metrics"],"days":30})"));
  const std::string token = made["token"].GetString();
  CHECK(std::string(made["account"].GetString()) == "owner");
  CHECK(world.auth.table_.identify(token)->roles.empty());
  CHECK(world.auth.table_.keep_only({"auth.accounts"}).ok());
  CHECK(world.auth.table_.identify(token));
  const auto guard = public_guard("the-token", &world.auth);
  const auto status = [&](const char* method, const char* path) {
    http::Request request;
    request.method = method;
    request.path = path;
    request.headers.set("Authorization", "Bearer " + token);
    const auto stopped = guard(request);
    return stopped ? stopped->status : 200;
  };
  CHECK(status("GET", "/metrics") == 200);
  CHECK(status("GET", "/api/v1/peers") == 403);
  CHECK(status("POST", "/api/v1/plugins/reload") == 403);
  CHECK(status("GET", "/api/v1/audit") == 403);
  world.auth.clock_.advance(std::chrono::hours(24 * 31));
  CHECK(status("GET", "/metrics") == 401);
}

TEST_CASE("scopes: reading, changing and administering are three things") {
  const auto may = [](std::vector<std::string> names, const char* method, const char* path) {
    return check_scopes(scopes_of(names).value(), method, path).ok();
  };
  CHECK(may({"read"}, "GET", "/api/v1/search"));
  CHECK_FALSE(may({"read"}, "PUT", "/api/v1/peers/x"));
  CHECK_FALSE(may({"read"}, "GET", "/metrics"));
  CHECK(may({"read", "metrics"}, "GET", "/metrics"));
  CHECK(may({"share"}, "PUT", "/api/v1/peers/x"));
  CHECK(may({"share"}, "GET", "/api/v1/search"));
  CHECK_FALSE(may({"share"}, "PATCH", "/api/v1/accounts/alice"));
  CHECK_FALSE(may({"share"}, "POST", "/api/v1/keys"));
  CHECK_FALSE(may({"share"}, "DELETE", "/api/v1/sessions"));
  CHECK(may({"admin"}, "PATCH", "/api/v1/accounts/alice"));
  const Identity admin{"alice", {"a"}, {"admin"}};
  CHECK(restricted(admin, scopes_of({"share"}).value()).roles.empty());
  CHECK_FALSE(restricted(admin, scopes_of({"share"}).value()).read_only);
  CHECK(restricted(admin, scopes_of({"admin"}).value()) == admin);
}

TEST_CASE("who is invited makes an account where registration is closed") {
  World world;
  const Api api(world.all());
  CHECK(code_of(world.call("POST", "/api/v1/invitations", "{}", World::as("alice"))) ==
        "not_allowed");
  const auto issued = parsed(
      world.call("POST", "/api/v1/invitations", R"({"note":"for Bob","groups":["friends"]})"));
  CHECK(std::string(issued["code"].GetString()) == "the-code");
  CHECK(world.auth.invited_.groups == std::vector<std::string>{"friends"});
  CHECK(world.auth.invited_.expires == world.clock.now() + std::chrono::hours(24 * 7));
  const auto join = [&](const std::string& code) {
    return world.call("POST", "/api/v1/accounts",
                      R"({"account":"bob","password":"12345678","invitation":")" + code + R"("})",
                      World::guest());
  };
  CHECK(code_of(join("another")) == "not_found");
  CHECK(join("the-code").status == 201);
  CHECK(parsed(world.call("GET", "/api/v1/invitations"))["invitations"].Size() == 1);
  CHECK(world.call("DELETE", "/api/v1/invitations/i1").status == 204);
}

TEST_CASE("who bans whom, why and until when stands in the audit log, and no password does") {
  World world;
  const Api api(world.all());
  CHECK(world
            .call("PATCH", "/api/v1/accounts/Bob%20",
                  R"({"ban":{"reason":"spam","until":"2026-02-01T00:00:00Z"}})")
            .status == 200);
  REQUIRE(world.auth.changed_.ban);
  CHECK((*world.auth.changed_.ban)->reason == "spam");
  CHECK(world.call("PATCH", "/api/v1/accounts/bob", R"({"ban":false,"password":"a secret one"})")
            .status == 200);
  REQUIRE(world.auth.changed_.ban);
  CHECK_FALSE(*world.auth.changed_.ban);
  const auto audit = parsed(world.call("GET", "/api/v1/audit?limit=2"));
  REQUIRE(audit["entries"].Size() == 2);
  CHECK(std::string(audit["entries"][0]["detail"].GetString()) == "password ban lifted");
  CHECK(std::string(audit["entries"][1]["whom"].GetString()) == "bob");
  CHECK(std::string(audit["entries"][1]["detail"].GetString()) ==
        "banned until 2026-02-01T00:00:00Z: spam");
  CHECK(std::string(audit["entries"][1]["address"].GetString()) == "192.0.2.7");
  CHECK(code_of(world.call("GET", "/api/v1/audit", "", World::as("bob"))) == "not_allowed");
}

TEST_CASE("the audit log is bounded, and is read page by page") {
  TemporaryFolder folder;
  ManualClock clock;
  {
    AuditLog audit(folder.path, clock, no_log, 5);
    for (int i = 0; i < 12; ++i) {
      wire::AuditEntry entry;
      entry.what = "n" + std::to_string(i);
      audit.record(entry);
    }
  }
  AuditLog audit(folder.path, clock, no_log, 5);
  const auto first = audit.list({.limit = 3, .after = ""}, "");
  REQUIRE(first->items.size() == 3);
  CHECK(first->items[0].what == "n11");
  const auto second = audit.list({.limit = 3, .after = first->next}, "");
  REQUIRE(second->items.size() == 2);
  CHECK(second->items[1].what == "n7");
  CHECK(second->next.empty());
  CHECK_FALSE(audit.list({.limit = 3, .after = "nonsense"}, "").ok());
}
