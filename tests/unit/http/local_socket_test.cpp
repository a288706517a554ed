// The local socket beside a front's address: for this machine's user alone, and told from the rest.
#include <sys/stat.h>
#include <sys/un.h>

#include <filesystem>

#include "host/http/listening_socket.h"
#include "swapmeet/testing/temporary_folder.h"
#include "tests/unit/http/client.h"

using namespace swapmeet;
using namespace swapmeet::http;

namespace {

std::string ask_locally(const std::filesystem::path& path, const std::string& bytes) {
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.native().copy(address.sun_path, sizeof address.sun_path - 1);
  std::string heard;
  if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
    REQUIRE(::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(bytes.size()));
    char buffer[4096];
    for (ssize_t n; (n = ::recv(socket, buffer, sizeof buffer, 0)) > 0;)
      heard.append(buffer, static_cast<std::size_t>(n));
  }
  ::close(socket);
  return heard;
}

struct LocalFront {
  testing::TemporaryFolder folder;
  SystemClock clock;
  std::filesystem::path path = folder.path / "http.sock";
  std::unique_ptr<SharedListener> listener;
  Registration route;

  explicit LocalFront(Hooks hooks = {}) {
    ListenOptions options;
    options.address = {"127.0.0.1", 0};
    options.tls = Tls::required;
    listener = std::move(listen_shared(options, clock, hooks, path).value());
    route = std::move(
        listener
            ->add("GET", "/who",
                  [](Request& request) { return json('[' + request.remote_address + ']'); }, {})
            .value());
  }
};

}  // namespace

TEST_CASE("what comes over the local socket is told from all else, and needs no TLS") {
  const LocalFront front;
  struct stat facts {};
  REQUIRE(::stat(front.path.c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0600);
  CHECK(ask_locally(front.path, get("/who")).ends_with("[local]"));
}

TEST_CASE("a socket that a killed host left behind is replaced, and a stopped host leaves none") {
  std::filesystem::path path;
  {
    const LocalFront front;
    path = front.path;
    CHECK(ListeningSocket::open_local(front.folder.path / "other.sock"));
    CHECK_FALSE(std::filesystem::exists(front.folder.path / "other.sock"));
  }
  CHECK_FALSE(std::filesystem::exists(path));
  const testing::TemporaryFolder folder;
  REQUIRE(::mknod((folder.path / "http.sock").c_str(), S_IFSOCK | 0600, 0) == 0);
  CHECK(ListeningSocket::open_local(folder.path / "http.sock"));
}

TEST_CASE("a path that is too long for a local socket is an error with a sentence") {
  const auto refused = ListeningSocket::open_local("/tmp/" + std::string(200, 'x'));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::invalid_argument);
  CHECK_FALSE(may_be_local("/tmp/" + std::string(200, 'x')));
}

TEST_CASE("a policy is added to answers that bring none, and browsers are not to guess") {
  Hooks hooks;
  hooks.policy = "default-src 'none'";
  const LocalFront front(hooks);
  const auto own = front.listener->add("GET", "/own",
                                       [](Request&) {
                                         auto response = json("{}");
                                         response.headers.set("Content-Security-Policy", "mine");
                                         return response;
                                       },
                                       {});
  const auto plain = ask_locally(front.path, get("/who"));
  CHECK(has(plain, "Content-Security-Policy: default-src 'none'\r\n"));
  CHECK(has(plain, "X-Content-Type-Options: nosniff\r\n"));
  const auto mine = ask_locally(front.path, get("/own"));
  CHECK(has(mine, "Content-Security-Policy: mine\r\n"));
  CHECK_FALSE(has(mine, "default-src"));
}
