// By which token a peer is known at its index: each index gets one of its own, made from the peer's
// secret and from what the index is, so that none can speak for the peer at another. What an index
// is follows from how it proved itself:
// - its key, where that is pinned: the token stays when the index moves;
// - its id, where it is asked on this machine: nobody stands between;
// - its URL in all other cases: an id that anybody may claim must not draw a token out of a peer.
// What a token was made from before (another URL, or the URL where it is the key now) goes along as
// proof when the index does not know the new one, but only to whom it was made for.
// Threads: value types and free functions without shared state.
#pragma once

#include <string>
#include <vector>

#include "swapmeet/wire/host_url.h"

namespace swapmeet::registry_remote {

// What an index tells of itself (GET /api/v1/status), which is believed only as said above.
struct ToldOfIndex {
  std::string id;
  std::string fingerprint;
  bool operator==(const ToldOfIndex&) const = default;
};

// A registration that succeeded.
struct Remembered {
  std::string bound_to;
  ToldOfIndex index;
  bool operator==(const Remembered&) const = default;

  // A line each; what is no such line is left out.
  static std::vector<Remembered> read(const std::string& text);
  static std::string write(const std::vector<Remembered>& all);
};

// What the token is made from: "key:…", "id:…" or "url:…".
std::string bound_to(const wire::HostUrl& index, const ToldOfIndex& told);
// From what it may have been made before, likeliest first.
std::vector<std::string> bound_before(const wire::HostUrl& index, const ToldOfIndex& told,
                                      const std::vector<Remembered>& remembered);
// The token for that.
std::string token_for(const std::string& secret, const std::string& bound_to);

}  // namespace swapmeet::registry_remote
