#include "transfer/swarm/fetch/download_news.h"

namespace swapmeet::transfer_swarm {

void DownloadNews::publish(const DownloadStatus& status) const {
  if (!publish_) return;
  publish_({"download",
            {{"id", status.id},
             {"state", std::string(name_of(status.state))},
             {"size", status.size},
             {"done", status.done},
             {"rate", status.rate}}});
}

void DownloadNews::log(const TransferPlan& plan, const std::string& what,
                       const std::string& more) const {
  if (log_)
    log_(LogLevel::info, "download " + what,
         {{"id", plan.id}, {"name", plan.name}, {"more", more}});
}

}  // namespace swapmeet::transfer_swarm
