// One connection to a host over Poco, TLS where its URL is https:// (the certificate and the name
// in it are verified): sends a request, receives the answer's head, reads its body. What Poco
// throws becomes an Error that names the host; `unavailable`: it cannot be reached, or broke off;
// `timed_out`: it took longer than its patience. Threads: one at a time, except descriptor().
#pragma once

#include <chrono>
#include <functional>
#include <istream>
#include <memory>
#include <string>

#include "swapmeet/http.h"
#include "swapmeet/result.h"

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

class HttpSession {
 public:
  // `ca_file`: certificates that are trusted in place of the machine's, where the URL is https://.
  HttpSession(std::string url, const HttpPatience& patience, std::string ca_file = {});
  ~HttpSession();
  HttpSession(const HttpSession&) = delete;
  HttpSession& operator=(const HttpSession&) = delete;

  Result<void> send(const HttpCall& call);
  // The status of what was sent.
  Result<int> receive();
  // Then the body: `take` reads it, to its end or not. An Error when the connection broke
  // meanwhile.
  Result<void> read(const std::function<void(std::istream& body)>& take);
  // Whether the host takes another request on this connection, after the body was read to its end.
  bool is_kept() const { return kept_; }
  // Of the connection, after send(). shutdown(2) on it ends a read() that waits.
  int descriptor() const;

 private:
  Result<void> attempt(const std::function<void()>& work) const;

  const std::string url_;
  const HttpPatience patience_;
  const std::string ca_file_;
  std::unique_ptr<Poco::Net::HTTPClientSession> session_;
  std::istream* body_ = nullptr;
  bool kept_ = false;
};

}  // namespace swapmeet::wire
