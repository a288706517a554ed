// HTTP as handlers see it: a whole Request in, a Response out. The host's front does the sockets:
// it reads and validates the request (body included, bounded) before a handler runs, and sends the
// response without ever blocking a thread on a slow reader.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "swapmeet/address.h"
#include "swapmeet/deadline.h"
#include "swapmeet/identity.h"
#include "swapmeet/json_object.h"
#include "swapmeet/registration.h"
#include "swapmeet/result.h"

namespace swapmeet::http {

// Header fields in the order they came; names compare without case (equal_without_case of text.h).
class Headers {
 public:
  // The first field of that name, or nullptr.
  const std::string* find(std::string_view name) const;
  // Replaces all fields of that name.
  void set(std::string_view name, std::string value);
  void add(std::string_view name, std::string value);
  const std::vector<std::pair<std::string, std::string>>& fields() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

struct Request {
  std::string id;      // of this request, in logs and in problem documents
  std::string method;  // "GET", …; HEAD is routed to GET handlers, and the front drops the body
  std::string target;  // as it came: "/api/v1/search?q=a%20b"
  std::string path;    // without the query, still percent-encoded
  std::vector<std::pair<std::string, std::string>> query;  // decoded, in order
  std::map<std::string, std::string> params;  // decoded values of {name} in the route's pattern
  Headers headers;
  std::string body;
  bool secure = false;  // it came over TLS
  // IP, as text, or swapmeet/local_address.h.
  std::string remote_address;
  std::uint16_t remote_port = 0;
  Identity identity;  // a guest, unless the listener's guard found out more
  // When the host answers 504 by itself; what the handler asks of others, it asks with this.
  Deadline deadline = {};

  // The first query parameter of that name, or nullptr.
  const std::string* query_value(std::string_view name) const;
  // Of "Authorization: Bearer …" (RFC 6750); empty: none.
  std::string bearer() const;
};

// An open file descriptor that closes itself.
class OpenFile {
 public:
  explicit OpenFile(int descriptor) : descriptor_(descriptor) {}
  ~OpenFile();
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

// How many bytes may go now; when that is none, after how long to ask again.
struct Allowance {
  std::uint64_t bytes = 0;
  std::chrono::milliseconds wait{0};
};

// Bytes [offset, offset + length) of a file, sent with sendfile(2). When the file turns out
// shorter the connection is closed before the promised length: the reader notices.
struct FileBody {
  std::shared_ptr<const OpenFile> file;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::function<void(std::uint64_t bytes)> on_sent;  // optional; after each portion; be quick
  std::function<void(bool complete)> on_end;         // optional; once, whatever happens
  // Optional; before each portion, how many of the `wanted` bytes may go. What went, on_sent tells.
  // Both run on the front's socket thread: be quick, and never wait here.
  std::function<Allowance(std::uint64_t wanted)> allowance;
};

// An answer without an end (server-sent events). Thread-safe.
class StreamWriter {
 public:
  virtual ~StreamWriter() = default;
  // False: the reader is gone, or more than 1 MiB behind and was cut off.
  virtual bool write(std::string_view bytes) = 0;
  virtual void close() = 0;
};
struct StreamBody {
  std::function<void(std::shared_ptr<StreamWriter>)> opened;  // called once, when it can be written
};

struct Response;

// An answer that is not there yet. The worker goes on with other requests meanwhile.
struct LaterBody {
  using Answer = std::function<void(Response&& response)>;
  // Called once, when the handler has returned. `answer` may be called by any thread, once, and
  // with anything but another LaterBody; when nobody waits any more it does nothing. It has to be
  // called at some time: the front waits for it.
  std::function<void(Answer answer)> begin;
};

struct Response {
  int status = 200;
  Headers headers;  // the front adds Date, Content-Length or Transfer-Encoding, and Connection
  std::variant<std::string, FileBody, StreamBody, LaterBody> body;
};

// An application/problem+json answer (RFC 9457); the status follows from the error's code.
// `further`: members of its own that a problem has beside the usual ones (RFC 9457, 3.2).
Response problem(const Error& error, const std::string& request_id, const JsonObject& further = {});
int status_of(ErrorCode code);
Response json(std::string body, int status = 200);
// A Content-Disposition field (RFC 6266) that has a browser keep the answer as a file of that name,
// which is UTF-8 of any kind.
std::string content_disposition(std::string_view name);

// Runs on a worker thread of the front; may block for a disk or another host. What it throws
// becomes a 500 with the request's id.
using Handler = std::function<Response(Request&)>;

// On the socket thread, by the rules of RouteOptions::quick. nullopt: not now; the handler gets the
// request then, on a worker. It does as well when this throws.
using AtOnce = std::function<std::optional<Response>(Request&)>;

struct RouteOptions {
  std::size_t max_body = 1 << 20;  // bytes; more is answered 413 without reading it
  // The handler never waits (for a disk, a host, a lock that is held for long) and takes some
  // microseconds: it runs on the front's own socket thread, without the way to a worker and back.
  bool quick = false;
  // For answers that are at times in memory: tried first, on the socket thread. nullptr: it is not.
  // The handler may then see requests to come as HEAD, to have ready what their answers need.
  AtOnce at_once = nullptr;
};

// Thread-safe.
class Routes {
 public:
  virtual ~Routes() = default;
  // Pattern: "/api/v1/peers/{id}/files"; {name} matches one segment, {name...} at the end the rest.
  // Literal segments win over {name}. `already_exists`: the method and pattern are taken.
  // `not_allowed`: the pattern is the host's; a plugin's routes on the host's own listener are
  // below
  // "/api/v1/ext/NAME/", where NAME is the last part of its id.
  // When the registration is gone, no call of the handler is running.
  virtual Result<Registration> add(const std::string& method, const std::string& pattern,
                                   Handler handler, const RouteOptions& options = {}) = 0;
};

// Whether a listener speaks TLS, on the same port as HTTP: the first byte tells them apart.
enum class Tls : std::uint8_t { off, offered, required };

struct ListenOptions {
  HostPort address;    // port 0: any free one
  Tls tls = Tls::off;  // with the host's own key, see swapmeet/peer_key.h
  std::size_t max_connections = 8192;
  std::size_t max_connections_per_address = 1024;
  std::chrono::milliseconds header_timeout{10'000};  // from the first byte to the end of the head
  std::chrono::milliseconds body_timeout{60'000};    // for the whole body
  std::chrono::milliseconds send_timeout{60'000};    // without a single byte accepted by the reader
  std::chrono::milliseconds idle_timeout{75'000};    // between requests
  // Bytes of request bodies that are not whole yet, or not answered, and of answers that are not
  // sent yet, of all connections together. When there are more, the slowest clients go: a sender
  // with a 503, a reader without a word.
  std::size_t max_buffered = 256 << 20;
};

// A listening socket with its routes. Closing it (destruction) drains: no new requests, running
// ones get a moment to end.
class Listener : public Routes {
 public:
  virtual HostPort address() const = 0;  // the real port
  // Other limits and timeouts, from now on; the address stays. Thread-safe.
  virtual void set_limits(const ListenOptions& options) = 0;
};

}  // namespace swapmeet::http
