#include "transfer/swarm/serve/upload_record.h"

#include <map>
#include <string>
#include <utility>

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::size_t kTheSame = 3;  // of more to one reader a line tells of all

std::string reader_of(const UploadStatus& upload) {
  const auto& text = upload.peer_name.empty() ? upload.address : upload.peer_name;
  return upload.account.empty() ? text : upload.account + " at " + text;
}

}  // namespace

void UploadRecord::look() {
  auto over = meter_.take_ended();
  for (auto& one : over) names_.name(one.status);
  names_.look_up();
  std::vector<UploadStatus> ended;
  for (auto& one : over) {
    if (one.status.peer_name.empty()) names_.name(one.status);
    meter_.tell_ended(one);
    ended.push_back(std::move(one.status));
  }
  if (ended.empty()) return;
  tell(ended);
  if (const auto kept = history_.add(ended); !kept)
    log_(LogLevel::warning, "uploads are not kept in the history", {{"why", kept.error().message}});
}

void UploadRecord::tell(const std::vector<UploadStatus>& ended) const {
  std::map<std::string, std::vector<const UploadStatus*>> by_reader;
  for (const auto& one : ended) by_reader[reader_of(one) + ' ' + one.address].push_back(&one);
  for (const auto& [reader, uploads] : by_reader) {
    std::uint64_t bytes = 0;
    for (const auto* one : uploads) {
      bytes += one->done;
      if (uploads.size() > kTheSame) continue;
      log_(LogLevel::info, one->done >= one->size ? "upload done" : "upload ended in part",
           {{"to", reader_of(*one)},
            {"address", one->address},
            {"name", one->name},
            {"bytes", std::to_string(one->done)},
            {"of", std::to_string(one->size)}});
    }
    if (uploads.size() > kTheSame)
      log_(LogLevel::info, "uploads done",
           {{"to", reader_of(*uploads.front())},
            {"address", uploads.front()->address},
            {"files", std::to_string(uploads.size())},
            {"bytes", std::to_string(bytes)}});
  }
}

}  // namespace swapmeet::transfer_swarm
