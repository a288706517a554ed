#include "swapmeet/loading.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <iterator>
#include <string>
#include <string_view>

namespace swapmeet {
namespace fs = std::filesystem;
namespace {

Error refused(const fs::path& file, const std::string& why) {
  return invalid_argument(file.string() + ": " + why);
}

using Status = struct stat;

Result<void> check_writers(const fs::path& file, const Status& status) {
  if (status.st_mode & S_IWOTH)
    return refused(file, "may be written by everyone; run chmod o-w on it");
  if ((status.st_mode & S_IWGRP) && status.st_gid != 0 && status.st_gid != ::getegid())
    return refused(file, "may be written by another group; run chmod g-w on it");
  if (status.st_uid != 0 && status.st_uid != ::geteuid())
    return refused(file, "belongs to another user; it must belong to you or root");
  return {};
}

Result<void> check_file_and_folder(const fs::path& file, const Status& status) {
  if (auto checked = check_writers(file, status); !checked) return checked;
  const auto folder = fs::absolute(file).parent_path();
  Status of_folder{};
  if (::stat(folder.c_str(), &of_folder) != 0) return refused(folder, "cannot be read");
  return check_writers(folder, of_folder);
}

// Of the headers of this ABI, one for each minor version up to this host's: made by CMake.
constexpr const char* kFingerprints[] = {SWAPMEET_FINGERPRINTS};
static_assert(std::size(kFingerprints) == kAbiMinor + 1);

std::string number(std::uint16_t major, std::uint16_t minor) {
  return std::to_string(major) + '.' + std::to_string(minor);
}

}  // namespace

Result<void> check_contracts(const fs::path& file, std::string_view contracts,
                             std::string_view expected, const std::string& abi) {
  if (contracts == expected) return {};
  if (contracts.empty())
    return refused(file,
                   "does not say which headers it was built with; build it with "
                   "swapmeet_add_plugin(), or with the flags of `pkg-config swapmeet-sdk`");
  return refused(file, "has the ABI number " + abi +
                           ", but was built with edited headers: theirs have the fingerprint " +
                           std::string(contracts) + ", those of " + abi + " have " +
                           std::string(expected) + "; rebuild it against this host's SDK");
}

Result<void> check_plugin_file(const fs::path& file) {
  Status status{};
  if (::stat(file.c_str(), &status) != 0) return refused(file, "cannot be read");
  return check_file_and_folder(file, status);
}

Result<void> check_plugin_file(const fs::path& file, int descriptor) {
  Status status{};
  if (::fstat(descriptor, &status) != 0) return refused(file, "cannot be read");
  return check_file_and_folder(file, status);
}

Result<void> check_plugin_descriptor(const fs::path& file, const PluginDescriptor& plugin) {
  if (plugin.magic != kPluginMagic)
    return refused(file, "is no Swapmeet plugin: its descriptor begins with something else");
  if (plugin.abi_major != kAbiMajor || plugin.abi_minor > kAbiMinor)
    return refused(file, "was built for plugin ABI " + number(plugin.abi_major, plugin.abi_minor) +
                             ", this host speaks " + number(kAbiMajor, kAbiMinor) +
                             "; rebuild it against this host's SDK");
  if (plugin.size < sizeof(PluginDescriptor))
    return refused(file, "has a descriptor of " + std::to_string(plugin.size) + " bytes, not " +
                             std::to_string(sizeof(PluginDescriptor)) +
                             "; rebuild it against this host's SDK");
  if (!plugin.toolchain || !plugin.contracts || !plugin.info || !plugin.create || !plugin.destroy)
    return refused(file,
                   "leaves out its toolchain, contracts, info, create or destroy; use "
                   "SWAPMEET_PLUGIN, which fills them in");
  if (std::strcmp(plugin.toolchain, kToolchain) != 0)
    return refused(file, std::string("was built with '") + plugin.toolchain +
                             "', this host with '" + kToolchain +
                             "'; rebuild it with the host's toolchain");
  if (auto checked = check_contracts(file, plugin.contracts, kFingerprints[plugin.abi_minor],
                                     number(plugin.abi_major, plugin.abi_minor));
      !checked)
    return checked;
  const auto info = info_of(plugin);
  if (!info.id || !info.version || !info.summary || info.kind > Kind::attributes)
    return refused(file, "leaves out its id, kind, version or summary, or has a kind that is none");
  if (!std::string_view(info.id).starts_with(std::string(name_of(info.kind)) + '.'))
    return refused(file, std::string("calls itself '") + info.id +
                             "', which does not begin with its kind '" +
                             std::string(name_of(info.kind)) + ".'");
  return {};
}

}  // namespace swapmeet
