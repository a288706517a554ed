#include "host/plugins/library.h"

#define BOOST_DLL_USE_STD_FS
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/dll/shared_library.hpp>
#include <cstring>
#include <memory>
#include <mutex>

namespace swapmeet {
namespace fs = std::filesystem;
namespace {

Error refused(const fs::path& file, const std::string& why) {
  return {ErrorCode::invalid_argument, file.string() + ": " + why, {}};
}

// Whoever can write the file or put another in its place can run code as this host.
Result<void> check_writers(const fs::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return refused(file, "cannot be read");
  if (status.st_mode & S_IWOTH)
    return refused(file, "may be written by everyone; run chmod o-w on it");
  if ((status.st_mode & S_IWGRP) && status.st_gid != 0 && status.st_gid != ::getegid())
    return refused(file, "may be written by another group; run chmod g-w on it");
  if (status.st_uid != 0 && status.st_uid != ::geteuid())
    return refused(file, "belongs to another user; it must belong to you or root");
  return {};
}

Result<void> check_descriptor(const fs::path& file, const PluginDescriptor& plugin) {
  if (plugin.magic != kPluginMagic)
    return refused(file, "is no Swapmeet plugin: its descriptor begins with something else");
  if (plugin.abi_major != kAbiMajor || plugin.abi_minor > kAbiMinor)
    return refused(file, "was built for plugin ABI " + std::to_string(plugin.abi_major) + '.' +
                             std::to_string(plugin.abi_minor) + ", this host speaks " +
                             std::to_string(kAbiMajor) + '.' + std::to_string(kAbiMinor) +
                             "; rebuild it against this host's SDK");
  if (plugin.size != sizeof(PluginDescriptor))
    return refused(file, "has a descriptor of " + std::to_string(plugin.size) +
                             " bytes instead of " + std::to_string(sizeof(PluginDescriptor)) +
                             "; rebuild it against this host's SDK");
  if (!plugin.toolchain || !plugin.info.id || !plugin.info.version || !plugin.info.summary ||
      !plugin.create || !plugin.destroy || plugin.info.kind > Kind::extension)
    return refused(file,
                   "leaves out its toolchain, id, kind, version, summary, create or destroy; "
                   "use SWAPMEET_PLUGIN, which fills in all but id, kind, version, summary");
  if (std::strcmp(plugin.toolchain, kToolchain) != 0)
    return refused(file, std::string("was built with '") + plugin.toolchain +
                             "', this host with '" + kToolchain +
                             "'; rebuild it with the host's toolchain");
  if (!std::string_view(plugin.info.id).starts_with(std::string(name_of(plugin.info.kind)) + '.'))
    return refused(file, std::string("calls itself '") + plugin.info.id +
                             "', which does not begin with its kind '" +
                             std::string(name_of(plugin.info.kind)) + ".'");
  return {};
}

// Unloading is not to be relied on (inline statics, thread_local destructors): libraries stay.
void keep_open(boost::dll::shared_library library) {
  static std::mutex mutex;
  static auto* kept = new std::vector<boost::dll::shared_library>;
  const std::lock_guard lock(mutex);
  kept->push_back(std::move(library));
}

}  // namespace

Result<fs::path> find_library(Kind kind, const std::string& name,
                              const std::vector<fs::path>& folders) {
  std::error_code ignored;
  if (name.find('/') != std::string::npos) {
    if (fs::exists(name, ignored)) return fs::canonical(name);
    return Error{ErrorCode::not_found, name + ": there is no such file", {}};
  }
  std::string looked;
  for (const auto& folder : folders) {
    const auto file = folder / (std::string(name_of(kind)) + '_' + name + ".so");
    if (fs::exists(file, ignored)) return fs::canonical(file);
    (looked += looked.empty() ? "" : ", ") += file.string();
  }
  return Error{ErrorCode::not_found,
               "there is no " + std::string(name_of(kind)) + " plugin '" + name + "'; looked for " +
                   looked + "; `swapmeet plugins` lists what there is",
               {}};
}

Result<Library> open_library(const fs::path& file) {
  if (auto checked = check_writers(file); !checked) return std::move(checked).error();
  if (auto checked = check_writers(fs::absolute(file).parent_path()); !checked)
    return std::move(checked).error();
  try {
    boost::dll::shared_library library(
        file, boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local);
    if (!library.has("swapmeet_plugin"))
      return refused(
          file,
          "is no Swapmeet plugin: it does not export 'swapmeet_plugin'; use SWAPMEET_PLUGIN "
          "and swapmeet_add_plugin()");
    const auto* descriptor = &library.get<const PluginDescriptor>("swapmeet_plugin");
    keep_open(std::move(library));
    if (auto checked = check_descriptor(file, *descriptor); !checked)
      return std::move(checked).error();
    return Library{file, descriptor};
  } catch (const std::exception& exception) {
    return refused(file, std::string("cannot be loaded: ") + exception.what() +
                             "; build it with swapmeet_add_plugin() and link all that it uses");
  }
}

std::vector<fs::path> list_libraries(const std::vector<fs::path>& folders) {
  std::vector<fs::path> files;
  for (const auto& folder : folders) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder, ignored))
      if (entry.path().extension() == ".so") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace swapmeet
