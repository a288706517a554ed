// Whether a file that should be fetched is there already: from an earlier run, or because the host
// died between giving it its name and saying so.
// Threads: for one at a time.
#pragma once

#include <filesystem>
#include <functional>

#include "swapmeet/id.h"
#include "transfer/swarm/hashing/hash_file.h"

namespace swapmeet::transfer_swarm {

class ThereAlready {
 public:
  enum Kind { nothing, same, other, unknown };

  // `stopping` is asked now and then; then the answer may be `unknown`. The clock must outlive it.
  ThereAlready(Clock& clock, std::function<bool()> stopping)
      : hasher_(clock), stopping_(std::move(stopping)) {}
  // What stands at `path`: nothing, the content of that size, or something else.
  Kind look(const std::filesystem::path& path, const ContentId& content, std::uint64_t size);

 private:
  FileHasher hasher_;
  const std::function<bool()> stopping_;
};

}  // namespace swapmeet::transfer_swarm
