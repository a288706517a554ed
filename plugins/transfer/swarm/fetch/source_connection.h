// One connection to one source, over which several requests may be on their way at once: answers
// come in the order of the requests (RFC 9112 §9.3.2), and the caller reads each straight to where
// it shall be. It connects when something is asked, and anew when the source has closed it between
// two answers: what was asked is asked again then.
// Threads: one thread uses it; interrupt() may come from any other. Its waiting is real time, as
// sockets know no other.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "swapmeet/result.h"

namespace swapmeet::transfer_swarm {

class SourceConnection {
 public:
  // `url`: of anything at that source, as pinned_url gives it: over https:// only to the holder of
  // the key behind '#', or, without one, to whom an authority of this machine vouches for.
  // `reader`: by which the source knows this host again; empty: by the address. `stall_after`:
  // without a byte for so long, a call fails.
  SourceConnection(const std::string& url, std::chrono::milliseconds stall_after,
                   std::string reader);
  ~SourceConnection();
  SourceConnection(const SourceConnection&) = delete;
  SourceConnection& operator=(const SourceConnection&) = delete;

  struct Request {
    std::string path;         // with its query
    std::string range = {};   // "0-1023", the first and the last byte; empty: everything
    std::string ticket = {};  // by which the source knows account and groups; may be empty
    std::string method = "GET";
  };
  struct Answer {
    int status = 0;
    std::string reason;
    std::optional<std::uint64_t> length;  // bytes of the body; nullopt: it does not say
    std::string range;                    // its Content-Range
    // A busy source: when to ask again, and the place in its queue.
    std::optional<std::chrono::seconds> retry_after;
    unsigned place = 0;
    std::size_t connections = 0;  // that this host may have to it; 0: it does not say
  };

  // Errors in common: `unavailable`, `timed_out`: try again later. `corrupt`: it answers nonsense.
  // `cancelled`: interrupted. `unauthenticated`: it is not who it should be, and was told nothing.
  // After an error all that was asked is forgotten.

  // Unless it is connected already.
  Result<void> connect();
  // The request goes out with the next call of answer() or read(), together with others.
  void ask(Request request);
  // Those whose answers have not begun.
  std::size_t asked() const;
  // The head of the next answer, whose body, if it has one, read() gives. What was not read of the
  // one before is passed over.
  Result<Answer> answer();
  // The next bytes of that body, at least one and at most `most`.
  Result<std::size_t> read(char* to, std::size_t most);
  std::uint64_t unread() const;  // bytes of that body
  // Forgets what was asked, and closes.
  void close();
  // Ends a running call soon, and all later ones at once.
  void interrupt();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// What an answer means that is not the one hoped for: `unavailable` with `retry_after` when the
// source is busy, `unavailable` when it is in trouble, `not_found` for all else.
Error unexpected(const SourceConnection::Answer& answer);

}  // namespace swapmeet::transfer_swarm
