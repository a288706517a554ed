// What comes next: of a client that sends many requests before it has the answers, those that wait
// behind the one that is answered. Where answers at once are tried (RouteOptions::at_once), a
// worker shows them to their handler as HEAD, which changes nothing; then their answers need no way
// to a worker and back, and the next file is open when the one before it is out. They are answered
// one after the other all the same, each when its turn comes, and by what holds then.
#include <algorithm>
#include <utility>

#include "host/http/front.h"
#include "host/http/refusal.h"

namespace swapmeet::http {
namespace {

constexpr std::size_t kBuffer = 64 << 10;
constexpr std::size_t kLow = 16 << 10;  // bytes that have come: it is worth looking for more

// For one worker, one after the other.
struct Next {
  std::shared_ptr<Route> route;
  Request request;
};

}  // namespace

// Where a guard asks who it is, it would count everybody twice.
void Front::look_ahead(Connection& connection) {
  if (hooks_.guard || !connection.route->is_tried_at_once()) return;
  if (!connection.ahead.is_low() || (connection.prepared && !*connection.prepared)) return;
  read_more(connection);
  connection.ahead.fill(connection.in);
  prepare(connection);
}

// An end of the connection is left to be found when its turn comes.
void Front::read_more(Connection& connection) {
  if (!connection.readable || connection.in.size() >= kLow) return;
  char bytes[kBuffer];
  const auto got = connection.channel.receive(bytes, sizeof bytes);
  connection.in.append(bytes, got.bytes);
  const bool all = got.outcome == Channel::Outcome::done
                       ? connection.channel.is_drained(got.bytes, sizeof bytes) && !connection.ended
                       : got.outcome == Channel::Outcome::blocked;
  if (all) connection.readable = false;
}

void Front::prepare(Connection& connection) {
  const auto deadline = end_of_call(Lane::asking, *connection.route);
  const auto& owner = connection.route->owner();
  const auto cancelled = std::make_shared<std::atomic<bool>>(false);
  const auto calls = std::make_shared<std::vector<Next>>();
  for (const auto* head : connection.ahead.show()) {
    if (head->request.method != "GET") continue;
    auto match = router_.find("GET", head->request.path);
    if (!match.route || !match.route->is_tried_at_once() || match.route->owner() != owner) continue;
    auto& next = calls->emplace_back(Next{std::move(match.route), head->request});
    next.request.params = std::move(match.params);
    next.request.secure = connection.channel.is_secure();
    next.request.remote_address = connection.address;
    next.request.remote_port = connection.port;
    next.request.deadline = Deadline(deadline, cancelled);
  }
  if (calls->empty()) return;
  const auto done = std::make_shared<std::atomic<bool>>(false);
  auto job = [this, calls, cancelled, done] {
    for (auto& next : *calls) {
      if (*cancelled) break;
      handlers_.prepare(next.request, *next.route);
    }
    *done = true;
  };
  const auto number = workers_.post({std::move(job), Lane::asking, owner});
  if (number == 0) return;  // all are busy: each request waits for a worker of its own
  preparations_.push_back({number, deadline, done, cancelled});
  connection.prepared = done;
  connection.gone = cancelled;
}

// One that hangs must not keep its worker from others.
void Front::end_preparations() {
  std::erase_if(preparations_, [&](const Preparation& one) {
    if (*one.done) return true;
    if (turn_ <= one.deadline) return false;
    *one.cancelled = true;
    workers_.give_up(one.job);
    return true;
  });
}

}  // namespace swapmeet::http
