// Tells of uploads that are over: names who they went to, writes a line of each to the log, and
// keeps them in the history.
// Threads: thread-safe; look() is for one at a time, and may wait for the registry and the disk.
#pragma once

#include <vector>

#include "swapmeet/host.h"
#include "transfer/swarm/serve/reader_names.h"
#include "transfer/swarm/serve/upload_history.h"
#include "transfer/swarm/serve/uploads.h"

namespace swapmeet::transfer_swarm {

class UploadRecord {
 public:
  // All outlive it.
  UploadRecord(UploadMeter& meter, UploadHistory& history, ReaderNames& names, Log log)
      : meter_(meter), history_(history), names_(names), log_(std::move(log)) {}
  // To be called every second or so, and at the end.
  void look();

 private:
  void tell(const std::vector<UploadStatus>& ended) const;

  UploadMeter& meter_;
  UploadHistory& history_;
  ReaderNames& names_;
  const Log log_;
};

}  // namespace swapmeet::transfer_swarm
