// Who is asking, and may they come in: what the API wants to know of accounts. AuthGroup answers
// it over all auth plugins. Threads: thread-safe.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "host/auth/scopes.h"
#include "swapmeet/authenticator.h"
#include "swapmeet/identity.h"
#include "swapmeet/result.h"
#include "swapmeet/sessions.h"

namespace swapmeet {

class SessionTable;

// With what somebody logs in, beside name and password.
struct Visit {
  std::string device = {};  // what an earlier log-in from there was given (Session::device)
  std::string agent = {};   // the program, for the list of sessions
};

class Auth {
 public:
  using LoggedIn = std::function<void(Result<Session> session)>;

  virtual ~Auth() = default;
  // Whether anybody can log in here at all: then who is not a guest has an account.
  virtual bool has_accounts() const = 0;
  // Whose session or key is it? An empty token is a guest, who may be refused, or made `read_only`:
  // `unauthenticated` with a sentence that says how to log in. Asked for every request, on the
  // front's own thread: nothing but memory is looked at.
  virtual Result<Identity> identify(std::string_view token) = 0;
  // What a key may be used for; nullopt: the token is none.
  virtual std::optional<Scopes> scopes(std::string_view token) = 0;
  // `done` is called once, by any thread. `unauthenticated`: wrong name or password (it does not
  // say which). `not_allowed`: the account may not log in, and why. `too_many`: too many failures,
  // or its turn has not come; `retry_after` says how long to wait. `unavailable` and `timed_out`
  // name the plugin that cannot tell. `unsupported`: nobody can log in here.
  virtual void log_in(const LogIn& wanted, const Visit& visit, LoggedIn done) = 0;
  // Before somebody who has logged in is asked for their password again: as often as a log-in.
  // confirmed() says that it was right.
  virtual Result<void> begin_confirming(const std::string& account) = 0;
  virtual void confirmed(const std::string& account) = 0;
  virtual SessionTable& table() = 0;
};

}  // namespace swapmeet
