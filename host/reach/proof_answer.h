// The peer's end of a proof of address: signs the nonce of the index that this host registers with,
// and of no other, so that nobody can pass another index's question on. Stands as GET /proof on
// every listener of a plugin.
// Threads: thread-safe. An answer waits for a moment while this host registers, since the index may
// be quicker to connect than to tell who it is.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>

#include "swapmeet/http.h"
#include "swapmeet/id.h"
#include "swapmeet/peer_key.h"
#include "swapmeet/time.h"

namespace swapmeet {

class ProofAnswer {
 public:
  // `key` and clock outlive it.
  ProofAnswer(const PeerId& self, const PeerKey& key, Clock& clock)
      : self_(self), key_(key), clock_(clock) {}

  // Where it stands with its index: registers there now; or is registered, and knows it (zero: it
  // does not say who it is); or neither.
  void registering();
  void registered(const PeerId& index);
  void not_registered();

  http::Response answer(const http::Request& request);
  // The listener with that route; both end together.
  std::unique_ptr<http::Listener> on(std::unique_ptr<http::Listener> listener);

 private:
  Result<void> await(const PeerId& index);

  const PeerId self_;
  const PeerKey& key_;
  Clock& clock_;
  std::mutex mutex_;  // guards the rest
  std::condition_variable changed_;
  bool is_registering_ = false;
  PeerId index_{};
  int waiting_ = 0;
};

}  // namespace swapmeet
