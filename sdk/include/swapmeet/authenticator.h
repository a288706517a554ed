// The auth contract: does this name belong to this password, and what may its holder do? That is
// all that an auth plugin says. Sessions and their tokens, guests, tickets, and pauses after failed
// log-ins are the host's, for all auth plugins alike. Several of them ([auth] plugin = accounts,
// mine) are asked in order, and the first that knows a name decides about it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "swapmeet/deadline.h"
#include "swapmeet/result.h"

namespace swapmeet {

// Somebody wants to be logged in. The host lets through only what is worth a look: neither name nor
// password is empty, longer than 1,024 bytes, anything but UTF-8, or has a NUL byte in it.
struct LogIn {
  std::string account;   // as it was typed
  std::string password;  // never to be logged
  std::string address;   // where it comes from, an IP
  Deadline deadline;     // the host waits no longer
};

// What an account may do.
struct Grant {
  // Whose session it becomes: at most 255 bytes without control characters, and not "owner". It may
  // differ from what was typed ("ANN@example.org" may become "ann").
  std::string account;
  std::vector<std::string> groups = {};  // at most 64, written as accounts are
  std::vector<std::string> roles = {};   // of those that there are: "admin"
  // Changes when sessions from before must end, as with the password. It may be made of a secret:
  // the host keeps a digest of it. Empty: they last.
  std::string version = {};

  bool operator==(const Grant&) const = default;
};

class Authenticator {
 public:
  static constexpr const char* kInterface = "swapmeet.authenticator/2";
  virtual ~Authenticator() = default;

  // nullopt: this plugin does not know the name, so the next one is asked. A Grant: name and
  // password are right. `unauthenticated`: the name is this plugin's, and the password is wrong, or
  // the account is disabled; nobody else is asked, and who wanted to log in is not told which.
  // `not_allowed`: name and password are right, but the account may not log in now; whoever wanted
  // to is told the sentence, which says why and until when. `unavailable` or `timed_out`: it cannot
  // be told now (a server is away), which does not count as a failed attempt. It takes as long for
  // a name that is not known as for a wrong password. [any thread, several at a time; started]
  virtual Result<std::optional<Grant>> check(const LogIn& log_in) = 0;

  // What an account that has logged in here may do now; nullopt: there is none any more, or it is
  // disabled. The host asks every `recheck` for each account that has sessions, which then end, or
  // change. `unsupported`: what was granted lasts as long as the session does; it is not asked
  // again. Any other error: nothing changes this time.
  // [any thread; started]
  virtual Result<std::optional<Grant>> current(const std::string& account) {
    static_cast<void>(account);
    return unsupported("what was granted lasts as long as the session");
  }
};

}  // namespace swapmeet
