// What a plugin that speaks to an index tells others: where that index is and under which session
// this host speaks to it, so that address, trust and account stand in the configuration once.
#pragma once

#include <string>

#include "swapmeet/result.h"

namespace swapmeet {

// Thread-safe.
// How to know the index over TLS; empty ones: by an authority of this machine, and its name.
struct IndexTrust {
  std::string fingerprint;  // of its key, 64 small hex digits
  std::string ca_file;      // PEM: the authorities that may vouch for it
};

class IndexAddress {
 public:
  static constexpr const char* kInterface = "swapmeet.index_address/1";
  virtual ~IndexAddress() = default;
  // [any thread; started; quick]
  virtual std::string index_url() const = 0;  // "http://127.0.0.1:8888", "https://example.org"
  // [any thread; started; quick]
  virtual IndexTrust index_trust() const = 0;

  // The token of this host's session at that index and at no other, logged in if need be; empty:
  // it goes there as a guest. May block for the index. What keeps it from logging in is an error
  // with a sentence for the person: `not_allowed` (the index refuses name and password),
  // `too_many`, `unavailable`.
  // [any thread; started; may block]
  virtual Result<std::string> session() = 0;
  // The index takes `token` no longer: the next session() logs in again.
  // [any thread; started; quick]
  virtual void session_ended(const std::string& token) = 0;
};

}  // namespace swapmeet
