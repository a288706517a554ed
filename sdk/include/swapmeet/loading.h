// What a plugin's file and descriptor must be before any of its code runs. The host and
// swapmeet-plugin-check ask the same questions here and give the same answers.
// Threads: free functions without shared state.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "swapmeet/plugin.h"
#include "swapmeet/result.h"

namespace swapmeet {

// Whoever can write the file, or put another in its place, can run code as this host: file and
// folder belong to this user or root, and nobody else may write them.
Result<void> check_plugin_file(const std::filesystem::path& file);
// The same of a file that is open already, so that what is checked is what is read afterwards.
Result<void> check_plugin_file(const std::filesystem::path& file, int descriptor);
// Magic, ABI, size, toolchain, fingerprint of the headers (kContracts), and an id that begins with
// its kind. `file` begins every error.
Result<void> check_plugin_descriptor(const std::filesystem::path& file,
                                     const PluginDescriptor& plugin);

// Whether the plugin's fingerprint is the one that the headers of that ABI ("4.0") have.
Result<void> check_contracts(const std::filesystem::path& file, std::string_view contracts,
                             std::string_view expected, const std::string& abi);

}  // namespace swapmeet
