// The way in: bytes to a whole request, and the request to its handler.
#include <utility>

#include "host/http/front.h"
#include "host/http/refusal.h"

namespace swapmeet::http {
namespace {

constexpr std::size_t kBuffer = 64 << 10;
constexpr int kMostReads = 4;  // of one connection, before the others get their turn

constexpr std::chrono::milliseconds kQuick{500};  // who takes longer is not
constexpr std::chrono::milliseconds kCallDeadline{30'000};

constexpr std::size_t kBulk = 64 << 10;  // bytes of a body that takes its time

Lane lane_of(const Request& request) {
  if (request.method == "GET" || request.method == "HEAD") return Lane::asking;
  return request.body.size() < kBulk ? Lane::changing : Lane::bulk;
}

}  // namespace

void Front::advance(Connection& connection) {
  switch (connection.state) {
    case Connection::State::greeting: return greet(connection);
    case Connection::State::handling: return;  // what has arrived is read after the answer
    case Connection::State::sending: return send(connection);
    case Connection::State::streaming: return feed_stream(connection);
    case Connection::State::lingering: return discard(connection);
    case Connection::State::reading_head:
    case Connection::State::reading_body: return read(connection);
  }
}

// Tells TLS from HTTP.
void Front::greet(Connection& connection) {
  if (connection.shaking) {
    connection.stirred = true;
    return;
  }
  if (!connection.channel.is_secure()) {
    const auto heard = connection.channel.hear_first(hooks_.tls ? hooks_.tls() : nullptr);
    if (heard == Channel::Outcome::blocked) return;
    if (heard == Channel::Outcome::ended) return close(connection);
    if (!connection.channel.is_secure()) return begin_requests(connection);
  }
  if (connection.channel.has_answered())
    return take_handshake({connection.id, connection.channel.shake_hands()});
  connection.shaking = true;
  connection.stirred = false;
  handshakes_.post(connection.id, connection.channel);
}

void Front::take_handshake(const Handshakes::Step& step) {
  auto& connection = *find(step.connection);  // nobody closes it meanwhile
  connection.shaking = false;
  if (connection.doomed) return close(connection);
  switch (step.outcome) {
    case Channel::Outcome::done: return begin_requests(connection);
    case Channel::Outcome::blocked:
      if (connection.stirred) greet(connection);
      return;
    case Channel::Outcome::ended:
      if (!connection.channel.problem().empty()) ++tally_.counts.failed_handshakes;
      close(connection);
  }
}

void Front::begin_requests(Connection& connection) {
  connection.state = Connection::State::reading_head;
  connection.readable = true;
  connection.deadline = turn_ + options_.header_timeout;
  if (options_.tls != Tls::required || connection.channel.is_secure()) return read(connection);
  ++tally_.counts.plain;
  refuse(connection, 400, "this host is asked over https:// only");
}

// Of a body one buffer a turn: hundreds that send much must not keep a small request waiting.
void Front::read(Connection& connection) {
  for (int reads = 0; fill(connection); ++reads) {
    const bool whole = connection.state == Connection::State::reading_head ? take_head(connection)
                                                                           : take_body(connection);
    if (whole) return;  // dispatched, answered or closed
    const bool in_body = connection.state == Connection::State::reading_body;
    if (in_body) count(connection);
    if (!connection.readable) return;
    if (in_body || reads == kMostReads) return wait_for_turn(connection);
  }
}

// One buffer a turn: who goes on sending must not keep the thread to himself.
void Front::discard(Connection& connection) {
  char bytes[kBuffer];
  const auto got = connection.channel.receive(bytes, sizeof bytes);
  if (got.outcome == Channel::Outcome::done) return wait_for_turn(connection);
  if (got.outcome == Channel::Outcome::ended) close(connection);
}

// Reads what has arrived, at most one buffer. False: nothing more for now, or the connection is
// gone.
bool Front::fill(Connection& connection) {
  if (!connection.readable) return false;
  char bytes[kBuffer];
  const auto got = connection.channel.receive(bytes, sizeof bytes);
  if (got.outcome == Channel::Outcome::done) {
    // What comes next is a new event.
    if (connection.channel.is_drained(got.bytes, sizeof bytes) && !connection.ended)
      connection.readable = false;
    if (connection.in.empty() && connection.state == Connection::State::reading_head &&
        !connection.blank_line)
      connection.deadline = turn_ + options_.header_timeout;
    connection.in.append(bytes, got.bytes);
    connection.received += got.bytes;
    return true;
  }
  if (got.outcome == Channel::Outcome::blocked) {
    connection.readable = false;
    return false;
  }
  close(connection);
  return false;
}

// True: the request went on its way (or was refused).
bool Front::take_head(Connection& connection) {
  if (auto head = connection.ahead.take()) return begin(connection, std::move(*head));
  // RFC 9112 §2.2: an empty line before the request line is forgiven, once.
  if (!connection.blank_line && connection.in.starts_with("\r\n")) {
    connection.in.erase(0, 2);
    connection.blank_line = true;
  }
  auto parsed = parse_head(connection.in);
  if (std::holds_alternative<Incomplete>(parsed)) return false;
  if (const auto* wrong = std::get_if<Refusal>(&parsed)) {
    ++tally_.counts.requests;
    connection.head = {};
    connection.head_only = false;
    connection.head.request.id = next_request_id();
    refuse(connection, wrong->status, wrong->reason);
    return true;
  }
  auto& head = std::get<Head>(parsed);
  connection.in.erase(0, head.size);
  return begin(connection, std::move(head));
}

// The same.
bool Front::begin(Connection& connection, Head head) {
  ++tally_.counts.requests;
  connection.head = std::move(head);
  auto& request = connection.head.request;
  request.id = next_request_id();
  request.secure = connection.channel.is_secure();
  request.remote_address = connection.address;
  request.remote_port = connection.port;
  connection.head_only = request.method == "HEAD";
  if (auto response = route(connection)) {
    answer(connection, std::move(*response));  // may have closed the connection
    return true;
  }
  if (!connection.head.has_body()) {
    dispatch(connection);
    return true;
  }
  connection.state = Connection::State::reading_body;
  connection.since = turn_;
  connection.received = connection.in.size();
  connection.deadline = connection.since + options_.body_timeout;
  if (connection.head.expects_continue && connection.in.empty()) {
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    const iovec line{const_cast<char*>(kContinue.data()), kContinue.size()};
    connection.channel.send(&line, 1, false);
  }
  return take_body(connection);
}

// Finds the route; an answer when there is none, or the body will be too large.
std::optional<Response> Front::route(Connection& connection) {
  auto& head = connection.head;
  auto& request = head.request;
  if (auto response = hooks_.not_yet ? hooks_.not_yet(request) : std::nullopt) {
    if (head.has_body()) head.keep_alive = false;  // it is not read
    return response;
  }
  auto match = router_.find(request.method, request.path);
  connection.route = match.route;
  const auto most = match.route ? match.route->options().max_body : 0;
  if (head.content_length > most || (head.chunked && !match.route)) head.keep_alive = false;
  if (match.route) {
    request.params = std::move(match.params);
    if (head.chunked) connection.chunks.emplace(most);
    if (head.content_length <= most) return std::nullopt;
    return refusal(413, "the body may have at most " + std::to_string(most) + " bytes", request.id);
  }
  if (request.method == "OPTIONS" && request.path == "*") return wrong_method(request, {});
  if (match.allowed.empty()) return refusal(404, "there is nothing at " + request.path, request.id);
  return wrong_method(request, match.allowed);
}

bool Front::take_body(Connection& connection) {
  auto& head = connection.head;
  if (head.chunked) {
    const auto state = connection.chunks->take(connection.in);
    if (state == ChunkedBody::State::more) return false;
    if (state == ChunkedBody::State::broken)
      return refuse(connection, 400, "the chunks of the body are broken"), true;
    if (state == ChunkedBody::State::too_large)
      return refuse(connection, 413, "the body is too large"), true;
    head.request.body = std::move(connection.chunks->body());
    connection.chunks.reset();
  } else {
    if (connection.in.size() < head.content_length) return false;
    if (connection.in.size() == head.content_length) {
      head.request.body = std::exchange(connection.in, {});
    } else {
      head.request.body = connection.in.substr(0, head.content_length);
      connection.in.erase(0, head.content_length);
    }
  }
  buffered_.set(connection.id, head.request.body.size());  // for as long as it is handled
  dispatch(connection);
  return true;
}

void Front::dispatch(Connection& connection) {
  look_ahead(connection);
  if (connection.in.empty()) std::string().swap(connection.in);  // who is idle keeps no buffer
  connection.state = Connection::State::handling;
  if (!answer_here(connection)) post(connection);
}

// What needs no worker. Who is not as quick as promised does not get here again.
bool Front::answer_here(Connection& connection) {
  const auto route = connection.route;
  auto& request = connection.head.request;
  if (!route->is_quick() && !route->is_tried_at_once()) return false;
  const auto began = clock_.steady();
  auto response =
      route->is_quick() ? handlers_.run(request, *route) : handlers_.run_at_once(request, *route);
  if (clock_.steady() - began > kQuick) {
    route->keep_off_socket_thread();
    if (hooks_.log)
      hooks_.log(LogLevel::warning,
                 "a handler kept all connections waiting; no more on this thread",
                 {{"plugin", route->owner()}, {"path", request.path}, {"request", request.id}});
  }
  if (response && std::holds_alternative<LaterBody>(response->body))
    leave(late_mail_, {connection.id, ++connection.call, std::move(*response)});
  else if (response)
    answer(connection, std::move(*response));
  return response.has_value();
}

// An answer that comes later is left by whoever has it then.
void Front::leave(const std::shared_ptr<Mailbox>& mailbox, Mailbox::Answer answer) {
  auto* later = std::get_if<LaterBody>(&answer.response.body);
  if (!later) return mailbox->leave(std::move(answer));
  later->begin([mailbox, id = answer.connection, call = answer.call](Response&& response) {
    mailbox->leave({id, call, std::move(response)});
  });
}

void Front::post(Connection& connection) {
  const auto request = std::make_shared<Request>(std::exchange(connection.head.request, {}));
  const auto lane = lane_of(*request);
  connection.deadline = end_of_call(lane, *connection.route);
  connection.cancelled = std::make_shared<std::atomic<bool>>(false);
  connection.call_id = request->id;
  request->deadline = Deadline(connection.deadline, connection.cancelled);
  auto job = [this, id = connection.id, call = ++connection.call, route = connection.route,
              request] {
    leave(late_mail_, {id, call, handlers_.run(*request, *route)});
  };
  connection.job = workers_.post({std::move(job), lane, connection.route->owner()});
  if (connection.job != 0) return;
  ++tally_.counts.busy;
  connection.head.request.id = request->id;
  refuse(connection, 503, "too many requests are waiting; try again in a moment");
}

Instant Front::end_of_call(Lane lane, const Route& route) const {
  const auto most = hooks_.call_deadline ? hooks_.call_deadline() : kCallDeadline;
  if (lane == Lane::asking) return turn_ + most;
  return route.owner().empty() ? Instant::max() : turn_ + 10 * most;
}

}  // namespace swapmeet::http
