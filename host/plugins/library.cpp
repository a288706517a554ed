#include "host/plugins/library.h"

#define BOOST_DLL_USE_STD_FS
#include <algorithm>
#include <boost/dll/shared_library.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "host/plugins/private_copy.h"
#include "swapmeet/digest.h"
#include "swapmeet/loading.h"

namespace swapmeet {
namespace fs = std::filesystem;
namespace {

Error refused(const fs::path& file, const std::string& why) {
  return {ErrorCode::invalid_argument, file.string() + ": " + why, {}};
}

// What is open. Unloading is not to be relied on (inline statics, thread_local destructors), so
// libraries stay; the same bytes of the same file are opened once.
struct Opened {
  using Content = std::pair<fs::path, std::string>;  // file and digest of its bytes
  std::mutex mutex;
  std::vector<boost::dll::shared_library> libraries;
  std::map<Content, const PluginDescriptor*> descriptors;
};
Opened& opened() {
  static auto* kept = new Opened;
  return *kept;
}

// The linker speaks of the copy, people know the file.
std::string in_words_of(const fs::path& file, const fs::path& copy, std::string message) {
  const auto called = copy.string();
  for (auto at = message.find(called); at != std::string::npos; at = message.find(called, at))
    message.replace(at, called.size(), file.filename().string());
  return message;
}

Result<const PluginDescriptor*> open_copy(const fs::path& file, const fs::path& copy) {
  try {
    boost::dll::shared_library library(
        copy, boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local);
    if (!library.has("swapmeet_plugin"))
      return refused(
          file,
          "is no Swapmeet plugin: it does not export 'swapmeet_plugin'; use SWAPMEET_PLUGIN "
          "and swapmeet_add_plugin()");
    const auto* descriptor = &library.get<const PluginDescriptor>("swapmeet_plugin");
    opened().libraries.push_back(std::move(library));
    return descriptor;
  } catch (const std::exception& exception) {
    return refused(file, "cannot be loaded: " + in_words_of(file, copy, exception.what()) +
                             "; build it with swapmeet_add_plugin() and link all that it uses");
  }
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
  const auto bytes = read_plugin_file(file);
  if (!bytes) return bytes.error();
  const Opened::Content content{file, sha256(*bytes)};
  const std::lock_guard lock(opened().mutex);
  const auto found = opened().descriptors.find(content);
  if (found != opened().descriptors.end()) return Library{file, found->second};
  const auto copy = keep_private_copy(file, *bytes);
  if (!copy) return copy.error();
  const auto descriptor = open_copy(file, *copy);
  if (!descriptor) return descriptor.error();
  if (auto checked = check_plugin_descriptor(file, **descriptor); !checked)
    return std::move(checked).error();
  opened().descriptors.emplace(content, *descriptor);
  return Library{file, *descriptor};
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
