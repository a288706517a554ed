#include "host/plugins/library.h"

#define BOOST_DLL_USE_STD_FS
#include <algorithm>
#include <boost/dll/shared_library.hpp>
#include <memory>
#include <mutex>

#include "swapmeet/loading.h"

namespace swapmeet {
namespace fs = std::filesystem;
namespace {

Error refused(const fs::path& file, const std::string& why) {
  return {ErrorCode::invalid_argument, file.string() + ": " + why, {}};
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
  if (auto checked = check_plugin_file(file); !checked) return std::move(checked).error();
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
    if (auto checked = check_plugin_descriptor(file, *descriptor); !checked)
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
