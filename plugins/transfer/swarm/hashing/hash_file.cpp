#include "transfer/swarm/hashing/hash_file.h"

namespace swapmeet::transfer_swarm {

template <class File>
HashOutcome FileHasher::hash_any(const File& file, const FileStamp& stamp,
                                 const std::function<bool()>& stopping) {
  builder_.clear();
  const auto read = reader_.read(file, stamp, stopping, [this](std::string_view block) {
    builder_.add(block.data(), block.size());
  });
  if (read.kind != ReadOutcome::done) return {read, {}};
  return {read, builder_.finish()};
}

HashOutcome FileHasher::hash(const std::string& file, const FileStamp& stamp,
                             const std::function<bool()>& stopping) {
  return hash_any(file, stamp, stopping);
}

HashOutcome FileHasher::hash(int descriptor, const FileStamp& stamp,
                             const std::function<bool()>& stopping) {
  return hash_any(descriptor, stamp, stopping);
}

}  // namespace swapmeet::transfer_swarm
