// Attacks on log-ins at a real index: strangers guess from many addresses and flood it, and whose
// account it is notices nothing. All addresses are of this machine's loopback network.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <thread>

#include "catch.h"
#include "network.h"
#include "swapmeet/wire/json.h"

using namespace e2e;

namespace {

const std::string kRight = "ann's long password";

// An index where hashing is as cheap as it may be.
struct Attacked {
  Attacked() : index(folder.path(), "index", ini()) {
    for (const char* name : {"XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"})
      ::setenv(name, (folder.path() / name).c_str(), 1);
    index.start();
    REQUIRE(
        run_program({"account", "create", "ann", "--config", index.ini().string()}, kRight + "\n")
            .code == 0);
  }
  std::string ini() const {
    auto text = index_ini(folder.path(), "127.0.0.1:" + std::to_string(port), "3s");
    const std::string open = "plugin = open\n";
    return text.replace(text.find(open), open.size(),
                        "plugin = accounts\npassword_memory = 8Mi\npassword_passes = 1\n");
  }

  Folder folder;
  std::uint16_t port = static_cast<std::uint16_t>(free_port());
  Node index;
};

// The status of a log-in that comes from an address of its own; 0: there was no answer.
int log_in_from(const std::string& from, std::uint16_t port, const std::string& name,
                const std::string& password) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = [](const std::string& text, std::uint16_t its_port) {
    sockaddr_in one{};
    one.sin_family = AF_INET;
    one.sin_port = htons(its_port);
    inet_pton(AF_INET, text.c_str(), &one.sin_addr);
    return one;
  };
  const auto own = address(from, 0);
  const auto there = address("127.0.0.1", port);
  std::string answer;
  if (::bind(socket, reinterpret_cast<const sockaddr*>(&own), sizeof own) == 0 &&
      ::connect(socket, reinterpret_cast<const sockaddr*>(&there), sizeof there) == 0) {
    const auto body = swapmeet::wire::to_json(swapmeet::wire::Credentials{name, password});
    const auto request =
        "POST /api/v1/sessions HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        "Content-Type: application/json\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body;
    ::send(socket, request.data(), request.size(), MSG_NOSIGNAL);
    char bytes[4096];
    for (ssize_t n = 0; (n = ::recv(socket, bytes, sizeof bytes, 0)) > 0;)
      answer.append(bytes, static_cast<std::size_t>(n));
  }
  ::close(socket);
  return answer.size() > 12 ? std::atoi(answer.c_str() + 9) : 0;
}

// Strangers at work, for as long as it lives.
class Strangers {
 public:
  Strangers(int threads, const std::function<void(int number)>& attack) {
    for (int i = 0; i < threads; ++i)
      threads_.emplace_back([this, attack] {
        while (!stop_) attack(number_++);
      });
  }
  ~Strangers() { stop(); }
  void stop() {
    stop_ = true;
    for (auto& thread : threads_)
      if (thread.joinable()) thread.join();
  }
  void await(int requests) const {
    while (number_ < requests) std::this_thread::yield();
  }

 private:
  std::atomic<bool> stop_{false};
  std::atomic<int> number_{0};
  std::vector<std::thread> threads_;
};

std::string of_network(int network, int number) {
  return "127." + std::to_string(network) + "." + std::to_string(number / 250 % 250) + "." +
         std::to_string(1 + number % 250);
}

}  // namespace

TEST_CASE("strangers guess at a name from many addresses, and its owner logs in all the same") {
  Attacked world;
  constexpr int kAddresses = 60;
  std::atomic<int> looked_at{0};
  std::atomic<int> refused{0};
  std::atomic<int> let_in{0};
  Strangers strangers(4, [&](int number) {
    const auto status = log_in_from(of_network(1, number % kAddresses), world.port, "ann", "guess");
    looked_at += status == 401;
    refused += status == 429;
    let_in += status == 201;
  });
  // Whenever its owner comes, from an address that nobody has come from before.
  for (int round = 0; round < 8; ++round) {
    strangers.await(100 * (round + 1));
    CHECK(log_in_from("127.99." + std::to_string(round) + ".1", world.port, "ann", kRight) == 201);
  }
  strangers.stop();
  CHECK(let_in == 0);
  CHECK(refused > looked_at);
  CHECK(looked_at < kAddresses * 4);  // a few from each, then they wait
}

TEST_CASE("a flood of log-ins from many addresses leaves a person their turn") {
  Attacked world;
  Strangers strangers(6, [&](int number) {
    log_in_from(of_network(1, number), world.port, "nobody" + std::to_string(number), "guess");
  });
  for (int round = 0; round < 10; ++round) {
    strangers.await(20 * (round + 1));
    CHECK(log_in_from("127.77.0." + std::to_string(round + 1), world.port, "ann", kRight) == 201);
  }
}

TEST_CASE("a flood of log-ins from one address costs a person at another nothing") {
  Attacked world;
  Strangers strangers(6, [&](int number) {
    log_in_from("127.1.1.1", world.port, "nobody" + std::to_string(number), "guess");
  });
  for (int round = 0; round < 20; ++round) {
    strangers.await(20 * (round + 1));
    CHECK(log_in_from("127.77.0.1", world.port, "ann", kRight) == 201);
  }
}

TEST_CASE("a device that has logged in is heard at an address where strangers guess") {
  Attacked world;
  const auto login = [&](const std::string& password) {
    return run_program({"login", "ann", "--host", "http://127.0.0.1:" + std::to_string(world.port)},
                       password + "\n");
  };
  REQUIRE(login(kRight).code == 0);
  while (log_in_from("127.0.0.1", world.port, "ann", "guess") != 429) {
  }
  const auto again = login(kRight);
  INFO(again.output);
  CHECK(again.code == 0);
}

TEST_CASE("who logs out has ended the session, and a key for Prometheus reads metrics alone") {
  Attacked world;
  const auto url = "http://127.0.0.1:" + std::to_string(world.port);
  REQUIRE(run_program({"login", "Ann", "--host", url}, kRight + "\n").code == 0);
  CHECK(run_program({"account", "sessions", "--host", url}).code == 0);
  CHECK(run_program({"logout", "--host", url}).code == 0);
  CHECK(run_program({"account", "sessions", "--host", url}).code == 4);
  const auto config = world.index.ini().string();
  const auto made = run_program(
      {"account", "key", "make", "prometheus", "metrics", "--json", "--config", config});
  INFO(made.output);
  REQUIRE(made.code == 0);
  const auto at = made.output.find("key.");
  const auto key = made.output.substr(at, made.output.find('"', at) - at);
  const auto status = [&](const std::string& path) {
    return run_command({"curl", "-sS", "--noproxy", "*", "-o", "/dev/null", "-w", "%{http_code}",
                        "-H", "Authorization: Bearer " + key, url + path})
        .output;
  };
  CHECK(status("/metrics") == "200");
  CHECK(status("/api/v1/peers") == "403");
  const auto audit = run_program({"account", "audit", "--config", config});
  CHECK(audit.output.find("key.made") != std::string::npos);
  CHECK(audit.output.find(key) == std::string::npos);
}

TEST_CASE("the first admin is made with the code in the log, and invites others") {
  Attacked world;
  const auto log = world.index.log();
  const auto at = log.find("code=");
  REQUIRE(at != std::string::npos);
  const auto code = log.substr(at + 5, 32);
  const auto url = "http://127.0.0.1:" + std::to_string(world.port);
  REQUIRE(run_program({"account", "join", url + "/join#" + code, "boss"}, kRight + "\n").code == 0);
  CHECK(run_program({"account", "join", url + "/join#" + code, "rob"}, kRight + "\n").code == 3);
  REQUIRE(run_program({"login", "boss", "--host", url}, kRight + "\n").code == 0);
  const auto invited =
      run_program({"account", "invite", "for Cyd", "--groups", "friends", "--host", url});
  INFO(invited.output);
  REQUIRE(invited.code == 0);
  const auto link = invited.output.substr(invited.output.find(url + "/join#"));
  REQUIRE(
      run_program({"account", "join", link.substr(0, link.find(' ')), "cyd"}, kRight + "\n").code ==
      0);
  CHECK(run_program({"account", "ban", "cyd", "spam", "--days", "3", "--host", url}).code == 0);
  const auto banned = run_program({"login", "cyd", "--host", url}, kRight + "\n");
  CHECK(banned.code == 4);
  CHECK(banned.output.find("spam") != std::string::npos);
  CHECK(run_program({"account", "password", "boss", "--host", url}, "wrong\nanother password\n")
            .code == 4);
  CHECK(run_program({"account", "password", "boss", "--host", url}, kRight + "\nanother password\n")
            .code == 0);
}
