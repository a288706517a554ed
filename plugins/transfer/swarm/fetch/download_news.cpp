#include "transfer/swarm/fetch/download_news.h"

#include "swapmeet/json_object.h"

namespace swapmeet::transfer_swarm {

void DownloadNews::publish(const DownloadStatus& status) const {
  if (!publish_) return;
  JsonObject json;
  json.text("id", status.id).text("state", name_of(status.state)).number("size", status.size);
  json.number("done", status.done).number("rate", status.rate);
  publish_({"download", json.json()});
}

void DownloadNews::log(const TransferPlan& plan, const std::string& what,
                       const std::string& more) const {
  if (log_)
    log_(LogLevel::info, "download " + what,
         {{"id", plan.id}, {"name", plan.name}, {"more", more}});
}

}  // namespace swapmeet::transfer_swarm
