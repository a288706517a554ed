// A plain socket as a client, for saying exactly what is meant, and a front to say it to.
#pragma once

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "catch.h"
#include "host/http/server.h"
#include "swapmeet/system_clock.h"
#include "swapmeet/testing/manual_clock.h"

namespace swapmeet::http {

class Client {
 public:
  // `window`: how much a client that does not read lets the other side send, roughly; 0: as usual.
  explicit Client(const HostPort& to, int window = 0)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(to.port);
    inet_pton(AF_INET, to.host.c_str(), &address.sin_addr);
    const timeval patience{20, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (window > 0) ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &window, sizeof window);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("cannot connect");
  }
  ~Client() { ::close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void say(const std::string& bytes) const { REQUIRE(try_to_say(bytes)); }
  bool try_to_say(const std::string& bytes) const {
    return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(bytes.size());
  }
  int socket() const { return socket_; }
  // Sends no more.
  void say_no_more() const { ::shutdown(socket_, SHUT_WR); }
  // Waits until something has come, and leaves it there.
  void peek() const {
    char byte = 0;
    REQUIRE(::recv(socket_, &byte, 1, MSG_PEEK) == 1);
  }
  // Reads until `wanted` has been seen, or to the end when it is empty.
  std::string hear(const std::string& wanted = "") {
    char buffer[65536];
    while (wanted.empty() || heard_.find(wanted) == std::string::npos) {
      const auto n = ::recv(socket_, buffer, sizeof buffer, 0);
      if (n <= 0) break;
      heard_.append(buffer, static_cast<std::size_t>(n));
    }
    return std::exchange(heard_, {});
  }

 private:
  int socket_;
  std::string heard_;
};

inline std::string get(const std::string& path,
                       const std::string& fields = "Connection: close\r\n") {
  return "GET " + path + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n";
}

struct FrontBench {
  explicit FrontBench(ListenOptions options = {}, Hooks hooks = {}, const Clock* other = nullptr) {
    options.address = {"127.0.0.1", 0};
    listener = std::move(listen(options, other ? *other : clock, std::move(hooks)).value());
    add("GET", "/hello/{name}",
        [](Request& request) { return json("hi " + request.params["name"]); });
    add("POST", "/echo", [](Request& request) { return json(request.body); }, {.max_body = 1000});
    add("GET", "/throws", [](Request&) -> Response { throw std::runtime_error("secret reason"); });
  }
  void add(const std::string& method, const std::string& pattern, Handler handler,
           const RouteOptions& options = {}) {
    routes.push_back(
        std::move(listener->add(method, pattern, std::move(handler), options).value()));
  }
  HostPort address() const { return listener->address(); }
  std::string ask(const std::string& bytes) const {
    Client client(address());
    client.say(bytes);
    return client.hear();
  }
  SystemClock clock;  // unless the test has its own
  std::unique_ptr<Listener> listener;
  std::vector<Registration> routes;
};

inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace swapmeet::http
