// What other threads leave for a front's socket thread: answers of handlers, handshakes that have
// come to something, streams that have something to send, new limits. Its descriptor can be polled,
// and is readable while mail waits. Thread-safe.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "host/http/handshakes.h"
#include "swapmeet/http.h"

namespace swapmeet::http {

class Mailbox {
 public:
  struct Answer {
    std::uint64_t connection = 0;
    std::uint64_t call = 0;  // of the connection, which may have been told something else by now
    Response response;
  };
  struct Mail {
    std::vector<Answer> answers;
    std::vector<Handshakes::Step> handshakes;
    std::vector<std::uint64_t> kicked;  // streams with something to send
    std::optional<ListenOptions> limits;
    bool empty() const {
      return answers.empty() && handshakes.empty() && kicked.empty() && !limits;
    }
  };

  Mailbox();
  void leave(Answer answer);
  void leave(Handshakes::Step handshake);
  void kick(std::uint64_t connection);
  void set_limits(const ListenOptions& limits);
  // Wakes who polls, although nothing was left.
  void wake() const;

  // All that has been left since the last time.
  Mail take();
  int descriptor() const { return event_.descriptor(); }

 private:
  // Only the first of what waits has to wake the reader.
  template <class Leave>
  void add(Leave leave);

  const OpenFile event_;
  std::mutex mutex_;
  Mail mail_;
};

}  // namespace swapmeet::http
