// A peer's membership in its registry: registers, renews the lease at a third of it, registers
// again when the registry has forgotten it or its address has changed, announces the catalogue
// through a pump, and leaves at the end. While the registry cannot be reached it tries again after
// growing pauses, and says so once. The secret that proves the peer id to be this peer's is made
// once and kept in the data folder before it is first sent.
// Threads: one of its own beside the pump's; problem() is anyone's.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "host/feed/announcer.h"
#include "host/feed/pump.h"
#include "swapmeet/backoff.h"
#include "swapmeet/peer_key.h"
#include "swapmeet/public_endpoint.h"
#include "swapmeet/registry.h"
#include "swapmeet/time.h"

namespace swapmeet {

struct MembershipOptions {
  PeerId peer;
  std::string name;
  std::string token;             // 32 to 128 printable characters, the same at every start
  std::uint64_t seed = 0;        // of what is random in the pauses
  const PeerKey* key = nullptr;  // what its listener shows over TLS; nullptr: it has none
  // Optional: it registers now; and what came of it (nullptr: it failed). On the thread, quick.
  std::function<void()> registering = {};
  std::function<void(const Enrolled*)> registered = {};
};

// The ways into the plugins that it works with; nullptr: the host's own.
struct MembershipGates {
  Gate* registry = nullptr;
  Gate* transfer = nullptr;  // of endpoint and catalogue
};

class Membership {
 public:
  // Registry, endpoint, catalogue and clock must outlive the membership.
  Membership(Registry& registry, PublicEndpoint& endpoint, ChangeFeed& catalogue,
             MembershipOptions options, Log log, Clock& clock, MembershipGates gates = {});
  ~Membership() { stop(); }
  Membership(const Membership&) = delete;
  Membership& operator=(const Membership&) = delete;

  void start();
  void stop();  // leaves; idempotent

  // What the thread does, once: registers or renews, and says how long to wait before the next
  // time. For the thread, or for a test without.
  std::chrono::milliseconds round();

  // Why this peer is not registered now, in a sentence; empty: it is, or has not tried yet. Any
  // thread.
  std::string problem() const;
  // Why nobody can fetch from this peer, although it is registered: the index cannot reach it. In a
  // sentence; empty: it can, or has not tried yet. Any thread.
  std::string unreachable() const;

 private:
  void run();
  Result<Enrollment> enrollment() const;
  Result<std::chrono::seconds> enroll(const Enrollment& enrollment);
  void doubt();
  void see_reach();
  void report(const Error& error);
  std::string set_problem(std::string problem);  // the one before

  Registry& registry_;
  PublicEndpoint& endpoint_;
  const MembershipOptions options_;
  const MembershipGates gates_;
  const Log log_;
  Clock& clock_;
  Announcer announcer_;
  Pump pump_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::string problem_;
  std::string unreachable_;
  // The thread's own, until it has ended:
  std::optional<Enrollment> enrolled_;  // as the registry knows it
  bool announcing_started_ = false;
  int renewals_ = 0;
  bool is_reached_ = false;  // when it asked last
  Backoff backoff_;
  std::thread thread_;
};

}  // namespace swapmeet
