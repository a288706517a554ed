// One connection to one source: the size of its content, its Merkle layer, and ranges of its bytes,
// which the caller reads straight to where they shall be. Answers that are not exactly what was
// asked for are errors.
// Threads: one thread uses it; interrupt() may come from any other.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "swapmeet/result.h"
#include "swapmeet/wire/piece_report.h"

namespace swapmeet::transfer_swarm {

class SourceClient {
 public:
  // `url`: of the content, "http://host:port/content/<cid>", maybe with a query. `reader`: by which
  // the source knows this host again in its queue; empty: by the address.
  SourceClient(const std::string& url, std::chrono::milliseconds stall_after,
               std::string reader = "");
  ~SourceClient();

  // By which the source knows the account and groups of whom this host fetches for; from the next
  // request on.
  void set_ticket(const std::string& ticket);

  // Errors in common: `unavailable`, `timed_out`, `not_found`: try again later, after `retry_after`
  // if the source said so. `corrupt`: it
  // answers nonsense. `cancelled`: interrupted.
  Result<std::uint64_t> size();
  // Which pieces it has now.
  Result<wire::PieceReport> pieces();
  // Ask for bytes; read() gives them. `bytes`: how many the layer must have.
  Result<void> open_layer(std::uint64_t piece_size, std::uint64_t bytes);
  // The same for the leaves of the file's last piece.
  Result<void> open_leaves(std::uint64_t piece_size, std::uint64_t bytes);
  // `conflict`: it has the content, but says that its size is another.
  Result<void> open_range(std::uint64_t offset, std::uint64_t length, std::uint64_t file_size);
  // The next bytes of what was opened, at least one and at most `most`.
  Result<std::size_t> read(char* to, std::size_t most);
  // Ends a running call soon, and all later ones at once.
  void interrupt();

 private:
  struct Connection;
  std::unique_ptr<Connection> connection_;
};

}  // namespace swapmeet::transfer_swarm
