#include "swapmeet/registry.h"

#include <algorithm>
#include <map>

namespace swapmeet {
namespace {

constexpr std::string_view kPlain = "http://";
constexpr std::size_t kFingerprintDigits = 64;

bool is_fingerprint_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

// All of one level, sorted.
struct WholeLevel {
  std::map<std::string, SharedFolder> folders;
  std::vector<Listing> files;

  void take(Listing listing, std::size_t prefix) {
    const auto slash = listing.path.find('/', prefix);
    if (slash == std::string::npos) return files.push_back(std::move(listing));
    auto name = listing.path.substr(prefix, slash - prefix);
    auto& folder = folders[name];
    folder.name = std::move(name);
    ++folder.files;
    folder.bytes = saturating_sum(folder.bytes, listing.size);
  }

  // `after`: 'd' and the name of a folder, 'f' and the path of a file.
  FolderLevel page(const PageRequest& request) const {
    FolderLevel level;
    std::string last;
    const auto is_full = [&] {
      if (level.folders.size() + level.files.size() < request.limit) return false;
      level.next = last;
      return true;
    };
    const bool in_files = request.after.starts_with('f');
    const auto after = request.after.substr(request.after.empty() ? 0 : 1);
    for (auto at = request.after.empty() ? folders.begin() : folders.upper_bound(after);
         !in_files && at != folders.end(); ++at) {
      if (is_full()) return level;
      level.folders.push_back(at->second);
      last = 'd' + at->first;
    }
    for (const auto& file : files) {
      if (in_files && file.path <= after) continue;
      if (is_full()) return level;
      level.files.push_back(file);
      last = 'f' + file.path;
    }
    return level;
  }
};

}  // namespace

std::string url_of(const PeerRecord& peer) {
  return (peer.plain ? "http://" : "https://") + HostPort{peer.address, peer.port}.text();
}

std::string pinned_url(const std::string& url, const std::string& fingerprint) {
  if (fingerprint.empty()) return url;
  return (url.starts_with(kPlain) ? "https://" + url.substr(kPlain.size()) : url) +
         "#sha256=" + fingerprint;
}

Result<void> check_fingerprint(const Enrollment& enrollment) {
  const auto& digits = enrollment.fingerprint;
  if (digits.empty() && !enrollment.plain)
    return invalid_argument("a peer that takes no HTTP without TLS must tell its fingerprint");
  if (!digits.empty() && (digits.size() != kFingerprintDigits ||
                          !std::all_of(digits.begin(), digits.end(), is_fingerprint_digit)))
    return invalid_argument("the fingerprint must be 64 small hex digits");
  return {};
}

Error no_such_folder(const std::string& folder) {
  return not_found("there is no folder '" + folder + "' among what this peer shares");
}

std::string folder_prefix(std::string folder) {
  while (folder.ends_with('/')) folder.pop_back();
  return folder.empty() ? folder : folder + '/';
}

Result<FolderLevel> Registry::level(const PeerId& peer, const BrowseQuery& query) {
  constexpr std::size_t kReadAtOnce = 1'000;
  const auto& after = query.page.after;
  if (!after.empty() && !after.starts_with('d') && !after.starts_with('f'))
    return invalid_argument(
        "'after' is no place in this folder; use the 'next' of the page before");
  const auto prefix = folder_prefix(query.folder);
  WholeLevel whole;
  auto below = query;
  below.page = {kReadAtOnce, ""};
  do {
    auto page = browse(peer, below);
    if (!page) return std::move(page).error();
    for (auto& listing : page->items) whole.take(std::move(listing), prefix.size());
    below.page.after = std::move(page->next);
  } while (!below.page.after.empty());
  if (!prefix.empty() && whole.folders.empty() && whole.files.empty())
    return no_such_folder(query.folder);
  return whole.page(query.page);
}

}  // namespace swapmeet
