// The front's one socket thread: accepts, reads, routes, sends, and ends what takes too long; it
// never waits for a client or a handler. front.cpp is its loop, front_requests.cpp the way in,
// front_ahead.cpp looks at what comes next, front_answers.cpp is the way out. What needs no socket
// is in objects of its own: Places, Buffered, ReadAhead, Pacing, Handlers; what other threads leave
// is in the Mailbox. Threads: add(), set_limits() and address() are anyone's; a worker runs a
// handler and leaves the answer in the mailbox; everything else is the socket thread's.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "host/http/answer_head.h"
#include "host/http/buffered.h"
#include "host/http/connection.h"
#include "host/http/handlers.h"
#include "host/http/handshakes.h"
#include "host/http/listening_socket.h"
#include "host/http/mailbox.h"
#include "host/http/pacing.h"
#include "host/http/places.h"
#include "host/http/server.h"
#include "host/http/tally.h"
#include "host/http/workers.h"

namespace swapmeet::http {

class Front final : public SharedListener {
 public:
  Front(const ListenOptions& options, const Clock& clock, const Hooks& hooks,
        ListeningSocket socket, std::optional<ListeningSocket> local);
  ~Front() override;

  HostPort address() const override { return address_; }
  void set_limits(const ListenOptions& options) override { mailbox_.set_limits(options); }
  Result<Registration> add(const std::string& method, const std::string& pattern, Handler handler,
                           const RouteOptions& options) override {
    return router_.add_for(hooks_.owner, method, pattern, std::move(handler), options);
  }
  std::unique_ptr<Routes> routes_of(const std::string& owner) override;

 private:
  // The loop.
  void loop();
  void serve(Connection& connection, std::uint32_t events);
  bool drained();
  int milliseconds_to_wait() const;
  void watch(int descriptor, std::uint64_t id, std::uint32_t events);
  Connection* find(std::uint64_t id);
  void accept_all(ListeningSocket& listening);
  void watch_listening();
  void rest_listening();
  void take_in(Accepted accepted);
  void take_mail();
  void resume_paced();
  void give_turns();
  void resume(Connection& connection);
  void wait_for_turn(Connection& connection);
  void crowd_out();
  void sweep();
  void end_late(Connection& connection);
  void end_call(Connection& connection);
  void close(Connection& connection);

  // The way in.
  void advance(Connection& connection);
  void greet(Connection& connection);
  void take_handshake(const Handshakes::Step& step);
  void begin_requests(Connection& connection);
  void read(Connection& connection);
  void discard(Connection& connection);
  bool fill(Connection& connection);
  bool take_head(Connection& connection);
  bool begin(Connection& connection, Head head);
  bool take_body(Connection& connection);
  std::optional<Response> route(Connection& connection);
  void dispatch(Connection& connection);
  bool answer_here(Connection& connection);
  void post(Connection& connection);
  static void leave(const std::shared_ptr<Mailbox>& mailbox, Mailbox::Answer answer);
  Instant end_of_call(Lane lane, const Route& route) const;
  std::string next_request_id() { return instance_ + std::to_string(++request_count_); }

  // What comes next (front_ahead.cpp).
  void look_ahead(Connection& connection);
  void read_more(Connection& connection);
  void prepare(Connection& connection);
  void end_preparations();

  // The way out.
  void answer(Connection& connection, Response response);
  void refuse(Connection& connection, int status, const std::string& reason);
  void open_stream(Connection& connection, StreamBody& body);
  void send(Connection& connection);
  void sent(Connection& connection);
  void feed_stream(Connection& connection);
  void pace(Connection& connection);
  void count(const Connection& connection) { buffered_.set(connection.id, connection.waiting()); }

  ListenOptions options_;
  const Clock& clock_;
  const Hooks hooks_;
  ListeningSocket listening_;
  std::optional<ListeningSocket> local_;
  const HostPort address_;
  const OpenFile epoll_;
  Router router_;
  const std::string instance_;
  std::uint64_t request_count_ = 0;

  struct Preparation {  // of requests that come next, by a worker
    std::uint64_t job;
    Instant deadline;
    std::shared_ptr<const std::atomic<bool>> done;
    std::shared_ptr<std::atomic<bool>> cancelled;
  };

  Instant turn_;  // when this turn of the loop began; exact enough for deadlines
  std::unordered_map<std::uint64_t, std::unique_ptr<Connection>> connections_;
  std::uint64_t next_id_;
  std::deque<std::uint64_t> runnable_;  // those that go on at their next turn
  Places places_;
  Buffered buffered_;
  Pacing pacing_;
  std::vector<Preparation> preparations_;
  DateText date_;
  Tally tally_;
  bool accepting_ = true;  // false: out of files, until the next sweep
  Instant next_sweep_;
  std::optional<Instant> drain_until_;  // once it stops

  // Shared with those who answer later, perhaps when the front is gone.
  const std::shared_ptr<Mailbox> late_mail_ = std::make_shared<Mailbox>();
  Mailbox& mailbox_ = *late_mail_;
  std::atomic<bool> stopping_{false};
  const Handlers handlers_;
  Workers workers_;
  Handshakes handshakes_;
  std::thread thread_;
};

}  // namespace swapmeet::http
