// One client's connection: what has been read of its next request, and what is still to be sent of
// the answer. Used by the front's socket thread only, except Stream.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "host/http/buffered.h"
#include "host/http/channel.h"
#include "host/http/parser.h"
#include "host/http/read_ahead.h"
#include "host/http/router.h"
#include "swapmeet/http.h"
#include "swapmeet/time.h"

namespace swapmeet::http {

// The writer of an open-ended answer; bytes wait here until the socket thread takes them.
class Stream : public StreamWriter {
 public:
  static constexpr std::size_t kMostWaiting = 1 << 20;  // bytes; who is further behind is cut off
  explicit Stream(std::function<void()> kick) : kick_(std::move(kick)) {}
  bool write(std::string_view bytes) override;
  void close() override;
  enum class State { open, closed, cut_off };
  // For the socket thread: what has been written since, and whether there will be more.
  std::string take(State& state);
  // The connection is gone; writes fail from now on.
  void abandon();

 private:
  std::mutex mutex_;
  std::function<void()> kick_;
  std::string waiting_;
  State state_ = State::open;
};

enum class Sending { done, blocked, portion, paced, failed };

// The answer that is being sent.
struct Outgoing {
  std::string head;  // of a stream also the chunks that have been taken from it
  std::string body;
  std::size_t sent = 0;  // of both
  std::optional<FileBody> file;
  std::uint64_t file_sent = 0;
  std::shared_ptr<Stream> stream;
  bool chunked = false;  // the stream's frames
  bool close_after = false;
  std::chrono::milliseconds wait{0};  // of `paced`: until the file's owner is asked again

  // Sends what the channel takes, at most one portion of a large answer.
  Sending advance(Channel& channel);
  // Tells the file's owner how it ended. Once.
  void finish(bool complete);
  // Bytes that wait in memory.
  std::size_t unsent() const { return head.size() + body.size() - sent; }
  std::uint64_t progress() const { return sent_before + sent + file_sent; }
  // Frames what the stream has to send.
  void add_stream_bytes(std::string_view bytes, bool last);

 private:
  Sending send_all(Channel& channel);
  Sending send_bytes(Channel& channel);
  Sending send_file(Channel& channel);
  std::uint64_t sent_before = 0;  // bytes that are out and forgotten
};

struct Connection {
  // greeting: it has not said yet whether it speaks TLS, or shakes hands.
  enum class State {
    greeting,
    reading_head,
    reading_body,
    handling,
    sending,
    streaming,
    lingering
  };

  explicit Connection(int socket) : channel(socket) {}
  ~Connection();
  Channel channel;
  std::uint64_t id = 0;
  std::string address;
  std::uint16_t port = 0;
  State state = State::reading_head;
  bool readable = false;  // something may have arrived since the last read
  bool ended = false;     // the client sends no more
  bool shaking = false;   // the channel is with Handshakes
  bool stirred = false;   // meanwhile something has happened to it
  bool doomed = false;    // it is closed when it is back
  bool in_turn = false;   // it is in the front's list of those that go on next
  std::string in;
  ReadAhead ahead;  // came before what is in `in`
  // Set when the requests ahead that were shown to a worker have been prepared there.
  std::shared_ptr<const std::atomic<bool>> prepared;
  std::shared_ptr<std::atomic<bool>> gone;  // tells that worker
  bool blank_line = false;                  // came before the request that is awaited
  Head head;
  bool head_only = false;  // the request was HEAD: no body in the answer
  std::shared_ptr<Route> route;
  std::uint64_t call = 0;  // counts what has gone to a handler
  std::uint64_t job = 0;   // of the last of these, for the workers
  std::string call_id;     // of its request
  std::shared_ptr<std::atomic<bool>> cancelled;
  std::optional<ChunkedBody> chunks;
  Outgoing out;
  Instant deadline;            // also of a handler
  Instant since;               // when its body or its answer began
  std::uint64_t received = 0;  // bytes since then

  // It has sent more than the request that is being answered.
  bool has_more() const { return !in.empty() || !ahead.empty(); }
  // Bytes of its body and of its answer that wait in memory. Not what is being handled.
  std::size_t waiting() const;
  // How far its body or its answer has got; nullopt while a handler has the request.
  std::optional<Buffered::Progress> progress() const;
};

}  // namespace swapmeet::http
