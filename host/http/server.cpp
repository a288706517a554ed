#include "host/http/server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <deque>
#include <thread>
#include <unordered_map>

#include "host/http/connection.h"
#include "host/http/workers.h"

namespace swapmeet::http {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kSweep{200};    // how exact timeouts are
constexpr milliseconds kLinger{1000};  // for a client to read an error before the socket closes
constexpr milliseconds kDrain{2000};   // for running requests, at the end
constexpr std::uint64_t kListenerId = 0;
constexpr std::uint64_t kWakeId = 1;

Instant now() { return std::chrono::steady_clock::now(); }

Response refusal(int status, const std::string& reason, const std::string& request_id) {
  const ErrorCode code = status == 413 || status == 414 || status == 431 ? ErrorCode::too_large
                         : status == 503                                 ? ErrorCode::unavailable
                         : status == 408                                 ? ErrorCode::timed_out
                         : status == 404                                 ? ErrorCode::not_found
                         : status == 500                                 ? ErrorCode::internal
                         : status == 501 || status == 505                ? ErrorCode::unsupported
                                                          : ErrorCode::invalid_argument;
  Response response = problem({code, reason, {}}, request_id);
  if (response.status != status) {  // the document says the status that is sent
    auto& body = std::get<std::string>(response.body);
    const std::string from = "\"status\":" + std::to_string(response.status);
    body.replace(body.find(from), from.size(), "\"status\":" + std::to_string(status));
    response.status = status;
  }
  return response;
}

// An answer that nobody waits for any more: its file's owner still learns how it ended.
void forget(Response& response) {
  if (auto* file = std::get_if<FileBody>(&response.body); file && file->on_end)
    std::exchange(file->on_end, nullptr)(false);
}

class Server : public Listener {
 public:
  Server(const ListenOptions& options, Hooks hooks, int socket, HostPort address)
      : options_(options),
        hooks_(std::move(hooks)),
        address_(std::move(address)),
        listener_(socket),
        epoll_(epoll_create1(EPOLL_CLOEXEC)),
        wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        workers_(hooks_.workers) {
    watch(listener_.descriptor(), kListenerId, EPOLLIN);
    watch(wake_.descriptor(), kWakeId, EPOLLIN);
    thread_ = std::thread([this] { loop(); });
  }

  ~Server() override {
    stopping_ = true;
    wake();
    thread_.join();
    workers_.stop();
    connections_.clear();
    for (auto& done : answers_) forget(done.response);
  }

  HostPort address() const override { return address_; }
  Result<Registration> add(const std::string& method, const std::string& pattern, Handler handler,
                           const RouteOptions& options) override {
    return router_.add(method, pattern, std::move(handler), options);
  }

 private:
  struct Answer {
    std::uint64_t connection;
    Response response;
  };

  void watch(int descriptor, std::uint64_t id, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.u64 = id;
    epoll_ctl(epoll_.descriptor(), EPOLL_CTL_ADD, descriptor, &event);
  }
  void wake() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto n = ::write(wake_.descriptor(), &one, sizeof one);
  }
  void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
    if (hooks_.log) hooks_.log(level, message, fields);
  }

  void loop();
  bool drained();
  void accept_all();
  void take_wakes();
  void sweep();
  void close(Connection& connection);
  void advance(Connection& connection);
  bool fill(Connection& connection);
  bool take_head(Connection& connection);
  bool take_body(Connection& connection);
  std::optional<Response> route(Connection& connection);
  void resume(Connection& connection);
  void dispatch(Connection& connection);
  Response handle(Request& request, const std::shared_ptr<Route>& route);
  void answer(Connection& connection, Response response);
  void refuse(Connection& connection, int status, const std::string& reason);
  void send(Connection& connection);
  void sent(Connection& connection);
  void feed_stream(Connection& connection);
  std::string next_request_id() { return instance_ + std::to_string(++request_count_); }

  const ListenOptions options_;
  const Hooks hooks_;
  const HostPort address_;
  OpenFile listener_;
  const OpenFile epoll_;
  const OpenFile wake_;
  Router router_;
  const std::string instance_ = std::to_string(::getpid()) + "-";
  std::uint64_t request_count_ = 0;

  // The socket thread's.
  std::unordered_map<std::uint64_t, std::unique_ptr<Connection>> connections_;
  std::unordered_map<std::string, std::size_t> per_address_;
  std::uint64_t next_id_ = 16;
  std::deque<std::uint64_t> runnable_;  // those that go on at their next turn
  Instant next_sweep_ = now() + kSweep;
  Instant drain_until_{};

  std::mutex mutex_;
  std::vector<Answer> answers_;
  std::vector<std::uint64_t> kicked_;  // streams with something to send

  std::atomic<bool> stopping_{false};
  Workers workers_;
  std::thread thread_;
};

void Server::loop() {
  epoll_event events[256];
  while (!drained()) {
    const int timeout = runnable_.empty() ? static_cast<int>(kSweep.count()) : 0;
    const int count = epoll_wait(epoll_.descriptor(), events, 256, timeout);
    for (int i = 0; i < count; ++i) {
      const auto id = events[i].data.u64;
      if (id == kListenerId) {
        accept_all();
      } else if (id == kWakeId) {
        take_wakes();
      } else if (const auto found = connections_.find(id); found != connections_.end()) {
        if (events[i].events & EPOLLERR)
          close(*found->second);
        else
          advance(*found->second);
      }
    }
    for (auto turns = runnable_.size(); turns > 0; --turns) {
      const auto found = connections_.find(runnable_.front());
      runnable_.pop_front();
      if (found != connections_.end()) resume(*found->second);
    }
    if (now() >= next_sweep_) sweep();
  }
}

// False while there is something to do; at the end gives running requests their moment.
bool Server::drained() {
  if (!stopping_) return false;
  if (drain_until_ == Instant{}) {
    drain_until_ = now() + kDrain;
    epoll_ctl(epoll_.descriptor(), EPOLL_CTL_DEL, listener_.descriptor(), nullptr);
    ::shutdown(listener_.descriptor(), SHUT_RDWR);
  }
  std::vector<Connection*> idle;
  for (const auto& [id, connection] : connections_)
    if (connection->state != Connection::State::handling &&
        connection->state != Connection::State::sending)
      idle.push_back(connection.get());
  for (auto* connection : idle) close(*connection);
  return connections_.empty() || now() > drain_until_;
}

void Server::accept_all() {
  while (true) {
    sockaddr_storage from{};
    socklen_t size = sizeof from;
    const int socket = ::accept4(listener_.descriptor(), reinterpret_cast<sockaddr*>(&from), &size,
                                 SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket < 0) {
      if (errno == EMFILE || errno == ENFILE)
        log(LogLevel::warning, "no more files can be opened; connections wait", {});
      if (errno == EINTR || errno == ECONNABORTED) continue;
      return;
    }
    char text[INET6_ADDRSTRLEN] = "";
    auto connection = std::make_unique<Connection>();
    connection->socket = socket;
    if (from.ss_family == AF_INET6) {
      const auto& v6 = reinterpret_cast<const sockaddr_in6&>(from);
      inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
      connection->port = ntohs(v6.sin6_port);
    } else {
      const auto& v4 = reinterpret_cast<const sockaddr_in&>(from);
      inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
      connection->port = ntohs(v4.sin_port);
    }
    connection->address = text;
    auto& from_there = per_address_[connection->address];
    if (connections_.size() >= options_.max_connections ||
        from_there >= options_.max_connections_per_address) {
      static constexpr std::string_view kFull =
          "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 5\r\nConnection: "
          "close\r\n\r\n";
      [[maybe_unused]] const auto n = ::send(socket, kFull.data(), kFull.size(), MSG_NOSIGNAL);
      log(LogLevel::warning, "too many connections", {{"address", connection->address}});
      if (from_there == 0) per_address_.erase(connection->address);
      continue;
    }
    ++from_there;
    const int yes = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    connection->id = next_id_++;
    connection->deadline = now() + options_.header_timeout;
    watch(socket, connection->id, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
    connections_.emplace(connection->id, std::move(connection));
  }
}

void Server::take_wakes() {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto n = ::read(wake_.descriptor(), &count, sizeof count);
  std::vector<Answer> answers;
  std::vector<std::uint64_t> kicked;
  {
    const std::lock_guard lock(mutex_);
    answers.swap(answers_);
    kicked.swap(kicked_);
  }
  for (auto& done : answers)
    if (const auto found = connections_.find(done.connection); found != connections_.end())
      answer(*found->second, std::move(done.response));
    else
      forget(done.response);
  for (const auto id : kicked)
    if (const auto found = connections_.find(id); found != connections_.end())
      feed_stream(*found->second);
}

void Server::sweep() {
  next_sweep_ = now() + kSweep;
  std::vector<Connection*> late;
  for (const auto& [id, connection] : connections_)
    if (connection->state != Connection::State::handling && now() > connection->deadline)
      late.push_back(connection.get());
  for (auto* connection : late) {
    const bool began =
        connection->state == Connection::State::reading_body ||
        (connection->state == Connection::State::reading_head && !connection->in.empty());
    if (began)
      refuse(*connection, 408, "the request took too long to arrive");
    else
      close(*connection);
  }
}

void Server::close(Connection& connection) {
  const auto count = per_address_.find(connection.address);
  if (count != per_address_.end() && --count->second == 0) per_address_.erase(count);
  connections_.erase(connection.id);
}

void Server::advance(Connection& connection) {
  switch (connection.state) {
    case Connection::State::handling: return;  // what has arrived is read after the answer
    case Connection::State::sending:
    case Connection::State::streaming: return send(connection);
    case Connection::State::lingering: {
      // One buffer a turn: who goes on sending must not keep the thread to himself.
      char bytes[16 * 1024];
      const auto n = ::recv(connection.socket, bytes, sizeof bytes, 0);
      if (n > 0 || (n < 0 && errno == EINTR)) return runnable_.push_back(connection.id);
      if (n == 0 || errno != EAGAIN) close(connection);
      return;
    }
    case Connection::State::reading_head:
    case Connection::State::reading_body: break;
  }
  while (fill(connection)) {
    const bool whole = connection.state == Connection::State::reading_head ? take_head(connection)
                                                                           : take_body(connection);
    if (whole) return;  // dispatched, answered or closed
  }
}

// Reads what has arrived, at most one buffer. False: nothing more for now, or the connection is
// gone.
bool Server::fill(Connection& connection) {
  char bytes[16 * 1024];
  const auto n = ::recv(connection.socket, bytes, sizeof bytes, 0);
  if (n > 0) {
    if (connection.in.empty() && connection.state == Connection::State::reading_head)
      connection.deadline = now() + options_.header_timeout;
    connection.in.append(bytes, static_cast<std::size_t>(n));
    return true;
  }
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return errno == EINTR;
  close(connection);
  return false;
}

// True: the request went on its way (or was refused).
bool Server::take_head(Connection& connection) {
  // RFC 9112 §2.2: an empty line before the request line is forgiven, once.
  if (connection.in.starts_with("\r\n")) connection.in.erase(0, 2);
  auto parsed = parse_head(connection.in);
  if (std::holds_alternative<Incomplete>(parsed)) return false;
  if (const auto* wrong = std::get_if<Refusal>(&parsed)) {
    connection.head = {};
    connection.head.request.id = next_request_id();
    refuse(connection, wrong->status, wrong->reason);
    return true;
  }
  connection.head = std::move(std::get<Head>(parsed));
  connection.in.erase(0, connection.head.size);
  auto& request = connection.head.request;
  request.id = next_request_id();
  request.remote_address = connection.address;
  request.remote_port = connection.port;
  connection.head_only = request.method == "HEAD";
  if (auto response = route(connection)) {
    answer(connection, std::move(*response));  // may have closed the connection
    return true;
  }
  connection.state = Connection::State::reading_body;
  connection.deadline = now() + options_.body_timeout;
  if (connection.head.expects_continue && connection.in.empty() &&
      (connection.head.chunked || connection.head.content_length > 0)) {
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    [[maybe_unused]] const auto n =
        ::send(connection.socket, kContinue.data(), kContinue.size(), MSG_NOSIGNAL);
  }
  return take_body(connection);
}

// Finds the route; an answer when there is none, or the body will be too large.
std::optional<Response> Server::route(Connection& connection) {
  auto& head = connection.head;
  auto& request = head.request;
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
  if (match.allowed.empty()) return refusal(404, "there is nothing at " + request.path, request.id);
  std::string allowed;
  for (const auto& method : match.allowed) (allowed += allowed.empty() ? "" : ", ") += method;
  Response response =
      request.method == "OPTIONS"
          ? Response{.status = 204, .headers = {}, .body = std::string()}
          : refusal(405, request.method + " is not possible here; " + allowed + " is", request.id);
  response.headers.set("Allow", allowed);
  return response;
}

bool Server::take_body(Connection& connection) {
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
    head.request.body = connection.in.substr(0, head.content_length);
    connection.in.erase(0, head.content_length);
  }
  if (connection.in.empty()) connection.in.shrink_to_fit();  // an idle connection keeps no buffer
  dispatch(connection);
  return true;
}

void Server::dispatch(Connection& connection) {
  connection.state = Connection::State::handling;
  auto job = [this, id = connection.id, route = connection.route,
              request = std::make_shared<Request>(std::move(connection.head.request))] {
    Answer done{id, handle(*request, route)};
    {
      const std::lock_guard lock(mutex_);
      answers_.push_back(std::move(done));
    }
    wake();
  };
  connection.head.request = {};
  if (!workers_.post(std::move(job)))
    refuse(connection, 503, "too many requests are waiting; try again in a moment");
}

Response Server::handle(Request& request, const std::shared_ptr<Route>& route) {
  const auto began = now();
  Response response;
  try {
    auto stopped = hooks_.guard ? hooks_.guard(request) : std::nullopt;
    if (!stopped) stopped = route->run(request);
    response =
        stopped ? std::move(*stopped) : refusal(404, "there is nothing here any more", request.id);
  } catch (const std::exception& exception) {
    log(LogLevel::error, "a handler failed",
        {{"path", request.path}, {"request", request.id}, {"why", exception.what()}});
    response = refusal(500, "something went wrong here; the log has more under this request id",
                       request.id);
  } catch (...) {
    log(LogLevel::error, "a handler failed", {{"path", request.path}, {"request", request.id}});
    response = refusal(500, "something went wrong here; the log has more under this request id",
                       request.id);
  }
  if (hooks_.on_request)
    hooks_.on_request(request, response.status,
                      std::chrono::duration_cast<std::chrono::microseconds>(now() - began));
  return response;
}

void Server::refuse(Connection& connection, int status, const std::string& reason) {
  connection.head.keep_alive = false;
  answer(connection, refusal(status, reason, connection.head.request.id));
}

// Begins to send an answer.
void Server::answer(Connection& connection, Response response) {
  auto& out = connection.out;
  out = {};
  out.close_after = !connection.head.keep_alive || stopping_;
  const bool bodiless = response.status == 204 || response.status == 304;
  std::optional<std::uint64_t> length;
  std::string body;
  if (auto* text = std::get_if<std::string>(&response.body)) {
    length = text->size();
    body = std::move(*text);
  } else if (auto* file = std::get_if<FileBody>(&response.body)) {
    length = file->length;
    out.file = std::move(*file);
  } else {
    out.close_after = true;  // the end of the connection is the end of the answer
    auto& opened = std::get<StreamBody>(response.body).opened;
    auto stream = std::make_shared<Stream>([this, id = connection.id] {
      {
        const std::lock_guard lock(mutex_);
        kicked_.push_back(id);
      }
      wake();
    });
    if (!connection.head_only) {
      out.stream = stream;
      if (opened) opened(stream);
    }
  }
  if (bodiless) length.reset();
  out.bytes = write_head(response, length, out.close_after);
  if (!connection.head_only && !bodiless) out.bytes += body;
  if (connection.head_only || bodiless) {
    out.finish(true);
    out.file.reset();
  }
  connection.state = Connection::State::sending;
  connection.deadline = now() + options_.send_timeout;
  send(connection);
}

void Server::send(Connection& connection) {
  const auto before = connection.out.sent + connection.out.file_sent;
  const auto size_before = connection.out.bytes.size();
  const auto sending = connection.out.advance(connection.socket);
  const bool progress = connection.out.sent + connection.out.file_sent != before ||
                        connection.out.bytes.size() != size_before;
  if (progress) connection.deadline = now() + options_.send_timeout;
  switch (sending) {
    case Sending::blocked: return;  // epoll tells when there is room again
    case Sending::portion: runnable_.push_back(connection.id); return;
    case Sending::failed: return close(connection);
    case Sending::done: return sent(connection);
  }
}

// The answer is out: a stream waits for more, a kept connection for the next request.
void Server::sent(Connection& connection) {
  if (connection.out.stream) {
    connection.state = Connection::State::streaming;
    connection.deadline = Instant::max();
    return feed_stream(connection);
  }
  connection.out.finish(true);
  if (connection.out.close_after) {
    ::shutdown(connection.socket, SHUT_WR);
    connection.state = Connection::State::lingering;
    connection.deadline = now() + kLinger;
    return advance(connection);
  }
  connection.out = {};
  connection.head = {};
  connection.route.reset();
  connection.state = Connection::State::reading_head;
  connection.deadline = now() + options_.idle_timeout;
  // Not from here: a client that pipelines what is answered at once would deepen the stack.
  runnable_.push_back(connection.id);
}

void Server::resume(Connection& connection) {
  if (connection.state == Connection::State::reading_head && !connection.in.empty() &&
      take_head(connection))
    return;  // pipelined; the connection may be gone
  advance(connection);
}

void Server::feed_stream(Connection& connection) {
  if (connection.state != Connection::State::streaming || !connection.out.stream) return;
  bool open = true;
  connection.out.bytes += connection.out.stream->take(open);
  const bool more = connection.out.sent < connection.out.bytes.size();
  if (more) {
    if (connection.deadline == Instant::max()) connection.deadline = now() + options_.send_timeout;
    switch (connection.out.advance(connection.socket)) {
      case Sending::failed: return close(connection);
      case Sending::done: connection.deadline = Instant::max(); break;
      default: return;
    }
  }
  if (!open) close(connection);
}

int open_listener(const HostPort& address, std::string& why) {
  sockaddr_storage storage{};
  socklen_t size = 0;
  const std::string host = address.host == "localhost" ? "127.0.0.1" : address.host;
  auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
  auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
  if (inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(address.port);
    size = sizeof v4;
  } else if (inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(address.port);
    size = sizeof v6;
  } else {
    why = "is no IP address of this machine";
    return -1;
  }
  const int socket = ::socket(storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int yes = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (socket >= 0 && ::bind(socket, reinterpret_cast<sockaddr*>(&storage), size) == 0 &&
      ::listen(socket, 4096) == 0)
    return socket;
  why = std::strerror(errno);
  if (errno == EADDRINUSE)
    why = "is taken by another program; choose another port or stop that one";
  if (socket >= 0) ::close(socket);
  return -1;
}

std::uint16_t port_of(int socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&storage), &size);
  return ntohs(storage.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(storage).sin6_port
                                             : reinterpret_cast<sockaddr_in&>(storage).sin_port);
}

}  // namespace

Result<std::unique_ptr<Listener>> listen(const ListenOptions& options, Hooks hooks) {
  std::string why;
  const int socket = open_listener(options.address, why);
  if (socket < 0)
    return Error{ErrorCode::unavailable, "the address " + options.address.text() + ' ' + why, {}};
  HostPort address{options.address.host, port_of(socket)};
  return std::unique_ptr<Listener>(
      std::make_unique<Server>(options, std::move(hooks), socket, std::move(address)));
}

}  // namespace swapmeet::http
