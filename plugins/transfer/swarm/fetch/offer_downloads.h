// Downloads as accepted offers need them. A content is fetched into a place only once, whoever
// wants it: an accepted offer may join a download that the person, or another offer, began. So a
// download remembers who wants it, and an offer that is off ends it only when nobody else does.
// Threads: thread-safe.
#pragma once

#include <string>
#include <vector>

#include "swapmeet/downloads.h"

namespace swapmeet::transfer_swarm {

class OfferDownloads : public Downloads {
 public:
  // start() for the offer of this id; once or several times is the same. Durable when it returns.
  virtual Result<DownloadStatus> start_for(const std::string& offer,
                                           const DownloadRequest& request) = 0;
  // The offer is off, and nobody fetches from its `sources` any more. What only this offer wanted
  // is cancelled; what is done stays. Harmless when the offer has no download.
  virtual Result<void> give_up(const std::string& offer, const std::vector<Source>& sources) = 0;
  // The offers that want downloads which are not done.
  virtual std::vector<std::string> offers() = 0;
};

}  // namespace swapmeet::transfer_swarm
