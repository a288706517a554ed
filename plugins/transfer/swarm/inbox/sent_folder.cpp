#include "transfer/swarm/inbox/sent_folder.h"

#include <system_error>

#include "swapmeet/listing.h"
#include "transfer/swarm/base/shown_name.h"
#include "transfer/swarm/inbox/offer_message.h"
#include "transfer/swarm/inbox/sent_file.h"

namespace swapmeet::transfer_swarm {
namespace {
namespace fs = std::filesystem;

constexpr std::size_t kMostText = 900'000;  // of the routes' limit, less what JSON escapes
constexpr std::size_t kTextOfOne = 120;     // what a file takes beside its path

Error too_large(const std::string& folder) {
  return {ErrorCode::invalid_argument,
          folder + " has more files, or longer names, than one offer holds (" +
              std::to_string(kMostOfferedFiles) +
              " files, 900 kB of names): send its parts, pack it into one file, or share it",
          {}};
}

Result<SentFile> file_at(const fs::path& folder, const fs::path& path) {
  const auto stamp = stamp_of_file(path.string());
  if (!stamp) return stamp.error();
  SentFile one;
  one.local = path.string().substr(folder.string().size() + 1);
  one.file.path = shown_name(one.local);
  one.file.size = stamp->size;
  one.stamp = *stamp;
  if (auto checked = check_path(one.file.path); !checked) return checked.error();
  return one;
}

bool is_plain_file(const fs::directory_entry& entry) {
  std::error_code ignored;
  return entry.symlink_status(ignored).type() == fs::file_type::regular;
}

}  // namespace

Result<SentFiles> files_below(const fs::path& folder) {
  SentFiles files;
  std::size_t text = 0;
  std::error_code error;
  fs::recursive_directory_iterator at(folder, error);
  for (const fs::recursive_directory_iterator end; !error && at != end; at.increment(error)) {
    if (!is_plain_file(*at)) continue;
    auto one = file_at(folder, at->path());
    if (!one) return one.error();
    text += one->file.path.size() + kTextOfOne;
    if (files.size() == kMostOfferedFiles || text > kMostText) return too_large(folder.string());
    files.emplace(files.size(), std::move(*one));
  }
  if (error)
    return Error{ErrorCode::not_allowed,
                 "a folder in " + folder.string() + " cannot be read: " + error.message(),
                 {}};
  if (files.empty())
    return Error{ErrorCode::invalid_argument, folder.string() + " has no files in it", {}};
  return files;
}

}  // namespace swapmeet::transfer_swarm
