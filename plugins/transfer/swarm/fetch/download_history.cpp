#include "transfer/swarm/fetch/download_history.h"

#include <algorithm>

namespace swapmeet::transfer_swarm {

std::vector<DownloadSource> merged(const std::vector<DownloadSource>& before,
                                   std::vector<DownloadSource> now) {
  const auto is_same = [](const DownloadSource& one, const DownloadSource& other) {
    return one.peer == other.peer && (!one.peer.is_zero() || one.url == other.url);
  };
  for (const auto& old : before) {
    if (old.bytes == 0) continue;
    const auto same = std::find_if(now.begin(), now.end(),
                                   [&](const auto& source) { return is_same(source, old); });
    if (same != now.end())
      same->bytes += old.bytes;
    else
      now.push_back({old.peer, old.name, old.url, old.bytes, 0, "idle"});
  }
  return now;
}

}  // namespace swapmeet::transfer_swarm
