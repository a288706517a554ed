#include "transfer/swarm/scan/share_list.h"

#include <filesystem>

namespace swapmeet::transfer_swarm {
namespace {

Result<void> check_name(const std::string& name) {
  if (name.empty() || name.size() > 64 || name.find('/') != std::string::npos || !check_path(name))
    return Error{ErrorCode::invalid_argument,
                 "a share's name has 1 to 64 characters, none of them '/' or a control character",
                 {}};
  return {};
}

// The name of what is for everyone is no secret.
Audience plain(Audience audience) {
  audience.visible = audience.visible && !audience.everyone;
  return audience;
}

Result<void> check_audience(const Audience& audience) {
  Listing listing;
  listing.path = "file";
  listing.audience = audience;
  auto checked = check_listing(listing);
  if (!checked)
    return invalid_argument(
        "an audience has at most 256 groups and accounts, with names of at most 1,024 bytes "
        "without "
        "control characters");
  if (!audience.everyone && audience.groups.empty() && audience.accounts.empty())
    return invalid_argument(
        "the audience names nobody: say everyone, or groups, and people with an @");
  return {};
}

std::string plain(const std::string& folder) {
  auto text = std::filesystem::path(folder).lexically_normal().string();
  while (text.size() > 1 && text.back() == '/') text.pop_back();
  return text;
}

}  // namespace

Result<void> check_configured(const ConfiguredShares& shares) {
  for (const auto& share : shares) {
    auto checked = check_name(share.name);
    if (checked) checked = check_audience(share.audience);
    if (!checked)
      return Error{
          ErrorCode::invalid_argument, "share." + share.name + ": " + checked.error().message, {}};
  }
  return {};
}

Result<void> apply_configured(Catalogue& catalogue, const ConfiguredShares& shares) {
  if (auto checked = check_configured(shares); !checked) return checked;
  std::vector<ShareSpec> specs;
  specs.reserve(shares.size());
  for (const auto& share : shares)
    specs.push_back({share.name, plain(share.folder), plain(share.audience)});
  catalogue.set_configured(specs);
  return {};
}

ShareList::ShareList(Catalogue& catalogue, Scanner& scanner, Watcher& watcher, IgnoreRules ignore)
    : catalogue_(catalogue), scanner_(scanner), watcher_(watcher), ignore_(std::move(ignore)) {
  for (const auto& share : catalogue_.shares()) scan(share);
}

Result<void> ShareList::configure(const ConfiguredShares& shares, const IgnoreRules& ignore,
                                  std::chrono::milliseconds rescan_interval) {
  return sqlite::attempt([&]() -> Result<void> {
    const std::lock_guard lock(mutex_);
    const auto before = catalogue_.shares();
    if (auto applied = apply_configured(catalogue_, shares); !applied) return applied;
    ignore_ = ignore;
    scanner_.change(rescan_interval, ignore);
    for (const auto& share : before)
      if (!catalogue_.share(share.spec.name)) drop(share.spec.name);
    for (const auto& share : catalogue_.shares()) scan(share);
    return {};
  });
}

// Once: when the watches stand, so that nothing changes unseen, the watcher asks for the scan.
void ShareList::scan(const StoredShare& share) {
  scanner_.expect(share.spec.name);
  watcher_.watch(share.spec.name, share.spec.folder, ignore_);
}

// What the catalogue no longer has.
void ShareList::drop(const std::string& name) {
  watcher_.forget(name);
  scanner_.request(name);
}

ShareStatus ShareList::status_of(const StoredShare& share) {
  const auto now = scanner_.progress(share.spec.name);
  const auto counts = catalogue_.counts(share.key);
  const auto unwatched = watcher_.problem(share.spec.name);
  const auto* both = now.problem.empty() || unwatched.empty() ? "" : "; ";
  return {share.spec,        share.configured,  counts.files, counts.bytes,
          now.waiting_files, now.waiting_bytes, now.scanning, now.problem + both + unwatched};
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
    if (auto checked = check_audience(asked.audience); !checked) return checked.error();
    const ShareSpec spec{asked.name, plain(asked.folder), plain(asked.audience)};
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
    const auto share = *catalogue_.share(spec.name);
    scan(share);
    return status_of(share);
  });
}

Result<ShareStatus> ShareList::set_audience(const std::string& name, const Audience& audience) {
  return sqlite::attempt([&]() -> Result<ShareStatus> {
    if (auto checked = check_audience(audience); !checked) return checked.error();
    const std::lock_guard lock(mutex_);
    auto known = catalogue_.share(name);
    if (!known) return Error{ErrorCode::not_found, "there is no share '" + name + "'", {}};
    if (known->configured)
      return Error{ErrorCode::conflict,
                   "the share '" + name + "' comes from the configuration file: say there share." +
                       name + ".audience",
                   {}};
    known->spec.audience = plain(audience);
    catalogue_.put_share(known->spec, false);
    return status_of(*known);
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
    catalogue_.remove_share(name);
    drop(name);
    return {};
  });
}

Result<void> ShareList::rescan(const std::string& name) {
  return sqlite::attempt([&]() -> Result<void> {
    const std::lock_guard lock(mutex_);
    bool found = name.empty();
    for (const auto& share : catalogue_.shares()) {
      if (!name.empty() && share.spec.name != name) continue;
      found = true;
      scan(share);  // and watched, where that was not possible before
    }
    if (!found) return Error{ErrorCode::not_found, "there is no share '" + name + "'", {}};
    return {};
  });
}

}  // namespace swapmeet::transfer_swarm
