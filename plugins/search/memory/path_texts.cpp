#include "search/memory/path_texts.h"

#include <algorithm>

#include "swapmeet/listing.h"

namespace swapmeet::search_memory {
namespace {

struct SplitPath {
  std::string_view folder;
  std::string_view name;
};

SplitPath split(std::string_view path) {
  const auto name = name_of_path(path);
  return {path.substr(0, path.size() - std::min(path.size(), name.size() + 1)), name};
}

}  // namespace

PathNumbers PathTexts::number_of(std::string_view path) {
  const auto [folder, name] = split(path);
  const auto number_of_folder = texts_.number_of(folder);
  return {number_of_folder, texts_.number_of(name)};
}

std::optional<PathNumbers> PathTexts::find(std::string_view path) const {
  const auto [folder, name] = split(path);
  const PathNumbers found{texts_.find(folder), texts_.find(name)};
  if (found.folder == kNone || found.name == kNone) return std::nullopt;
  return found;
}

std::string PathTexts::path(const PathNumbers& numbers) const {
  std::string path(text(numbers.folder));
  if (!path.empty()) path += '/';
  return path += text(numbers.name);
}

}  // namespace swapmeet::search_memory
