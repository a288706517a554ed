// Folders that are sent: what is in one, hashing all of it, and the downloads of one that was
// accepted, which begin little by little.
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "swapmeet/listing.h"
#include "transfer/swarm/base/safe_name.h"
#include "transfer/swarm/base/shown_name.h"
#include "transfer/swarm/inbox/inbox.h"
#include "transfer/swarm/inbox/inbox_file.h"

namespace swapmeet::transfer_swarm {
namespace {
namespace fs = std::filesystem;

// An offer is one message, with all names.
constexpr std::size_t kMostFiles = 5'000;
constexpr std::size_t kMostText = 900'000;  // of kMostOffer, with room for what JSON escapes
constexpr std::size_t kTextOfOne = 120;     // what a file takes beside its path
constexpr std::size_t kBegunAtOnce = 50;    // downloads, in a round
constexpr std::size_t kHashedAtOnce = 100;  // files, in a transaction

Error too_large(const std::string& folder) {
  return {ErrorCode::invalid_argument,
          folder + " has more files, or longer names, than one offer holds (" +
              std::to_string(kMostFiles) +
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

// The part of a path before its name; empty: there is none.
std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
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
    if (files.size() == kMostFiles || text > kMostText) return too_large(folder.string());
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

Result<void> check_files(const wire::OfferMessage& message) {
  const auto wrong = [](const std::string& what) {
    return Error{ErrorCode::invalid_argument, what, {}};
  };
  if (message.files.size() > kMostFiles)
    return wrong("an offer has at most " + std::to_string(kMostFiles) + " files");
  if (message.content != ContentId{}) return wrong("a folder has no content of its own");
  std::set<std::string_view> paths;
  std::uint64_t size = 0;
  for (const auto& file : message.files) {
    if (auto checked = check_path(file.path); !checked) return checked;
    if (!paths.insert(file.path).second) return wrong(file.path + " is there twice");
    if (file.size > kMostFileSize || (file.size == 0) != (file.content == kEmptyContent))
      return wrong("the size and the content of " + file.path + " do not belong together");
    size += file.size;
  }
  if (size != message.size) return wrong("the size is not that of all files");
  return {};
}

SentFiles PeerInbox::files_of(const StoredOffer& stored) {
  if (stored.offer.files == 0) return {};
  const std::lock_guard lock(mutex_);
  return store_.files(stored.offer.id);
}

wire::OfferMessage PeerInbox::message_of(const StoredOffer& stored) {
  const auto& offer = stored.offer;
  wire::OfferMessage message{offer.id,      options_.self, offer.peer,
                             offer.content, offer.name,    offer.size};
  for (auto& [number, one] : files_of(stored)) message.files.push_back(std::move(one.file));
  return message;
}

Result<void> PeerInbox::check_unchanged(const StoredOffer& stored) {
  const auto check = [](const std::string& path, const FileStamp& then) -> Result<void> {
    const auto now = stamp_of_file(path);
    if (now && *now == then) return {};
    return Error{ErrorCode::conflict, "was changed or taken away after it was offered", {}};
  };
  if (stored.offer.files == 0) {
    auto same = check(stored.path, stored.stamp);
    if (same) return same;
    return Error{same.error().code, "the file " + same.error().message, {}};
  }
  for (const auto& [number, one] : files_of(stored))
    if (const auto same = check(stored.path + '/' + one.local, one.stamp); !same)
      return Error{same.error().code, one.file.path + ' ' + same.error().message, {}};
  return {};
}

Result<MerkleTree> PeerInbox::tree_of(const std::string& path, const FileStamp& stamp) {
  auto known =
      options_.catalogue != nullptr ? known_tree(*options_.catalogue, path, stamp) : std::nullopt;
  if (known) return std::move(*known);
  return hash_file(*options_.clock, path, stamp, [this] { return !stopping_; });
}

// True once all files are hashed. What is hashed stays so across a restart.
bool PeerInbox::hash_folder(const StoredOffer& stored) {
  const auto& id = stored.offer.id;
  SentFiles hashed;
  std::vector<MerkleTree> trees;
  const auto keep = [&] {
    const std::lock_guard lock(mutex_);
    for (const auto& tree : trees) store_.put_tree(id, tree);
    store_.put(id, hashed);
    hashed.clear();
    trees.clear();
  };
  for (auto& [number, one] : files_of(stored)) {
    if (one.hashed) continue;
    auto tree = tree_of(stored.path + '/' + one.local, one.stamp);
    if (stopping_) break;
    if (!tree) {
      end(id, OfferState::failed, tree.error().message);
      return false;
    }
    one.file.content = tree->content;
    one.hashed = true;
    trees.push_back(std::move(*tree));
    hashed.emplace(number, std::move(one));
    if (hashed.size() == kHashedAtOnce) keep();
  }
  keep();
  return !stopping_;
}

// Where a folder goes, below the download folder: its name, or that with a number.
std::string PeerInbox::free_folder(const std::string& name) const {
  std::error_code ignored;
  auto folder = name;
  for (unsigned number = 2; fs::exists(options_.download_folder / folder, ignored); ++number)
    folder = numbered_name(name, number);
  return folder;
}

Result<Offer> PeerInbox::take_folder(const StoredOffer& stored) {
  const auto folder = free_folder(safe_name(stored.offer.name));
  auto updated = update(stored.offer.id, [&](StoredOffer& now) -> Result<void> {
    if (now.offer.state != OfferState::waiting)
      return Error{ErrorCode::conflict, "this offer is decided already", {}};
    now.offer.state = OfferState::accepted;
    now.offer.why.clear();
    now.path = folder;
    return {};
  });
  if (!updated) return updated.error();
  return std::move(updated->offer);
}

Result<void> PeerInbox::begin_file(const StoredOffer& stored, SentFile& one) {
  const auto above = folder_of(one.file.path);
  DownloadRequest request;
  request.content = one.file.content;
  request.name = std::string(name_of_path(one.file.path));
  request.folder = above.empty() ? stored.path : stored.path + '/' + above;
  request.sources = {source_of(stored, one.file.content, one.file.size)};
  const auto download = options_.downloads->start_for(stored.offer.id, request);
  if (!download) return download.error();
  one.download = download->id;
  return {};
}

// What an accepted folder has become by now.
std::optional<Offer> PeerInbox::follow_folder(const StoredOffer& stored) {
  auto next = stored.offer;
  next.done = 0;
  SentFiles changed;
  std::size_t begun = 0;
  std::size_t over = 0;
  std::size_t lost = 0;
  for (auto& [number, one] : files_of(stored)) {
    if (one.download.empty()) {
      if (begun == kBegunAtOnce || stopping_ || !due(stored.offer.id)) continue;
      ++begun;
      if (auto started = begin_file(stored, one); !started) {
        log(LogLevel::warning, "cannot begin a file", stored.offer, started.error().message);
        later(stored.offer.id, started.error().message);
        continue;
      }
      changed[number] = one;
    }
    const auto download = one.done ? DownloadStatus{} : status_of(one.download);
    if (!one.done && download.state == DownloadState::done) {
      one.done = true;
      changed[number] = one;
    }
    if (download.state == DownloadState::failed) ++lost;
    if (one.done || download.state == DownloadState::failed) ++over;
    next.done += one.done ? one.file.size : std::min(download.done, one.file.size);
  }
  if (!changed.empty()) {
    const std::lock_guard lock(mutex_);
    store_.put(stored.offer.id, changed);
  }
  if (begun == kBegunAtOnce) wake();
  if (over < stored.offer.files) return next;
  next.state = lost == 0 ? OfferState::done : OfferState::failed;
  if (lost > 0)
    next.why = std::to_string(lost) + " of " + std::to_string(next.files) +
               " files were cancelled or failed; the others are complete";
  return next;
}

// One that was cancelled has failed.
DownloadStatus PeerInbox::status_of(const std::string& download) {
  auto status = options_.downloads->get(download);
  if (status) return std::move(*status);
  DownloadStatus gone;
  if (status.error().code == ErrorCode::not_found) gone.state = DownloadState::failed;
  return gone;
}

}  // namespace swapmeet::transfer_swarm
