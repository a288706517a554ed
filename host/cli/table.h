// Rows in aligned columns. On a terminal that is too narrow the columns that may be cut are; a pipe
// gets everything.
// Threads: value type.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace swapmeet::cli {

struct Column {
  std::string heading;
  bool right = false;     // numbers
  bool cut = false;       // may be shortened
  bool keep_end = false;  // what is cut is the beginning
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  // One cell a column; made printable.
  void add(const std::vector<std::string>& cells);
  bool empty() const { return rows_.empty(); }
  // `width`: of the terminal; none: as wide as it gets.
  std::string text(std::optional<std::size_t> width) const;
  void print() const;

 private:
  std::vector<std::size_t> widths(std::optional<std::size_t> most) const;
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace swapmeet::cli
