#include "host/cli/level_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "host/cli/display.h"
#include "host/cli/human.h"
#include "swapmeet/attributes.h"
#include "swapmeet/listing.h"

namespace swapmeet::cli {
namespace {

void add_tree(const std::vector<TreeFolder>& folders, const std::string& before,
              std::string& text) {
  for (std::size_t i = 0; i < folders.size(); ++i) {
    const auto& [folder, below] = folders[i];
    const bool is_last = i + 1 == folders.size();
    text +=
        fmt::format("{}{}{}/  {}, {}\n", before, is_last ? "└── " : "├── ", printable(folder.name),
                    counted(folder.files, "file"), human_size(folder.bytes));
    add_tree(below, before + (is_last ? "    " : "│   "), text);
  }
}

}  // namespace

Table table_of(const FolderLevel& level) {
  const bool with_files = !level.files.empty();
  const bool with_folders = !level.folders.empty();
  const bool with_about =
      std::any_of(level.files.begin(), level.files.end(),
                  [](const Listing& one) { return !about(one.attributes).empty(); });
  std::vector<Column> columns;
  if (with_files) columns.push_back({"#", true});
  if (with_folders) columns.push_back({"FILES", true});
  columns.push_back({"SIZE", true});
  columns.push_back({"NAME", false, true});
  if (with_about) columns.push_back({"ABOUT", false, true});
  Table table(std::move(columns));
  const auto add = [&](const std::string& number, const std::string& files, std::uint64_t bytes,
                       std::string name, const std::string& said) {
    std::vector<std::string> cells;
    if (with_files) cells.push_back(number);
    if (with_folders) cells.push_back(files);
    cells.push_back(human_size(bytes));
    cells.push_back(std::move(name));
    if (with_about) cells.push_back(said);
    table.add(cells);
  };
  for (const auto& one : level.folders)
    add("", human_count(one.files), one.bytes, one.name + '/', "");
  for (std::size_t i = 0; i < level.files.size(); ++i) {
    const auto& file = level.files[i];
    add(std::to_string(i + 1), "", file.size, std::string(name_of_path(file.path)),
        about(file.attributes));
  }
  return table;
}

std::string sum_of(const FolderLevel& level) {
  std::string text;
  if (!level.folders.empty()) {
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
    for (const auto& one : level.folders) {
      files = saturating_sum(files, one.files);
      bytes = saturating_sum(bytes, one.bytes);
    }
    text = fmt::format("{} with {}, {}", counted(level.folders.size(), "folder"),
                       counted(files, "file"), human_size(bytes));
  }
  if (!level.files.empty()) {
    std::uint64_t bytes = 0;
    for (const auto& one : level.files) bytes = saturating_sum(bytes, one.size);
    text += fmt::format("{}{}{}, {}", text.empty() ? "" : "; ", counted(level.files.size(), "file"),
                        text.empty() ? "" : " here", human_size(bytes));
  }
  return text;
}

std::string tree_text(const std::vector<TreeFolder>& folders) {
  std::string text;
  add_tree(folders, "", text);
  return text;
}

}  // namespace swapmeet::cli
