#include "host/cli/table.h"

#include <algorithm>
#include <iostream>

#include "host/cli/display.h"
#include "host/cli/terminal.h"

namespace swapmeet::cli {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kNarrowest = 8;  // of a column that is cut

}  // namespace

void Table::add(const std::vector<std::string>& cells) {
  std::vector<std::string> row(columns_.size());
  for (std::size_t i = 0; i < std::min(cells.size(), row.size()); ++i) row[i] = printable(cells[i]);
  rows_.push_back(std::move(row));
}

std::vector<std::size_t> Table::widths(std::optional<std::size_t> most) const {
  std::vector<std::size_t> widths;
  std::size_t total = 0;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    auto width = display_width(columns_[i].heading);
    for (const auto& row : rows_) width = std::max(width, display_width(row[i]));
    widths.push_back(width);
    total += width + (i == 0 ? 0 : kGap);
  }
  while (most && total > *most) {  // a column less, where there is most to take
    std::size_t widest = columns_.size();
    for (std::size_t i = 0; i < columns_.size(); ++i)
      if (columns_[i].cut && widths[i] > kNarrowest &&
          (widest == columns_.size() || widths[i] > widths[widest]))
        widest = i;
    if (widest == columns_.size()) break;
    --widths[widest];
    --total;
  }
  return widths;
}

std::string Table::text(std::optional<std::size_t> width) const {
  const auto space = widths(width);
  std::string text;
  const auto put = [&](const auto& cell_of) {
    std::string line;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const auto cell = columns_[i].keep_end ? end_to_width(cell_of(i), space[i])
                                             : cut_to_width(cell_of(i), space[i]);
      const std::string gap(space[i] - std::min(space[i], display_width(cell)), ' ');
      line +=
          (i == 0 ? "" : std::string(kGap, ' ')) + (columns_[i].right ? gap + cell : cell + gap);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  };
  put([&](std::size_t i) { return columns_[i].heading; });
  for (const auto& row : rows_) put([&](std::size_t i) { return row[i]; });
  return text;
}

void Table::print() const { std::cout << text(terminal_width()); }

}  // namespace swapmeet::cli
