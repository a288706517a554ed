// The rows of a table. A row that is given back is the next one to be used again, so that a table
// is no longer than it ever had to be.
// Threads: one writer, or many readers, at a time.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "search/memory/numbers.h"

namespace swapmeet::search_memory {

template <class Row>
class Rows {
 public:
  // The number of an empty row.
  Number add() {
    if (free_.empty()) {
      rows_.emplace_back();
      return static_cast<Number>(rows_.size() - 1);
    }
    const auto number = free_.back();
    free_.pop_back();
    rows_[number] = Row{};
    return number;
  }
  void give_back(Number number) { free_.push_back(number); }

  Row& operator[](Number number) { return rows_[number]; }
  const Row& operator[](Number number) const { return rows_[number]; }
  std::size_t size() const { return rows_.size(); }  // with those that were given back
  const std::vector<Row>& all() const { return rows_; }
  const std::vector<Number>& free() const { return free_; }

  // What all() and free() were.
  void set_all(std::vector<Row> rows) { rows_ = std::move(rows); }
  void set_free(std::vector<Number> free) { free_ = std::move(free); }

 private:
  std::vector<Row> rows_;
  std::vector<Number> free_;
};

}  // namespace swapmeet::search_memory
