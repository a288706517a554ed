#include "transfer/swarm/folder/folder_record.h"

#include <algorithm>
#include <utility>

namespace swapmeet::transfer_swarm {
namespace {

bool is_before(const FolderEntry& one, const FolderEntry& other) {
  return std::pair(one.key.path, one.key.twin) < std::pair(other.key.path, other.key.twin);
}

// Between path and twin: no path has a control character in it.
constexpr char kBreak = '\n';

std::string text_of(const FileKey& key) {
  return key.path + (key.twin == 0 ? "" : kBreak + std::to_string(key.twin));
}

std::optional<FileKey> key_from(const std::string& text) {
  if (text.empty()) return std::nullopt;
  FileKey key{text.substr(0, text.find(kBreak)), 0};
  for (auto at = key.path.size() + 1; at < text.size() && '0' <= text[at] && text[at] <= '9'; ++at)
    key.twin = 10 * key.twin + static_cast<std::uint32_t>(text[at] - '0');
  return key;
}

FolderFile shown(FolderEntry file) {
  const bool has_failed = file.state == FileState::failed;
  return {std::move(file.key.path), file.content, file.size,
          has_failed ? DownloadState::failed : DownloadState::queued,
          has_failed ? std::move(file.why) : std::string()};
}

}  // namespace

Result<void> FolderRecord::begin(const std::string& id) {
  if (auto forgotten = forget(id, false); !forgotten) return forgotten;
  return with_store([&]() -> Result<void> { return store_.begin(id), Result<void>{}; });
}

Result<void> FolderRecord::add(const std::string& id, const std::vector<FolderEntry>& files,
                               const ListingCursor& cursor) {
  return with_store(
      [&]() -> Result<void> { return store_.add(id, files, cursor), Result<void>{}; });
}

Result<void> FolderRecord::record(const std::string& id, std::span<const FileOutcome> outcomes) {
  return with_store([&]() -> Result<void> { return store_.record(id, outcomes), Result<void>{}; });
}

Result<void> FolderRecord::retry(const std::string& id) {
  return with_store([&]() -> Result<void> { return store_.retry(id), Result<void>{}; });
}

Result<void> FolderRecord::forget(const std::string& id, bool only_done) {
  auto some = Result<bool>(true);
  while (some && *some)
    some = with_store([&]() -> Result<bool> { return store_.forget_some(id, only_done); });
  if (!some) return some.error();
  return {};
}

Result<void> FolderRecord::forget_done(const std::string& id) { return forget(id, true); }

Result<void> FolderRecord::remove(const std::string& id) {
  if (auto forgotten = forget(id, false); !forgotten) return forgotten;
  return with_store([&]() -> Result<void> { return store_.remove(id), Result<void>{}; });
}

Result<FolderStanding> FolderRecord::standing(const std::string& id) {
  return with_store([&]() -> Result<FolderStanding> { return store_.standing(id); });
}

Result<ListingCursor> FolderRecord::cursor(const std::string& id) {
  return with_store([&]() -> Result<ListingCursor> { return store_.cursor(id); });
}

Result<std::vector<FolderEntry>> FolderRecord::files(const std::string& id, FileState state,
                                                     const std::optional<FileKey>& after,
                                                     std::size_t most) {
  return with_store(
      [&]() -> Result<std::vector<FolderEntry>> { return store_.files(id, state, after, most); });
}

Result<Page<FolderFile>> FolderRecord::open_files(const std::string& id, const PageRequest& page) {
  const auto most = std::max<std::size_t>(page.limit, 1);
  return with_store([&]() -> Result<Page<FolderFile>> {
    std::vector<FolderEntry> files;
    for (const auto state : {FileState::small, FileState::alone, FileState::failed}) {
      auto some = store_.files(id, state, key_from(page.after), most + 1);
      std::move(some.begin(), some.end(), std::back_inserter(files));
    }
    std::sort(files.begin(), files.end(), is_before);
    Page<FolderFile> answer;
    if (files.size() > most) {
      answer.next = text_of(files[most - 1].key);
      files.resize(most);
    }
    for (auto& file : files) answer.items.push_back(shown(std::move(file)));
    return answer;
  });
}

}  // namespace swapmeet::transfer_swarm
