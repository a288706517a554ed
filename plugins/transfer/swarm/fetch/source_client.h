// What one source tells of one content, over one connection: its size, its Merkle layer, which
// pieces there are, and ranges of its bytes, which the caller reads straight to where they shall
// be. Several may be asked for before the first has come. Answers that are not exactly what was
// asked for are errors.
// Threads: one thread uses it; interrupt() may come from any other.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "swapmeet/result.h"
#include "swapmeet/wire/piece_report.h"
#include "transfer/swarm/fetch/source_connection.h"

namespace swapmeet::transfer_swarm {

// What stands behind the host of a URL: "/content/…?offer=…"; empty when nothing does.
std::string_view target_of(std::string_view url);

class SourceClient {
 public:
  // `url`: of the content, "http://host:port/content/<cid>", maybe with a query and a pin.
  // `reader`: by which the source knows this host again in its queue; empty: by the address.
  SourceClient(const std::string& url, std::chrono::milliseconds stall_after,
               std::string reader = "");

  // By which the source knows the account and groups of whom this host fetches for; from the next
  // request on.
  void set_ticket(const std::string& ticket) { ticket_ = ticket; }

  // Errors in common: `unavailable`, `timed_out`, `not_found`: try again later, after `retry_after`
  // if the source said so. `corrupt`: it answers nonsense. `cancelled`: interrupted.

  // Both wait for their answer, with nothing else on its way.
  Result<std::uint64_t> size();
  // Which pieces it has now.
  Result<wire::PieceReport> pieces();

  // Tells the source that these bytes, which it sent, are not what the content id promises, so that
  // it looks at its file. Nothing that was asked for comes any more.
  void doubt(std::uint64_t offset, std::uint64_t length);

  // Each of these asks for bytes and returns at once; open() and read() give them in this order.
  // `bytes`: how many the layer must have.
  void ask_layer(std::uint64_t piece_size, std::uint64_t bytes);
  // The same for the leaves of the file's last piece.
  void ask_leaves(std::uint64_t piece_size, std::uint64_t bytes);
  void ask_range(std::uint64_t offset, std::uint64_t length, std::uint64_t file_size);
  // Else the first answer waits for that, too.
  Result<void> connect();
  // The next answer is there, and is what was asked for. `conflict`: it has the content, but says
  // that its size is another.
  Result<void> open();
  // The next bytes of what was opened, at least one and at most `most`.
  Result<std::size_t> read(char* to, std::size_t most) { return connection_.read(to, most); }
  // Answers that have been asked for and not been opened.
  std::size_t asked() const { return expected_.size(); }
  // Nothing that was asked for is wanted any more.
  void forget();
  // How many connections the source lets this host have; 0: it does not say.
  std::size_t connections() const { return connections_; }
  // Ends a running call soon, and all later ones at once.
  void interrupt() { connection_.interrupt(); }

 private:
  struct Expected {
    std::uint64_t bytes = 0;
    std::string range;            // of a file; empty: hashes
    std::uint64_t file_size = 0;  // then
  };
  void ask(Expected expected, SourceConnection::Request request);
  Result<void> check(const Expected& expected, const SourceConnection::Answer& answer) const;

  SourceConnection connection_;
  std::string path_;   // of the content
  std::string query_;  // "?…", or empty
  std::string ticket_;
  std::deque<Expected> expected_;
  std::size_t connections_ = 0;
};

}  // namespace swapmeet::transfer_swarm
