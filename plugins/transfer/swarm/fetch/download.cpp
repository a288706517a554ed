#include "transfer/swarm/fetch/download.h"

#include <algorithm>
#include <utility>

#include "transfer/swarm/fetch/source_pool.h"

namespace swapmeet::transfer_swarm {

bool want(StoredDownload& download, const std::string& offer) {
  if (offer.empty()) return !std::exchange(download.asked_for, true);
  auto& offers = download.offers;
  if (std::find(offers.begin(), offers.end(), offer) != offers.end()) return false;
  offers.push_back(offer);
  return true;
}

bool unwant(StoredDownload& download, const std::string& offer, const std::vector<Source>& gone) {
  std::erase(download.offers, offer);
  for (const auto& one : gone)
    std::erase_if(download.plan.given,
                  [&](const Source& source) { return SourcePool::is_same(source, one); });
  return download.asked_for || !download.offers.empty();
}

bool add_sources(std::vector<Source>& known, const std::vector<Source>& sources) {
  const auto before = known.size();
  for (const auto& source : sources)
    if (std::none_of(known.begin(), known.end(), [&](const Source& other) {
          return other.peer == source.peer && other.url == source.url;
        }))
      known.push_back(source);
  return known.size() > before;
}

}  // namespace swapmeet::transfer_swarm
