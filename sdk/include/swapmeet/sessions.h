// Sessions: what somebody who has logged in has. The host keeps them, and provides this interface
// for auth plugins that know at once when an account has changed.
#pragma once

#include <string>

#include "swapmeet/authenticator.h"
#include "swapmeet/identity.h"
#include "swapmeet/result.h"
#include "swapmeet/time.h"

namespace swapmeet {

struct Session {
  std::string token;  // to be sent as "Authorization: Bearer …"
  Time expires{};
  Identity identity;
  // To be kept where it was given and sent with later log-ins ("Swapmeet-Device: …"): a device that
  // is known waits neither for others nor for what they did. It lets nobody in. Empty: none.
  std::string device = {};
};

// Every host provides it. Without it, changes count as soon as the host asks again
// (Authenticator::current). `whose`: the plugin's own Authenticator, as interface() gives it to the
// host. `unavailable`: not all plugins have started yet; the host asks by itself then. Another
// error: the disk fails; it counts all the same, until the host starts again.
class Sessions {
 public:
  static constexpr const char* kInterface = "swapmeet.sessions/1";
  virtual ~Sessions() = default;

  // The account may do this from now on, in the sessions that it has. Those that were granted with
  // another version end. [any thread; start]
  virtual Result<void> change(const Authenticator& whose, const Grant& now) = 0;
  // All its sessions end, and so does a log-in that is under way. [any thread; start]
  virtual Result<void> end(const Authenticator& whose, const std::string& account) = 0;
};

}  // namespace swapmeet
