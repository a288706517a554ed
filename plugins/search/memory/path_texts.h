// The paths of listings as two numbers each: the text of the folder, and that of the name. Many
// paths share a folder, and many a name, so each text is kept once.
// Threads: one writer, or many readers, at a time; texts stay good meanwhile, and for good.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "search/memory/numbers.h"
#include "search/memory/text_pool.h"

namespace swapmeet::search_memory {

struct PathNumbers {
  Number folder = kNone;  // the path up to its last '/', without it
  Number name = kNone;
  bool operator==(const PathNumbers&) const = default;
};

class PathTexts {
 public:
  PathNumbers number_of(std::string_view path);  // kept when it is new
  // nullopt: no such path was ever kept.
  std::optional<PathNumbers> find(std::string_view path) const;

  std::string_view text(Number number) const { return texts_.text(number); }
  std::string path(const PathNumbers& numbers) const;

  void save(SnapshotWriter& out) const { texts_.save(out); }
  void load(SnapshotReader& in) { texts_.load(in); }

 private:
  TextPool texts_;
};

}  // namespace swapmeet::search_memory
