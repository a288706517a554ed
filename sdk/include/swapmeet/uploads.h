// What others fetch from this host.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "swapmeet/id.h"
#include "swapmeet/result.h"
#include "swapmeet/time.h"

namespace swapmeet {

struct UploadStatus {
  std::string address;  // of the reader
  std::string account;  // that its ticket names; empty: it brought none
  ContentId content;
  std::string name;
  std::uint64_t size = 0;  // bytes of this answer
  std::uint64_t done = 0;
  std::uint64_t rate = 0;
  Time started{};
  std::uint64_t place = 0;  // in the queue for an upload slot, from 1; 0: it runs
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
};

}  // namespace swapmeet
