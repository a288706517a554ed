#include "host/cli/share_name.h"

#include <string_view>

#include "swapmeet/text.h"

namespace swapmeet::cli {

std::string share_name(const std::filesystem::path& folder, std::set<std::string>& taken) {
  constexpr std::string_view kNotInKeys = "=/ []; #.";
  auto name = (folder.has_filename() ? folder : folder.parent_path()).filename().string();
  for (char& c : name)
    if (kNotInKeys.find(c) != std::string_view::npos || is_control(c)) c = '_';
  if (name.size() > 60) name.resize(60);
  if (name.empty()) name = "files";
  auto one = name;
  for (int number = 2; !taken.insert(one).second; ++number) one = name + std::to_string(number);
  return one;
}

}  // namespace swapmeet::cli
