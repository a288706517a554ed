// A peer's session at its index: when it logs in, when it waits, and what it says.
#include "registry/remote/index_session.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <vector>

#include "catch.h"
#include "host/http/server.h"
#include "swapmeet/remote.h"
#include "swapmeet/testing/fake_host.h"
#include "swapmeet/wire/json.h"

using namespace swapmeet;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

// An index that knows one account, over real HTTP. Handlers run one at a time, while the test
// waits.
class Index {
 public:
  explicit Index(Clock& clock) : clock_(clock) {
    http::ListenOptions options;
    options.address = {"127.0.0.1", 0};
    listener_ = std::move(http::listen(options, clock).value());
    add("POST", "/api/v1/sessions", [this](const auto& request) { return log_in(request); });
    add("GET", "/members", [this](const auto& request) { return for_members(request); });
  }

  std::string url() const { return "http://" + listener_->address().text(); }

  int log_ins = 0;
  std::string device;  // as it was sent last
  std::string password = "correct horse";
  std::string session;
  seconds length{1000};
  std::optional<Error> says;  // instead of looking at the password

 private:
  template <class Handler>
  void add(const char* method, const char* path, Handler handler) {
    routes_.push_back(listener_
                          ->add(method, path,
                                [handler](http::Request& request) {
                                  auto answer = handler(request);
                                  return answer ? *answer : http::problem(answer.error(), "");
                                })
                          .value());
  }
  Result<http::Response> for_members(const http::Request& request) const {
    const auto* bearer = request.headers.find("Authorization");
    if (bearer && *bearer == "Bearer " + session) return http::Response{};
    return Error{ErrorCode::unauthenticated, "log in first", {}};
  }
  Result<http::Response> log_in(const http::Request& request) {
    ++log_ins;
    if (says) return *says;
    auto given = wire::from_json<wire::Credentials>(request.body);
    if (!given) return std::move(given).error();
    if (const auto* known = request.headers.find("Swapmeet-Device")) device = *known;
    if (given->account != "ann" || given->password != password)
      return Error{ErrorCode::unauthenticated, "wrong name or password", {}};
    session = "session-" + std::to_string(log_ins);
    return http::json(
        wire::to_json(Session{session, clock_.now() + length, {"ann", {}, {}}, "a-device"}), 201);
  }

  Clock& clock_;
  std::unique_ptr<http::Listener> listener_;
  std::vector<Registration> routes_;
};

struct World : IndexAddress {
  World() { write("correct horse"); }

  void write(const std::string& password) const {
    std::ofstream(file) << password << '\n';
    std::filesystem::permissions(file, std::filesystem::perms(0600));
  }
  bool refused() {
    const auto token = peer.token();
    return !token && token.error().code == ErrorCode::not_allowed;
  }
  std::size_t warnings() const {
    const auto lines = host.log_lines();
    return static_cast<std::size_t>(std::count_if(lines.begin(), lines.end(), [](const auto& line) {
      return line.level == LogLevel::warning;
    }));
  }
  std::string index_url() const override { return index.url(); }
  IndexTrust index_trust() const override { return {}; }
  Result<std::string> session() override { return peer.token(); }
  void session_ended(const std::string& token) override { peer.ended(token); }

  testing::FakeHost host;
  std::filesystem::path file = host.data_folder() / "password";
  Index index{host.clock()};
  wire::Client client{{.url = index.url(), .token = "", .timeout = seconds(20)}};
  swapmeet::registry_remote::IndexSession peer{host, client, {"ann", file}};
};

}  // namespace

TEST_CASE("one log-in is used until shortly before it runs out") {
  World world;
  CHECK(world.peer.token().value() == "session-1");
  world.host.advance(seconds(899));
  CHECK(world.peer.token().value() == "session-1");
  world.host.advance(seconds(1));
  CHECK(world.peer.token().value() == "session-2");
  CHECK(world.index.log_ins == 2);
}

TEST_CASE("without an account it goes there as a guest") {
  World world;
  swapmeet::registry_remote::IndexSession guest(world.host, world.client, {});
  CHECK(guest.token().value().empty());
  CHECK(world.index.log_ins == 0);
}

TEST_CASE("an index whose clock is behind is not asked for a session at every call") {
  World world;
  world.index.length = seconds(-3600);
  CHECK(world.peer.token().value() == "session-1");
  CHECK(world.peer.token().value() == "session-1");
  CHECK(world.index.log_ins == 1);
}

TEST_CASE("a session that the index takes no longer is followed by another") {
  World world;
  const auto ask = [&] { return wire::request_as_member(world.client, world, "GET", "/members"); };
  CHECK(ask().ok());
  world.index.session = "all sessions have ended";
  CHECK(ask().ok());
  CHECK(world.index.log_ins == 2);
  world.peer.ended("session-1");  // somebody else's old news
  CHECK(ask().ok());
  CHECK(world.index.log_ins == 2);
}

TEST_CASE("a refused password is tried again after pauses that grow, and told once") {
  World world;
  world.index.password = "changed";
  for (const int pause : {15, 30, 60, 120, 240, 480, 900, 900}) {
    const int before = world.index.log_ins;
    CHECK(world.refused());
    CHECK(world.index.log_ins == before + 1);
    world.host.advance(seconds(pause) - std::chrono::milliseconds(1));
    CHECK(world.refused());
    CHECK(world.index.log_ins == before + 1);
    world.host.advance(std::chrono::milliseconds(1));
  }
  CHECK(world.warnings() == 1);
  const auto said = world.peer.token().error().message;
  CHECK(said.find("'ann'") != std::string::npos);
  CHECK(said.find(world.file.string()) != std::string::npos);
  CHECK(said.find("correct horse") == std::string::npos);
}

TEST_CASE("another password in the file is tried at once") {
  World world;
  world.index.password = "changed";
  CHECK(world.refused());
  world.write("changed");
  CHECK(world.peer.token().value() == "session-2");
  world.index.password = "changed again";  // the pauses begin anew
  world.peer.ended("session-2");
  CHECK(world.refused());
  world.host.advance(seconds(15));
  CHECK(world.refused());
  CHECK(world.index.log_ins == 4);
}

TEST_CASE("an index that says when to come back is left alone until then") {
  World world;
  world.index.says = Error{ErrorCode::too_many, "too many failed log-ins", {}, seconds(40)};
  CHECK(world.peer.token().error().code == ErrorCode::too_many);
  world.index.says.reset();
  world.host.advance(seconds(39));
  CHECK(world.peer.token().error().code == ErrorCode::too_many);
  CHECK(world.index.log_ins == 1);
  world.host.advance(seconds(1));
  CHECK(world.peer.token().ok());
}

TEST_CASE("an index that cannot answer now is asked again at the next call") {
  World world;
  world.index.says = Error{ErrorCode::unavailable, "starting", {}};
  CHECK(world.peer.token().error().code == ErrorCode::unavailable);
  world.index.says.reset();
  CHECK(world.peer.token().ok());
}

TEST_CASE("a password file that is gone or open to others is said, and nothing is sent") {
  World world;
  std::filesystem::permissions(world.file, std::filesystem::perms(0644));
  CHECK(world.peer.token().error().code == ErrorCode::not_allowed);
  std::filesystem::remove(world.file);
  CHECK(world.peer.token().error().code == ErrorCode::not_found);
  CHECK(world.index.log_ins == 0);
}

TEST_CASE("it is known to its index as a device, also after a restart") {
  World world;
  CHECK(world.peer.token().ok());
  CHECK(world.index.device.empty());
  swapmeet::registry_remote::IndexSession restarted(world.host, world.client, {"ann", world.file});
  CHECK(restarted.token().ok());
  CHECK(world.index.device == "a-device");
}
