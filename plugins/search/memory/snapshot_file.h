// The file of a snapshot: tables one after another as they are in memory, and a checksum behind
// them. A snapshot is no more than a shortcut, for which a start need not follow the whole feed.
// One that is torn, damaged or of another build is not used, so it need not be synced either.
// snapshot.h says what stands in it.
// Threads: one object, one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "swapmeet/result.h"

namespace swapmeet::search_memory {

// What a snapshot is made of is plain; both sides fold it into the checksum in the same pieces.
class Checksum {
 public:
  void add(const void* bytes, std::size_t size);
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0;
};

class SnapshotWriter {
 public:
  explicit SnapshotWriter(std::filesystem::path file);  // until finish() it is FILE.new
  ~SnapshotWriter();
  SnapshotWriter(const SnapshotWriter&) = delete;
  SnapshotWriter& operator=(const SnapshotWriter&) = delete;

  void number(std::uint64_t value) { bytes(&value, sizeof value); }
  void text(std::string_view text) {
    number(text.size());
    bytes(text.data(), text.size());
  }
  template <class T>
  void table(const std::vector<T>& rows) {
    static_assert(std::is_trivially_copyable_v<T>);
    number(rows.size());
    bytes(rows.data(), rows.size() * sizeof(T));
  }
  void bytes(const void* bytes, std::size_t size);
  // Puts it in place of what was there. `no_space` or `internal`: it is not, and what was is.
  Result<void> finish();

 private:
  const std::filesystem::path file_;
  const std::filesystem::path new_file_;
  std::ofstream out_;
  Checksum checksum_;
  bool is_finished_ = false;
};

// Why a snapshot is not used.
struct BadSnapshot : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Each method throws BadSnapshot when the file does not have it.
class SnapshotReader {
 public:
  explicit SnapshotReader(const std::filesystem::path& file);

  std::uint64_t number();
  std::string text();
  template <class T>
  std::vector<T> table() {
    static_assert(std::is_trivially_copyable_v<T>);
    const auto rows = number();
    if (rows > left_ / sizeof(T)) throw BadSnapshot("it ends too early");
    std::vector<T> all(static_cast<std::size_t>(rows));
    bytes(all.data(), all.size() * sizeof(T));
    return all;
  }
  void bytes(void* bytes, std::size_t size);
  // Nothing that was read may be used before.
  void finish();

 private:
  std::ifstream in_;
  std::uint64_t left_ = 0;  // bytes
  Checksum checksum_;
};

}  // namespace swapmeet::search_memory
