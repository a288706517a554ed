// Texts that many things share (folder names, file names), each kept once and known by its number.
// A text never moves and is never taken out: a reader may keep the view.
// Threads: one writer, or many readers, at a time; views stay good meanwhile.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "search/memory/id_table.h"
#include "search/memory/snapshot_file.h"

namespace swapmeet::search_memory {

class TextPool {
 public:
  // Of at most 65,535 bytes. Added when it is new.
  std::uint32_t number_of(std::string_view text);
  // IdTable::kNone: not there.
  std::uint32_t find(std::string_view text) const;
  std::string_view text(std::uint32_t number) const {
    Size size = 0;
    std::memcpy(&size, texts_[number], sizeof size);
    return {texts_[number] + sizeof size, size};
  }

  void save(SnapshotWriter& out) const;
  void load(SnapshotReader& in);

 private:
  using Size = std::uint16_t;  // in front of each text
  const char* keep(std::string_view text);

  IdTable numbers_;
  std::vector<const char*> texts_;
  std::vector<std::vector<char>> chunks_;
  char* room_ = nullptr;  // in the last chunk
  std::size_t left_ = 0;
};

}  // namespace swapmeet::search_memory
