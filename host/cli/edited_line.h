// A line of text that somebody edits: characters go in and out where the cursor is. A mark that
// stands on a letter goes with it. Threads: value type.
#pragma once

#include <cstddef>
#include <string>

#include "host/cli/keys.h"

namespace swapmeet::cli {

class EditedLine {
 public:
  explicit EditedLine(std::string text = {}) : text_(std::move(text)), at_(text_.size()) {}

  // True: it was a key for editing.
  bool press(const Key& key);
  const std::string& text() const { return text_; }
  // As much of it as fits into `width` columns, so that the cursor is seen, and its column there.
  struct View {
    std::string text;
    std::size_t column = 0;
  };
  View view(std::size_t width) const;

 private:
  std::size_t before(std::size_t at) const;  // where the letter before begins
  std::size_t after(std::size_t at) const;
  bool press_control(char letter);
  void take_out(std::size_t from, std::size_t to);

  std::string text_;
  std::size_t at_ = 0;  // of the cursor, in bytes
};

}  // namespace swapmeet::cli
