// Proves where peers are: whenever one registers or renews its lease and a proof is due
// (proof_schedule.h), this host connects to the address that the peer announced, from a port of its
// own, and lets it sign a nonce (wire/address_proof.h). What came of it goes to the registry, and
// only an address that was proved is a source, a redirect's target or asked for anything.
//
// A queue with a few threads for peers that are where they call from, and another for all others,
// so that these keep nobody waiting. Both are bounded: whoever finds one full, or meets a limit
// (wire/dial_limits.h), has the next renewal of the lease to come again.
// Threads: thread-safe; look() waits for the registry at most, never for a peer.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "host/plugins/gate.h"
#include "host/services/metrics.h"
#include "swapmeet/host.h"
#include "swapmeet/registry.h"
#include "swapmeet/wire/dial_limits.h"
#include "swapmeet/wire/short_call.h"

namespace swapmeet {

// As [registry] says.
struct ProofRules {
  bool dial_back = true;  // false: every address is believed
  std::chrono::milliseconds again = std::chrono::hours(6);
  wire::DialRates rates = {};
  static ProofRules from(const Settings& registry);
};

class AddressProofs {
 public:
  struct Parts {
    Registry& registry;
    Gate* gate = nullptr;  // the way into it; nullptr: the host's own
    Clock& clock;
    Log log;
    Metrics& metrics;
    PeerId index;                        // this host, for whom is signed
    std::function<std::string()> nonce;  // random, as wire::is_nonce wants it
    // How a host is called and a name is looked up; tests have others.
    std::function<Result<wire::Reply>(const wire::ShortCall&, const std::atomic<bool>& stop)> call;
    std::function<Result<std::vector<wire::NetworkAddress>>(const std::string& host)> look_up;
  };
  static constexpr std::size_t kMostWaiting = 1'000;  // in each queue

  AddressProofs(Parts parts, const ProofRules& rules);  // parts outlive it
  ~AddressProofs() { stop(); }
  AddressProofs(const AddressProofs&) = delete;
  AddressProofs& operator=(const AddressProofs&) = delete;

  void set(const ProofRules& rules);
  // The peer has registered or renewed from `caller`, an IP address.
  void look(const PeerId& peer, const std::string& caller);
  // Nobody answered at the address that it had proved: the next renewal has it proved again.
  void doubt(const PeerId& peer);
  void stop();  // idempotent
  // Nothing waits and nothing is under way: for tests.
  void await_idle();

 private:
  struct Errand {
    PeerId peer;
    Reachability reach;
    std::optional<wire::NetworkAddress> target;  // nullopt: a name that is to be looked up
    wire::NetworkAddress caller;
    bool is_home() const { return target && *target == caller; }
  };
  struct Lane {
    std::deque<Errand> waiting;
    std::vector<std::thread> threads;
  };

  void work(Lane& lane);
  void prove(const Errand& errand);
  Result<std::string> reach(const Errand& errand);
  Result<void> ask(const Errand& errand, const wire::NetworkAddress& target);
  void note(const PeerId& peer, const Reachability& reach);
  void keep_secret_until(Instant moment);
  Result<Reachability> known(const PeerId& peer);

  const Parts parts_;
  wire::DialLimits limits_;
  const std::shared_ptr<Counter> dialled_;
  const std::shared_ptr<Counter> failed_;
  const std::shared_ptr<Counter> refused_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;  // guards the rest
  std::condition_variable changed_;
  ProofRules rules_;
  std::set<PeerId> under_way_;
  Lane home_;
  Lane elsewhere_;
};

}  // namespace swapmeet
