// The templates that `swapmeet plugin new` makes projects of: one folder for each kind, and
// `common` for what all have. They are complete plugins called "sample": the name is put in its
// place, in what the files hold and in what they are called, and so is what stands between two '@'.
// Threads: free functions.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "swapmeet/result.h"

namespace swapmeet::cli {

// The installed templates: beside the program, or where it is installed. `not_found` says where.
Result<std::filesystem::path> template_folder();
// The kinds that there are templates of, in order of name.
std::vector<std::string> template_kinds(const std::filesystem::path& templates);

// a-z first, then a-z, 0-9 and '_', at most 40.
Result<void> check_plugin_name(std::string_view name);
// "my_search" as "MySearch".
std::string type_name_of(std::string_view name);
// The text of a template for that kind and name; `more` has further words that stand between two
// '@' ("ABI").
std::string filled_in(std::string text, std::string_view kind, std::string_view name,
                      const std::map<std::string, std::string>& more);

// Makes the project in `into`, which is not there yet, or empty. The files it wrote, relative to
// it, in order of name. `already_exists`; `invalid_argument`: kind or name.
Result<std::vector<std::filesystem::path>> make_plugin_project(
    const std::filesystem::path& templates, std::string_view kind, std::string_view name,
    const std::filesystem::path& into);

}  // namespace swapmeet::cli
