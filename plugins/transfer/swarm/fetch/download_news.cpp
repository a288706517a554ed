#include "transfer/swarm/fetch/download_news.h"

namespace swapmeet::transfer_swarm {

// None of the values has free text in it: nothing needs quoting.
void DownloadNews::publish(const DownloadStatus& status) const {
  if (!publish_) return;
  publish_({"download",
            R"({"id":")" + status.id + R"(","state":")" + std::string(name_of(status.state)) +
                R"(","size":)" + std::to_string(status.size) + R"(,"done":)" +
                std::to_string(status.done) + R"(,"rate":)" + std::to_string(status.rate) + "}"});
}

void DownloadNews::log(const TransferPlan& plan, const std::string& what,
                       const std::string& more) const {
  if (log_)
    log_(LogLevel::info, "download " + what,
         {{"id", plan.id}, {"name", plan.name}, {"more", more}});
}

}  // namespace swapmeet::transfer_swarm
