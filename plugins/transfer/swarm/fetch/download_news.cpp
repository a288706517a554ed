#include "transfer/swarm/fetch/download_news.h"

namespace swapmeet::transfer_swarm {
namespace {

Event event_of(const char* topic, const DownloadStatus& status) {
  return {topic,
          {{"id", status.id},
           {"content", status.content.text()},
           {"name", status.name},
           {"files", status.folder.value_or(FolderCounts{}).files},
           {"path", status.path},
           {"size", status.size},
           {"done", status.done}}};
}

// Of what goes well: with who gave it.
Event event_with_peers(const char* topic, const DownloadStatus& status) {
  auto event = event_of(topic, status);
  std::vector<std::string> peers;
  for (const auto& source : status.sources)
    if (source.bytes > 0) peers.push_back(source.name);
  event.fields.emplace_back("peers", std::move(peers));
  return event;
}

}  // namespace

void DownloadNews::publish(const DownloadStatus& status) const {
  if (!publish_) return;
  const auto folder = status.folder.value_or(FolderCounts{});
  publish_({"download",
            {{"id", status.id},
             {"state", std::string(name_of(status.state))},
             {"size", status.size},
             {"done", status.done},
             {"rate", status.rate},
             {"files", folder.files},
             {"files_done", folder.done},
             {"files_failed", folder.failed}}});
}

void DownloadNews::began(const DownloadStatus& status) const {
  if (publish_) publish_(event_with_peers("download.began", status));
}

void DownloadNews::ended(const DownloadStatus& status) const {
  if (!publish_) return;
  if (status.state == DownloadState::done)
    return publish_(event_with_peers("download.ended", status));
  if (status.state != DownloadState::waiting && status.state != DownloadState::failed) return;
  auto event = event_of("download.failed", status);
  event.fields.emplace_back("state", std::string(name_of(status.state)));
  event.fields.emplace_back("why", status.why);
  publish_(event);
}

void DownloadNews::log(const TransferPlan& plan, const std::string& what,
                       const std::string& more) const {
  if (log_)
    log_(LogLevel::info, "download " + what,
         {{"id", plan.id}, {"name", plan.name}, {"more", more}});
}

}  // namespace swapmeet::transfer_swarm
