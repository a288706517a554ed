// The HTTP client, for Swapmeet's API and for other services: kept-alive connections and bounded
// answers. request() is for the API, whose problem documents come back as the Errors they were;
// exchange() leaves every answer as it is. Thread-safe; each call blocks its caller.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "swapmeet/http.h"
#include "swapmeet/remote.h"
#include "swapmeet/result.h"

namespace swapmeet::wire {

struct ClientOptions {
  std::string url;    // "http://127.0.0.1:8888"; https:// verifies the certificate and its name
  std::string token;  // sent as "Authorization: Bearer …" when not empty
  std::chrono::milliseconds timeout{15'000};
  // A file of certificates (PEM) that are trusted in place of the machine's; empty: the machine's.
  std::string ca_file = {};
};

struct Reply {
  int status = 0;
  std::string body;
};

class Client {
 public:
  explicit Client(ClientOptions options);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // An answer of 400 and more becomes an Error with the code of its problem document.
  // `unavailable`: the host cannot be reached; `timed_out`; `too_large`: more than 64 MiB.
  Result<Reply> request(const std::string& method, const std::string& target,
                        const std::string& body = "", const http::Headers& headers = {});
  // The same, but an answer is an answer, whatever its status: 401 from a service of other people
  // says what they mean by it.
  Result<Reply> exchange(const std::string& method, const std::string& target,
                         const std::string& body = "", const http::Headers& headers = {});
  const std::string& url() const { return options_.url; }

 private:
  struct Pool;
  const ClientOptions options_;
  std::unique_ptr<Pool> pool_;
};

// A request to an index under this host's session there. When the index takes the session no longer
// (it ran out, the password changed), logs in and asks once more. An index that wants an account
// and is given none is `not_allowed`: `unauthenticated` is kept for this host's own API.
Result<Reply> request_as_member(Client& client, IndexAddress& index, const std::string& method,
                                const std::string& target, const std::string& body = "",
                                http::Headers headers = {});

// One spelling of a host's URL: small letters where case says nothing, no port that goes without
// saying, no '/' at the end. `invalid_argument`: it is none.
Result<std::string> normal_url(const std::string& text);

// Percent-encodes a text for a query value or path segment.
std::string percent_encode(std::string_view text);

}  // namespace swapmeet::wire
