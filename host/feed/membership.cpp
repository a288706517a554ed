#include "host/feed/membership.h"

#include <algorithm>
#include <utility>

namespace swapmeet {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {
constexpr BackoffLimits kBetweenAttempts{milliseconds(500),
                                         milliseconds(15'000)};  // between attempts
constexpr std::chrono::minutes kLongestTold{15};                 // that the registry has it wait
constexpr int kRenewalsBetweenDoubts = 30;                       // ten minutes, for a lease of one
constexpr int kRenewalsBetweenLooks = 3;
constexpr milliseconds kFirstLook{2'000};  // after registering; the index may be about to try
}  // namespace

Membership::Membership(Registry& registry, PublicEndpoint& endpoint, ChangeFeed& catalogue,
                       MembershipOptions options, Log log, Clock& clock, MembershipGates gates)
    : registry_(registry),
      endpoint_(endpoint),
      options_(std::move(options)),
      gates_(gates),
      log_(std::move(log)),
      clock_(clock),
      announcer_(registry, options_.peer, options_.token),
      pump_(catalogue, announcer_, "announcing", log_, clock, options_.seed,
            {.feed = gates.transfer, .follower = gates.registry}),
      backoff_(kBetweenAttempts, options_.seed) {}

void Membership::start() {
  thread_ = std::thread([this] { run(); });
}

void Membership::stop() {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  pump_.stop();
  if (enrolled_)
    static_cast<void>(through(gates_.registry, "leave()",
                              [&] { return registry_.leave(options_.peer, options_.token); }));
}

Result<Enrollment> Membership::enrollment() const {
  return through(gates_.transfer, "announced_address()", [this]() -> Result<Enrollment> {
    Enrollment enrollment;
    enrollment.id = options_.peer;
    enrollment.name = options_.name;
    enrollment.address = endpoint_.announced_address();
    enrollment.port = endpoint_.listening().port;
    enrollment.token = options_.token;
    const auto tls = options_.key ? endpoint_.tls() : http::Tls::off;
    if (tls != http::Tls::off) enrollment.fingerprint = options_.key->fingerprint();
    enrollment.plain = tls != http::Tls::required;
    return enrollment;
  });
}

Result<seconds> Membership::enroll(const Enrollment& enrollment) {
  if (options_.registering) options_.registering();
  auto enrolled = through(gates_.registry, "enroll()", [&] {
    return registry_.enroll(enrollment, {{}, "127.0.0.1"});
  });
  if (options_.registered) options_.registered(enrolled ? &*enrolled : nullptr);
  if (!enrolled) return std::move(enrolled).error();
  log_(LogLevel::info, "registered",
       {{"name", enrolled->peer.name},
        {"address", enrolled->peer.address},
        {"lease_s", std::to_string(enrolled->lease.count())}});
  enrolled_ = enrollment;
  is_reached_ = false;
  // A registry that had forgotten the peer has forgotten its listings too.
  doubt();
  return enrolled->lease;
}

// The registry is asked where it stands, although nothing has changed here.
void Membership::doubt() {
  announcer_.doubt();
  if (announcing_started_) pump_.hurry();
}

std::string Membership::problem() const {
  const std::lock_guard lock(mutex_);
  return problem_;
}

std::string Membership::set_problem(std::string problem) {
  const std::lock_guard lock(mutex_);
  return std::exchange(problem_, std::move(problem));
}

std::string Membership::unreachable() const {
  const std::lock_guard lock(mutex_);
  return unreachable_;
}

// What the index says of the address; asked more rarely once it is well.
void Membership::see_reach() {
  if (is_reached_ && renewals_ % kRenewalsBetweenLooks != 0) return;
  const auto record =
      through(gates_.registry, "peer()", [&] { return registry_.peer(options_.peer); });
  if (!record) return;
  is_reached_ = record->dialable;
  std::string now;
  if (!record->dialable && !record->unreachable.empty())
    now = "the index cannot reach this peer at " + HostPort{record->address, record->port}.text() +
          ": " + record->unreachable;
  const std::unique_lock lock(mutex_);
  if (std::exchange(unreachable_, now) == now) return;
  if (now.empty())
    log_(LogLevel::info, "can be reached", {});
  else
    log_(LogLevel::warning, "nobody can fetch from here", {{"why", now}});
}

void Membership::report(const Error& error) {
  if (set_problem(error.message) == error.message) return;
  log_(LogLevel::warning, "is not registered and tries again", {{"why", error.message}});
}

milliseconds Membership::round() {
  const auto now = enrollment();
  const bool is_known =
      now && enrolled_ && enrolled_->address == now->address && enrolled_->port == now->port &&
      enrolled_->fingerprint == now->fingerprint && enrolled_->plain == now->plain;
  auto lease = !now       ? Result<seconds>(now.error())
               : is_known ? through(gates_.registry, "renew()",
                                    [&] { return registry_.renew(options_.peer, options_.token); })
                          : enroll(*now);
  if (!lease) {
    report(lease.error());
    // The registry is there, and has forgotten the peer: nothing to wait for.
    if (is_known && lease.error().code == ErrorCode::not_found) {
      enrolled_.reset();
      return milliseconds(0);
    }
    const auto pause = backoff_.next();
    const auto told = lease.error().retry_after.value_or(seconds(0));
    return std::max(pause, std::min<milliseconds>(told, kLongestTold));
  }
  // It may have been restored from a backup, which only shows when it is asked.
  const bool was_away = !set_problem({}).empty();
  if (is_known && (was_away || ++renewals_ % kRenewalsBetweenDoubts == 0)) doubt();
  backoff_.reset();
  if (!is_known) return std::min<milliseconds>(milliseconds(*lease) / 3, kFirstLook);
  see_reach();
  return std::max<milliseconds>(milliseconds(*lease) / 3, milliseconds(100));
}

void Membership::run() {
  milliseconds pause{0};
  std::unique_lock lock(mutex_);
  while (!clock_.wait_for(lock, changed_, pause, [&] { return stopping_; })) {
    lock.unlock();
    pause = round();
    if (enrolled_ && !std::exchange(announcing_started_, true)) pump_.start();
    lock.lock();
  }
}

}  // namespace swapmeet
