// The memory that bodies and unsent answers take in a front: which connection holds how much, and
// which goes first when all of them together hold too much. Knows no sockets.
// Threads: one thread's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <unordered_map>

#include "swapmeet/time.h"

namespace swapmeet::http {

class Buffered {
 public:
  // From now on `connection` holds so many bytes; 0: none any more.
  void set(std::uint64_t connection, std::size_t bytes);
  // Of all connections together.
  std::size_t total() const { return total_; }

  // How many bytes of its body or its answer a connection has moved, and since when.
  struct Progress {
    std::uint64_t moved = 0;
    Instant since;
  };
  using ProgressOf = std::function<std::optional<Progress>(std::uint64_t connection)>;
  // Of those that hold memory, the one that moved the least for its time; nullopt: there is none.
  // A connection without progress is left out.
  std::optional<std::uint64_t> slowest(Instant now, const ProgressOf& progress_of) const;

 private:
  std::unordered_map<std::uint64_t, std::size_t> held_;  // only what is above 0
  std::size_t total_ = 0;
};

}  // namespace swapmeet::http
