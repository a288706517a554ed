// Asks the sources of a content for its hashes, and remembers the answers. The Merkle layer is
// checked against the content id; who tells a wrong one is not listened to. A question has one
// deadline for all of it, and a source that dawdles holds up only what is asked of it (Questions).
// Of SHA-256 and SHA-1 a
// source's word is all there is (the content id does not prove them), so what two sources agree on
// is preferred, and nothing is said when they contradict each other.
// Threads: thread-safe; find() blocks for other hosts, some seconds at most.
#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "host/reach/questions.h"
#include "swapmeet/registry.h"
#include "swapmeet/result.h"
#include "swapmeet/time.h"
#include "swapmeet/wire/content_hashes.h"

namespace swapmeet {

class HashFinder {
 public:
  // The clock outlives it. `cannot_reach`: nobody answers at the address of that peer.
  explicit HashFinder(Clock& clock, std::function<void(const PeerId&)> cannot_reach = {})
      : clock_(clock), cannot_reach_(std::move(cannot_reach)), questions_(clock) {}
  using Hashes = std::shared_ptr<const wire::ContentHashes>;

  struct Found {
    Hashes agreed;      // nullptr: no source tells them, or they contradict each other
    std::string layer;  // of the pieces; empty: a single one, or nobody told
  };
  // `unavailable`, with a time: a source is still making them, or
  // too many are asked for at once.
  Result<Found> find(const ContentRecord& content);
  // What is remembered; asks nobody.
  std::optional<Found> known(const ContentId& content);

 private:
  struct Kept {
    Found found;
    Instant until;
    std::list<ContentId>::iterator order;
  };

  Result<Found> ask(const ContentRecord& content);
  Result<wire::ContentHashes> ask_one(const Source& source, const ContentRecord& content,
                                      bool& was_asked);
  void keep(const ContentId& content, Found found);

  Clock& clock_;
  const std::function<void(const PeerId&)> cannot_reach_;
  Questions questions_;
  std::mutex mutex_;  // guards all below
  std::map<ContentId, Kept> kept_;
  std::list<ContentId> order_;  // the latest first
  std::size_t pieces_ = 0;      // in all that is kept
};

}  // namespace swapmeet
