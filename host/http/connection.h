// One client's connection: what has been read of its next request, and what is still to be sent of
// the answer. Used by the front's socket thread only, except Stream.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "host/http/parser.h"
#include "host/http/router.h"
#include "swapmeet/http.h"

namespace swapmeet::http {

using Instant = std::chrono::steady_clock::time_point;

// The writer of an open-ended answer; bytes wait here until the socket thread takes them.
class Stream : public StreamWriter {
 public:
  explicit Stream(std::function<void()> kick) : kick_(std::move(kick)) {}
  bool write(std::string_view bytes) override;
  void close() override;
  // For the socket thread: what has been written since; false in `open` once it is closed.
  std::string take(bool& open);
  // The connection is gone; writes fail from now on.
  void abandon();

 private:
  static constexpr std::size_t kMostWaiting = 1 << 20;
  std::mutex mutex_;
  std::function<void()> kick_;
  std::string waiting_;
  bool open_ = true;
};

enum class Sending { done, blocked, portion, failed };

// The answer that is being sent.
struct Outgoing {
  std::string bytes;  // head, and the body unless it is a file
  std::size_t sent = 0;
  std::optional<FileBody> file;
  std::uint64_t file_sent = 0;
  std::shared_ptr<Stream> stream;
  bool close_after = false;

  // Sends what the socket takes, of a file at most one portion.
  Sending advance(int socket);
  // Tells the file's owner how it ended. Once.
  void finish(bool complete);

 private:
  Sending send_file(int socket);
};

struct Connection {
  enum class State { reading_head, reading_body, handling, sending, streaming, lingering };

  ~Connection();
  int socket = -1;
  std::uint64_t id = 0;
  std::string address;
  std::uint16_t port = 0;
  State state = State::reading_head;
  std::string in;
  Head head;
  bool head_only = false;  // the request was HEAD: no body in the answer
  std::shared_ptr<Route> route;
  std::optional<ChunkedBody> chunks;
  Outgoing out;
  Instant deadline;
};

// The bytes of an answer up to its body. `close` adds "Connection: close".
std::string write_head(const Response& response, std::optional<std::uint64_t> length, bool close);
std::string_view reason_phrase(int status);

}  // namespace swapmeet::http
