// Which symbols a shared library exports, read from its ELF file without loading it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "swapmeet/result.h"

namespace swapmeet::tools {

// Names in the order of the file. `invalid_argument`: no 64-bit ELF library.
Result<std::vector<std::string>> exported_symbols(const std::filesystem::path& file);

}  // namespace swapmeet::tools
