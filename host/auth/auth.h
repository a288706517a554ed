// Who is asking, and may they come in: what the API wants to know of accounts. AuthGroup answers
// it over all auth plugins. Threads: thread-safe.
#pragma once

#include <string_view>

#include "swapmeet/authenticator.h"
#include "swapmeet/identity.h"
#include "swapmeet/result.h"
#include "swapmeet/sessions.h"

namespace swapmeet {

class Auth {
 public:
  virtual ~Auth() = default;
  // Whether anybody can log in here at all: then who is not a guest has an account.
  virtual bool has_accounts() const = 0;
  // Whose session is it? An empty token is a guest, who may be refused, or made `read_only`:
  // `unauthenticated` with a sentence that says how to log in. Asked for every request, on the
  // front's own thread: nothing but memory is looked at.
  virtual Result<Identity> identify(std::string_view token) = 0;
  // `unauthenticated`: wrong name or password (it does not say which). `too_many`: too many
  // failures, or log-ins at once; `retry_after` says how long to wait. `unavailable` and
  // `timed_out` name the plugin that cannot tell. `unsupported`: nobody can log in here.
  virtual Result<Session> log_in(const LogIn& wanted) = 0;
};

}  // namespace swapmeet
