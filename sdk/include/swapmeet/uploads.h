// What others fetch from this host.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "swapmeet/id.h"
#include "swapmeet/page.h"
#include "swapmeet/result.h"
#include "swapmeet/time.h"

namespace swapmeet {

// A file that one reader fetches from here, in however many answers.
struct UploadStatus {
  std::string address;  // of the reader
  std::string account;  // that its ticket names; empty: it brought none
  ContentId content;
  std::string name;
  std::uint64_t size = 0;  // bytes of the file
  std::uint64_t done = 0;  // of these, what the reader was sent from here
  std::uint64_t rate = 0;
  Time started{};
  std::uint64_t place = 0;  // in the queue for an upload slot, from 1; 0: it runs
  PeerId peer{};            // that the reader says it is; zero: it says nothing
  std::string peer_name{};  // of that peer, once the registry has told it
  bool at_home = false;     // the registry knows that peer at this address: it is likely to be it
  std::optional<Time> finished{};  // of an upload that is over
};

// Since this host's data folder was made.
struct TransferTotals {
  std::uint64_t requests = 0;  // of others, that were answered with bytes
  std::uint64_t sent = 0;      // bytes of files
  std::uint64_t received = 0;  // proven ones
  bool operator==(const TransferTotals&) const = default;
};

// Thread-safe.
class Uploads {
 public:
  static constexpr const char* kInterface = "swapmeet.uploads/1";
  virtual ~Uploads() = default;
  // [any thread; started; quick]
  virtual Result<std::vector<UploadStatus>> list() = 0;  // running, then waiting ones
  // [any thread; started; quick]
  virtual Result<TransferTotals> totals() = 0;
  // Those that are over, newest first, as far back as they are kept. One whose reader has fetched
  // the rest elsewhere, or gave up, has less done than there is.
  // [any thread; started; may block]
  virtual Result<Page<UploadStatus>> history(const PageRequest& page) = 0;
};

}  // namespace swapmeet
