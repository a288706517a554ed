// How a file looked when its download ended: whoever finds it the same later need not read it to
// know that it still is what was fetched.
// Threads: a value; of() waits for the disk.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace swapmeet::transfer_swarm {

struct FileMark {
  // nullopt: there is no regular file of that name.
  static std::optional<FileMark> of(const std::string& path);
  static std::optional<FileMark> parse(const std::string& text);  // nullopt: of nothing, or no mark
  std::string text() const;
  bool operator==(const FileMark&) const = default;

  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t written_ns = 0;
  std::int64_t changed_ns = 0;  // nobody can set it back
};

}  // namespace swapmeet::transfer_swarm
