// The way out: an answer to bytes, and the connection to its next request or its end.
#include <algorithm>
#include <utility>

#include "host/http/front.h"
#include "host/http/refusal.h"

namespace swapmeet::http {
namespace {

constexpr std::chrono::milliseconds kShortestWait{1};
constexpr std::chrono::milliseconds kLinger{1000};  // for a client to read an error before the end

}  // namespace

// The connection ends with this answer: what else it sends is of no use.
void Front::refuse(Connection& connection, int status, const std::string& reason) {
  connection.head.keep_alive = false;
  std::string().swap(connection.in);
  connection.ahead.clear();
  connection.chunks.reset();
  answer(connection, refusal(status, reason, connection.head.request.id));
}

// Begins to send an answer.
void Front::answer(Connection& connection, Response response) {
  auto& out = connection.out;
  const auto& head = connection.head;
  out = {};
  out.close_after = !head.keep_alive || stopping_;
  connection.state = Connection::State::sending;
  connection.since = turn_;
  connection.deadline = connection.since + options_.send_timeout;
  const bool bodiless = response.status == 204 || response.status == 304;
  Framing framing;
  if (auto* text = std::get_if<std::string>(&response.body)) {
    framing.length = text->size();
    out.body = std::move(*text);
  } else if (auto* file = std::get_if<FileBody>(&response.body)) {
    framing.length = file->length;
    out.file = std::move(*file);
  } else {
    out.chunked = framing.chunked = !head.http_1_0;
    if (!out.chunked) out.close_after = true;  // the end of the connection is that of the answer
    if (!connection.head_only) open_stream(connection, std::get<StreamBody>(response.body));
  }
  if (bodiless) framing.length.reset();
  framing.close = out.close_after;
  framing.say_keep_alive = head.http_1_0;
  if (!hooks_.policy.empty()) {
    if (!response.headers.find("Content-Security-Policy"))
      response.headers.add("Content-Security-Policy", hooks_.policy);
    response.headers.set("X-Content-Type-Options", "nosniff");
  }
  out.head = write_head(response, framing, date_.at(clock_.now()));
  if (connection.head_only || bodiless) {
    out.finish(true);
    out.body.clear();
    out.file.reset();
  }
  send(connection);
}

void Front::open_stream(Connection& connection, StreamBody& body) {
  connection.out.stream =
      std::make_shared<Stream>([this, id = connection.id] { mailbox_.kick(id); });
  if (body.opened) body.opened(connection.out.stream);
}

void Front::send(Connection& connection) {
  const auto before = connection.out.progress();
  const auto sending = connection.out.advance(connection.channel);
  if (connection.out.progress() != before) connection.deadline = turn_ + options_.send_timeout;
  switch (sending) {
    case Sending::blocked: return count(connection);  // epoll tells when there is room again
    case Sending::portion: wait_for_turn(connection); return count(connection);
    case Sending::paced: return pace(connection);
    case Sending::failed: return close(connection);
    case Sending::done: return sent(connection);
  }
}

// Its turn comes again after the wait that it was told. Not to be allowed to send is no slowness.
void Front::pace(Connection& connection) {
  // Not from turn_: a little too early would be one more question, answered alike.
  const auto moment = clock_.steady() + std::max(connection.out.wait, kShortestWait);
  connection.deadline = moment + options_.send_timeout;
  pacing_.add(connection.id, moment);
  count(connection);
}

// The answer is out: a stream waits for more, a kept connection for the next request.
void Front::sent(Connection& connection) {
  if (connection.out.stream) {
    if (connection.ended) return close(connection);  // nobody reads
    connection.state = Connection::State::streaming;
    connection.deadline = Instant::max();
    return feed_stream(connection);
  }
  connection.out.finish(true);
  if (connection.out.close_after) {
    count(connection);
    connection.channel.end_sending();
    connection.state = Connection::State::lingering;
    connection.deadline = turn_ + kLinger;
    return discard(connection);
  }
  connection.out = {};
  connection.head = {};
  connection.route.reset();
  connection.blank_line = false;
  connection.state = Connection::State::reading_head;
  connection.deadline =
      turn_ + (connection.has_more() ? options_.header_timeout : options_.idle_timeout);
  buffered_.set(connection.id, 0);
  // Not from here: a client that pipelines what is answered at once would deepen the stack.
  if (connection.readable || connection.has_more()) wait_for_turn(connection);
}

void Front::feed_stream(Connection& connection) {
  if (connection.state != Connection::State::streaming || !connection.out.stream) return;
  auto& out = connection.out;
  if (out.unsent() > Stream::kMostWaiting) return close(connection);  // too slow for what comes
  auto state = Stream::State::open;
  const auto bytes = out.stream->take(state);
  if (state == Stream::State::cut_off) return close(connection);  // not a clean end
  const bool last = state == Stream::State::closed;
  out.add_stream_bytes(bytes, last);
  if (out.unsent() > 0 && connection.deadline == Instant::max())
    connection.deadline = turn_ + options_.send_timeout;
  if (last) {  // the rest goes as of any other answer
    std::exchange(out.stream, nullptr)->abandon();
    connection.state = Connection::State::sending;
    if (!out.chunked) out.close_after = true;
    return send(connection);
  }
  const auto before = out.progress();
  switch (out.advance(connection.channel)) {
    case Sending::failed: return close(connection);
    case Sending::done: connection.deadline = Instant::max(); break;
    case Sending::portion: wait_for_turn(connection); [[fallthrough]];
    case Sending::paced:  // no file, no pace
    case Sending::blocked:
      if (out.progress() != before) connection.deadline = turn_ + options_.send_timeout;
  }
  count(connection);
}

}  // namespace swapmeet::http
