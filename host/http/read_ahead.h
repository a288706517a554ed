// Requests of one connection that have come before their turn (RFC 9112 §9.3.2): their heads, which
// wait behind the request that is being answered. The front looks at them to have ready what their
// answers need, and takes them one by one. Only whole requests without a body are read ahead, and
// only so many: what comes behind stays as it came. Knows no sockets. Threads: one thread's.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "host/http/parser.h"

namespace swapmeet::http {

class ReadAhead {
 public:
  static constexpr std::size_t kMost = 32;         // requests
  static constexpr std::size_t kMostBytes = 8192;  // of their heads, or one more head

  // Moves what may be read ahead from the front of `bytes`.
  void fill(std::string& bytes);
  // The next one, in the order in which they came.
  std::optional<Head> take();
  bool empty() const { return heads_.empty(); }
  void clear();

  // Those that were not shown before.
  std::vector<const Head*> show();
  // So few are left of those that were shown that it is time for more.
  bool is_low() const { return shown_ < kMost / 2; }

 private:
  std::deque<Head> heads_;
  std::size_t bytes_ = 0;
  std::size_t shown_ = 0;  // the first so many
};

}  // namespace swapmeet::http
