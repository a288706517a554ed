// Saved searches: whoever watches a query is told of each file that matches it as it appears. An
// index's host looks for them in its registry's feed by itself; `search.remote` asks the index.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "swapmeet/id.h"
#include "swapmeet/identity.h"
#include "swapmeet/media_type.h"
#include "swapmeet/registration.h"
#include "swapmeet/result.h"

namespace swapmeet {

struct WatchRequest {
  std::string query;  // the language is query.h's
  Identity viewer;
};

// A listing that appeared, or got another content.
struct Match {
  ContentId content;
  std::string name;
  std::string path;
  std::uint64_t size = 0;  // bytes
  MediaType type = MediaType::other;
  PeerId peer;  // who listed it
  std::map<std::string, std::string> attributes = {};

  bool operator==(const Match&) const = default;
};

// Thread-safe.
class Watches {
 public:
  static constexpr const char* kInterface = "swapmeet.watches/1";
  virtual ~Watches() = default;
  // `found` is called, on another thread, for each file that appears from now on and that `viewer`
  // may see, until the registration is gone; it must be quick and not come back here. May call
  // twice for one file. `invalid_argument` with a position: the query is wrong there; `too_many`.
  // [any thread; started; may block]
  virtual Result<Registration> watch(const WatchRequest& request,
                                     std::function<void(const Match&)> found) = 0;
};

}  // namespace swapmeet
