// Where this host can be reached by other peers: what it tells its registry.
#pragma once

#include <string>

#include "swapmeet/address.h"
#include "swapmeet/http.h"

namespace swapmeet {

// Thread-safe; quick. Between start and stop.
class PublicEndpoint {
 public:
  static constexpr const char* kInterface = "swapmeet.public_endpoint/1";
  virtual ~PublicEndpoint() = default;
  // Where the public listener really listens.
  // [any thread; started; quick]
  virtual HostPort listening() = 0;
  // The address to announce; empty: let the index see for itself.
  // [any thread; started; quick]
  virtual std::string announced_address() = 0;
  // How the public listener speaks TLS.
  // [any thread; started; quick]
  virtual http::Tls tls() = 0;
};

}  // namespace swapmeet
