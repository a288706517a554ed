// The front's one socket thread: accepts, reads, routes, sends, and ends what takes too long; it
// never waits for a client or a handler. front.cpp is its loop, front_requests.cpp the way in,
// front_answers.cpp the way out.
// Threads: add(), set_limits() and address() are anyone's; a worker runs handle() and leaves the
// answer in answers_; everything else is the socket thread's.
#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "host/http/connection.h"
#include "host/http/listening_socket.h"
#include "host/http/server.h"
#include "host/http/tally.h"
#include "host/http/workers.h"

namespace swapmeet::http {

class Front final : public Listener, public AtOnceRoutes {
 public:
  Front(const ListenOptions& options, Hooks hooks, ListeningSocket socket);
  ~Front() override;

  HostPort address() const override { return address_; }
  void set_limits(const ListenOptions& options) override;
  Result<Registration> add(const std::string& method, const std::string& pattern, Handler handler,
                           const RouteOptions& options) override {
    return router_.add(method, pattern, std::move(handler), options);
  }
  Result<Registration> add_at_once(const std::string& method, const std::string& pattern,
                                   AtOnce at_once, Handler handler) override {
    return router_.add_at_once(method, pattern, std::move(at_once), std::move(handler));
  }

 private:
  struct Answer {
    std::uint64_t connection;
    Response response;
  };

  // The loop.
  void loop();
  void serve(Connection& connection, std::uint32_t events);
  bool drained();
  void watch(int descriptor, std::uint64_t id, std::uint32_t events);
  void wake();
  void accept_all();
  bool has_place(const std::string& address);
  void take_in(Accepted accepted);
  void take_wakes();
  void sweep();
  void close(Connection& connection);
  void wait_for_turn(Connection& connection);
  void resume(Connection& connection);
  void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields);

  // The way in.
  void advance(Connection& connection);
  void read(Connection& connection);
  void discard(Connection& connection);
  bool fill(Connection& connection);
  bool take_head(Connection& connection);
  bool take_body(Connection& connection);
  std::optional<Response> route(Connection& connection);
  Response wrong_method(const Request& request, const std::vector<std::string>& methods);
  void dispatch(Connection& connection);
  Response handle(Request& request, Route& route);
  std::optional<Response> handle_at_once(Request& request, Route& route);
  void tell(const Request& request, int status, Instant began);
  std::string next_request_id() { return instance_ + std::to_string(++request_count_); }

  // The way out.
  void answer(Connection& connection, Response response);
  void refuse(Connection& connection, int status, const std::string& reason);
  void open_stream(Connection& connection, StreamBody& body);
  void send(Connection& connection);
  void sent(Connection& connection);
  void feed_stream(Connection& connection);
  void pace(Connection& connection);
  void resume_paced();
  int milliseconds_to_wait() const;

  // Memory: counts what the connection holds now; when all hold too much, the slowest go.
  void count_held(Connection& connection);
  void crowd_out();
  Connection* slowest();

  ListenOptions options_;
  const Hooks hooks_;
  ListeningSocket listening_;
  const HostPort address_;
  const OpenFile epoll_;
  const OpenFile wake_;
  Router router_;
  const std::string instance_;
  std::uint64_t request_count_ = 0;

  std::unordered_map<std::uint64_t, std::unique_ptr<Connection>> connections_;
  std::unordered_map<std::string, std::size_t> per_address_;
  std::uint64_t next_id_;
  std::deque<std::uint64_t> runnable_;           // those that go on at their next turn
  std::multimap<Instant, std::uint64_t> paced_;  // those that may not send before that moment
  std::size_t buffered_ = 0;
  Tally tally_;
  bool accepting_ = true;  // false: out of files, until the next sweep
  Instant next_sweep_;
  Instant drain_until_{};

  std::mutex mutex_;  // guards what other threads leave for this one
  std::vector<Answer> answers_;
  std::vector<std::uint64_t> kicked_;  // streams with something to send
  std::optional<ListenOptions> new_limits_;

  std::atomic<bool> stopping_{false};
  Workers workers_;
  std::thread thread_;
};

}  // namespace swapmeet::http
