// The feed: whatever changes is a numbered, ordered stream that can be read from any revision, and
// whatever follows it says how far it has got. A peer's catalogue is a feed that the registry
// follows (announcing); the registry is a feed that a search follows (indexing). The host's pump
// moves changes from the one to the other.
//
// A feed may be compacted: of several changes to one path only the last need be kept, and removals
// may be forgotten once `FeedState::oldest` has passed them. Revisions therefore have gaps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "swapmeet/id.h"
#include "swapmeet/listing.h"
#include "swapmeet/registration.h"
#include "swapmeet/result.h"

namespace swapmeet {

// Numbers of changes: 1, 2, …; 0 is "before the first".
using Revision = std::uint64_t;

enum class ChangeKind : std::uint8_t {
  put,      // `listing` is new or replaced (by peer and path)
  remove,   // `listing.path` of `peer` is gone
  clear,    // all listings of `peer` are gone
  present,  // `peer` is present, under the name `peer_name`
  absent,   // `peer` is not present; its listings stay, but are not found
};

struct Change {
  Revision revision = 0;
  ChangeKind kind = ChangeKind::put;
  PeerId peer;            // zero in a catalogue's feed: the peer is the one that announces
  std::string peer_name;  // of `present`
  Listing listing;        // of `put`; only its path of `remove`

  bool operator==(const Change&) const = default;
};

// Where a follower stands: in which feed, and the last revision it has applied.
struct FeedPosition {
  std::string feed;  // empty: it follows none yet
  Revision revision = 0;

  bool operator==(const FeedPosition&) const = default;
};

struct FeedState {
  std::string feed;     // made at random when the store is created: another store, another feed
  Revision oldest = 0;  // a follower that returns from before this must start over
  Revision latest = 0;

  bool operator==(const FeedState&) const = default;
};

// Changes after `base` up to and including `upto`, in order. With base 0 the follower forgets what
// it had from before and starts over with these.
struct ChangeBatch {
  std::string feed;
  Revision base = 0;
  Revision upto = 0;
  std::vector<Change> changes;

  bool operator==(const ChangeBatch&) const = default;
};

// Thread-safe.
class ChangeFeed {
 public:
  virtual ~ChangeFeed() = default;
  // [any thread; started; may block]
  virtual Result<FeedState> state() = 0;
  // At most `limit` changes after `after`. `upto` of the answer is the revision to go on from; it
  // equals the feed's latest when there is no more. `conflict` when `after` is after the latest, or
  // before the oldest, unless it is 0 or the end of an answer to a first sync that goes on.
  // [any thread; started; may block]
  virtual Result<ChangeBatch> changes_after(Revision after, std::size_t limit) = 0;
  // `wake` is called, on any thread and quickly to return, after the feed has advanced. May call
  // once for many changes. No call begins after the registration is gone.
  // [any thread; started; quick]
  virtual Registration on_advance(std::function<void()> wake) = 0;
};

// Thread-safe; one pump calls apply.
class ChangeFollower {
 public:
  virtual ~ChangeFollower() = default;
  // [any thread; started; may block]
  virtual Result<FeedPosition> applied() = 0;
  // All of the batch, together with the new position, or nothing of it. Once it returns ok, the
  // batch survives a crash, or applied() after the crash says that it did not.
  // `conflict` when batch.base is not 0 and {batch.feed, batch.base} is not applied().
  // [one thread at a time; started; may block]
  virtual Result<void> apply(const ChangeBatch& batch) = 0;
};

}  // namespace swapmeet
