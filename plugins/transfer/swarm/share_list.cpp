#include "transfer/swarm/share_list.h"

#include <filesystem>
#include <set>

namespace swapmeet::swarm {
namespace {

Result<void> check_name(const std::string& name) {
  if (name.empty() || name.size() > 64 || name.find('/') != std::string::npos || !check_path(name))
    return Error{ErrorCode::invalid_argument,
                 "a share's name has 1 to 64 characters, none of them '/' or a control character",
                 {}};
  return {};
}

std::string plain(const std::string& folder) {
  auto text = std::filesystem::path(folder).lexically_normal().string();
  while (text.size() > 1 && text.back() == '/') text.pop_back();
  return text;
}

}  // namespace

Result<void> apply_configured(Catalogue& catalogue,
                              const std::vector<std::pair<std::string, std::string>>& shares) {
  std::set<std::string> names;
  for (const auto& [name, folder] : shares) {
    if (auto checked = check_name(name); !checked) return checked;
    names.insert(name);
  }
  for (const auto& known : catalogue.shares())
    if (known.configured && !names.contains(known.spec.name))
      catalogue.remove_share(known.spec.name);
  for (const auto& [name, folder] : shares) catalogue.put_share({name, plain(folder), {}}, true);
  return {};
}

ShareList::ShareList(Catalogue& catalogue, Scanner& scanner, Watcher& watcher)
    : catalogue_(catalogue), scanner_(scanner), watcher_(watcher) {
  for (const auto& share : catalogue_.shares()) watcher_.watch(share.spec.name, share.spec.folder);
  scanner_.request("");
}

ShareStatus ShareList::status_of(const StoredShare& share) const {
  const auto now = scanner_.progress(share.spec.name);
  return {share.spec,        share.configured,  share.files,  share.bytes,
          now.waiting_files, now.waiting_bytes, now.scanning, now.problem};
}

Result<std::vector<ShareStatus>> ShareList::list() {
  return sqlite::attempt([&]() -> Result<std::vector<ShareStatus>> {
    std::vector<ShareStatus> all;
    for (const auto& share : catalogue_.shares()) all.push_back(status_of(share));
    return all;
  });
}

Result<ShareStatus> ShareList::add(const ShareSpec& asked) {
  return sqlite::attempt([&]() -> Result<ShareStatus> {
    if (auto checked = check_name(asked.name); !checked) return checked.error();
    if (!asked.folder.starts_with('/'))
      return Error{ErrorCode::invalid_argument, "say the share's folder as an absolute path", {}};
    auto spec = asked;
    spec.folder = plain(asked.folder);
    std::error_code error;
    if (!std::filesystem::is_directory(spec.folder, error))
      return Error{ErrorCode::not_found, "there is no folder " + spec.folder, {}};
    const std::lock_guard lock(mutex_);
    for (const auto& known : catalogue_.shares())
      if (known.spec.name == spec.name || known.spec.folder == spec.folder)
        return Error{ErrorCode::already_exists,
                     "the share '" + known.spec.name + "' of " + known.spec.folder +
                         " exists; remove it first, or choose another name and folder",
                     {}};
    catalogue_.put_share(spec, false);
    watcher_.watch(spec.name, spec.folder);
    scanner_.request(spec.name);
    return status_of(*catalogue_.share(spec.name));
  });
}

Result<void> ShareList::remove(const std::string& name) {
  return sqlite::attempt([&]() -> Result<void> {
    const std::lock_guard lock(mutex_);
    const auto known = catalogue_.share(name);
    if (!known) return Error{ErrorCode::not_found, "there is no share '" + name + "'", {}};
    if (known->configured)
      return Error{ErrorCode::conflict,
                   "the share '" + name + "' comes from the configuration file; remove it there",
                   {}};
    watcher_.forget(name);
    catalogue_.remove_share(name);
    return {};
  });
}

Result<void> ShareList::rescan(const std::string& name) {
  return sqlite::attempt([&]() -> Result<void> {
    if (!name.empty() && !catalogue_.share(name))
      return Error{ErrorCode::not_found, "there is no share '" + name + "'", {}};
    scanner_.request(name);
    return {};
  });
}

}  // namespace swapmeet::swarm
