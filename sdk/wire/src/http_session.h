// One connection to a host over Poco, TLS where its URL is https://: sends a request, receives the
// answer's head, reads its body. What Poco throws becomes an Error that names the host;
// `unavailable`: it cannot be reached, is not to be believed, or broke off; `timed_out`: it took
// longer than its patience. Threads: one at a time, except descriptor().
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <istream>
#include <memory>
#include <optional>
#include <string>

#include "swapmeet/http.h"
#include "swapmeet/result.h"
#include "swapmeet/tls/client.h"
#include "swapmeet/wire/client.h"

namespace Poco::Net {
class HTTPClientSession;
}

namespace swapmeet::wire {

struct HttpPatience {
  std::chrono::milliseconds connecting;
  std::chrono::milliseconds sending;
  std::chrono::milliseconds receiving;
};

struct HttpCall {
  const std::string& method;
  const std::string& target;
  const std::string& token;  // sent as "Authorization: Bearer …" when not empty
  const std::string& body;
  const http::Headers& headers;
};

// A host, and how it is spoken to: what all connections to it share. Thread-safe.
struct Destination {
  // `invalid_argument`: as parse_host_url and ClientContext::make.
  static Result<Destination> of(const ClientOptions& options);

  std::string url;   // in its one spelling, without the pin
  std::string host;  // without brackets
  std::uint16_t port = 0;
  std::shared_ptr<tls::ClientContext> context;  // nullptr: HTTP without TLS
  std::filesystem::path socket;                 // asked in place of host and port; empty: none
};

class HttpSession {
 public:
  HttpSession(const Destination& destination, const HttpPatience& patience);
  ~HttpSession();
  HttpSession(const HttpSession&) = delete;
  HttpSession& operator=(const HttpSession&) = delete;

  Result<void> send(const HttpCall& call);
  // The status of what was sent.
  Result<int> receive();
  // Then the body: `take` reads it, to its end or not. An Error when the connection broke
  // meanwhile.
  Result<void> read(const std::function<void(std::istream& body)>& take);
  // How long that body is, if the host says so and there is one.
  std::optional<std::uint64_t> length() const { return length_; }
  // Whether the host takes another request on this connection, after the body was read to its end.
  bool is_kept() const { return kept_; }
  // Of the connection, after send(). shutdown(2) on it ends a read() that waits.
  int descriptor() const;

 private:
  Result<void> attempt(const std::function<void()>& work) const;
  void open();

  const Destination destination_;
  const HttpPatience patience_;
  std::unique_ptr<Poco::Net::HTTPClientSession> session_;
  std::istream* body_ = nullptr;
  std::string method_;
  std::optional<std::uint64_t> length_;
  bool kept_ = false;
};

}  // namespace swapmeet::wire
