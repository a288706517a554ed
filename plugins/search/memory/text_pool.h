// Texts that many things share (folder names, file names), each kept once and known by its number.
// A text never moves and is never taken out: a reader may keep the view.
// Threads: one writer, or many readers, at a time; views stay good meanwhile.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "search/memory/id_table.h"

namespace search_memory {

class TextPool {
 public:
  std::uint32_t number_of(std::string_view text);  // added when it is new
  // IdTable::kNone: not there.
  std::uint32_t find(std::string_view text) const;
  std::string_view text(std::uint32_t number) const { return texts_[number]; }

 private:
  std::string_view keep(std::string_view text);

  IdTable numbers_;
  std::vector<std::string_view> texts_;
  std::vector<std::unique_ptr<char[]>> chunks_;
  char* room_ = nullptr;  // in the last chunk
  std::size_t left_ = 0;
};

}  // namespace search_memory
