// Files that people send each other.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "swapmeet/id.h"
#include "swapmeet/page.h"
#include "swapmeet/result.h"
#include "swapmeet/time.h"

namespace swapmeet {

enum class OfferState { waiting, accepted, refused, done, failed };
std::string_view name_of(OfferState state);  // "waiting", …
std::optional<OfferState> offer_state_from(std::string_view name);

// A file, or a folder with all files below it, that one person sends to another. On both sides.
struct Offer {
  std::string id;
  bool incoming = true;
  PeerId peer;  // the other one
  std::string peer_name;
  ContentId content;  // zero while the file is being hashed, and of a folder
  std::string name;
  std::uint64_t files = 0;  // in the folder; 0: it is a file
  std::uint64_t size = 0;   // of all of them
  std::uint64_t done = 0;   // proven bytes at the receiver
  OfferState state = OfferState::waiting;
  std::string download;  // id of the download, when accepted here; empty of a folder
  std::string why;       // of refused and failed; of waiting: what for
  Time created{};
};

struct SendRequest {
  std::string path;  // absolute path of a file or folder on this machine
  PeerId peer;
};

// Thread-safe; kept across restarts.
class Inbox {
 public:
  static constexpr const char* kInterface = "swapmeet.inbox/1";
  virtual ~Inbox() = default;
  // [any thread; started; may block]
  virtual Result<Page<Offer>> list(const PageRequest& page) = 0;  // both directions, newest first
  // [any thread; started; may block]
  virtual Result<Offer> get(const std::string& id) = 0;  // `not_found`
  // [any thread; started; may block]
  virtual Result<Offer> accept(const std::string& id) = 0;  // `conflict`: already decided
  // Of an offer of one's own: withdraws it, as long as it is not done. `conflict`: too late.
  // [any thread; started; may block]
  virtual Result<Offer> refuse(const std::string& id) = 0;
  // Hashes the file, offers it, and serves it to the one who got the offer. Returns once the offer
  // is recorded; the offer's state tells the rest. A peer that is not present gets it when it
  // returns. Of a folder: all regular files below it. `not_found`: no such file or peer.
  // `unavailable`: it cannot be reached from outside. `invalid_argument`: neither file nor folder,
  // or a folder without files or with too many.
  // [any thread; started; may block]
  virtual Result<Offer> send(const SendRequest& request) = 0;
};

}  // namespace swapmeet
