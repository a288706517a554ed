// What was read from files that others write: read again when one of them has changed, and never
// while it is being written. For tables of an operator's, such as a list of people.
//   FromFiles<Users> users_{{file, groups}, [this] { return read_users(); }};
//   const auto users = users_.now();  // → Result<std::shared_ptr<const Users>>
// Threads: thread-safe; what now() has given stays as it was.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "swapmeet/result.h"

namespace swapmeet {

// What tells one state of these files from another. `unavailable`, with the name: one cannot be
// looked at.
Result<std::string> state_of(const std::vector<std::filesystem::path>& files);

template <class T>
class FromFiles {
 public:
  // Empty paths count for nothing: an optional file that is not given.
  FromFiles(std::vector<std::filesystem::path> files, std::function<T()> read)
      : files_(std::move(files)), read_(std::move(read)) {}

  // As the files are now. `unavailable`: one cannot be read, or changes just now.
  Result<std::shared_ptr<const T>> now() {
    const std::lock_guard lock(mutex_);
    const auto state = state_of(files_);
    if (!state) return state.error();
    if (last_ && *state == state_) return last_;
    auto fresh = std::make_shared<const T>(read_());
    const auto after = state_of(files_);
    if (!after) return after.error();
    if (*after != *state) return unavailable(files_.front().string() + " is being written");
    state_ = *state;
    return last_ = std::move(fresh);
  }

 private:
  const std::vector<std::filesystem::path> files_;
  const std::function<T()> read_;
  std::mutex mutex_;  // guards what follows
  std::string state_;
  std::shared_ptr<const T> last_;
};

}  // namespace swapmeet
