// The HTTP client, for Swapmeet's API and for other services: kept-alive connections, TLS where the
// URL is https://, and bounded answers. A URL of any other kind is refused before it connects.
// request() is for the API, whose problem documents come back as the Errors they were; exchange()
// leaves every answer as it is. Thread-safe; each call blocks its caller.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "swapmeet/http.h"
#include "swapmeet/remote.h"
#include "swapmeet/result.h"

namespace swapmeet::wire {

struct ClientOptions {
  // As parse_host_url takes it: over https:// the host must be the one that its name says, or hold
  // the key whose fingerprint stands behind '#'.
  std::string url;
  std::string token;  // sent as "Authorization: Bearer …" when not empty
  std::chrono::milliseconds timeout{15'000};
  // A file of certificates (PEM) that are trusted in place of the machine's; empty: the machine's.
  std::string ca_file = {};
  std::string fingerprint = {};  // as if it stood behind the URL
  // The local socket of a host on this machine, asked in place of the URL's address; empty: none.
  std::filesystem::path socket = {};
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
  // `unavailable`: the host cannot be reached, or is not to be believed; `timed_out`; `too_large`:
  // more than 64 MiB; `invalid_argument`: no URL of a host, or no ca_file.
  Result<Reply> request(const std::string& method, const std::string& target,
                        const std::string& body = "", const http::Headers& headers = {});
  // The same, but an answer is an answer, whatever its status: 401 from a service of other people
  // says what they mean by it.
  Result<Reply> exchange(const std::string& method, const std::string& target,
                         const std::string& body = "", const http::Headers& headers = {});
  const std::string& url() const { return options_.url; }  // without the pin

 private:
  struct Pool;
  ClientOptions options_;
  std::unique_ptr<Pool> pool_;
};

// A request to an index under this host's session there. When the index takes the session no longer
// (it ran out, the password changed), logs in and asks once more. An index that wants an account
// and is given none is `not_allowed`: `unauthenticated` is kept for this host's own API.
Result<Reply> request_as_member(Client& client, IndexAddress& index, const std::string& method,
                                const std::string& target, const std::string& body = "",
                                http::Headers headers = {});

// How to speak to the index of that address, as it is configured there; the caller adds the rest.
ClientOptions options_for(const IndexAddress& index);

// What a host shows in a handshake, after which nothing is sent.
struct ShownKey {
  std::string fingerprint;  // of its key
  std::string doubt;        // why it is not believed, a part of a sentence; empty: it is
};
// `unavailable`, `timed_out`, `invalid_argument`: as Client::request; not over https:// as well.
Result<ShownKey> shown_key(const ClientOptions& options);

// Percent-encodes a text for a query value or path segment.
std::string percent_encode(std::string_view text);

}  // namespace swapmeet::wire
