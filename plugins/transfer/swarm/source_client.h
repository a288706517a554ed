// One connection to one source: its Merkle layer, its size, and ranges of its bytes. Reads a
// mebibyte at a time; answers that are not exactly what was asked for are errors.
// Threads: one thread uses it; interrupt() may come from any other.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "swapmeet/result.h"

namespace swapmeet::swarm {

class SourceClient {
 public:
  // `url`: of the content, "http://host:port/content/<cid>", maybe with a query.
  SourceClient(const std::string& url, std::chrono::milliseconds stall_after);
  ~SourceClient();

  // `unavailable`, `timed_out`: try again later. `corrupt`: it answers nonsense. `cancelled`.
  Result<std::uint64_t> size();
  Result<std::string> layer(std::uint64_t piece_size, std::uint64_t bytes);
  // `into` gets the bytes in order; when it says false the call ends with `cancelled`.
  Result<void> range(std::uint64_t offset, std::uint64_t length, std::uint64_t file_size,
                     const std::function<bool(const char* bytes, std::size_t size)>& into);
  // Ends a running call soon, and all later ones at once.
  void interrupt();

 private:
  struct Connection;
  std::unique_ptr<Connection> connection_;
};

}  // namespace swapmeet::swarm
