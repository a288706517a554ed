#include "search/memory/snapshot_file.h"

#include <bit>
#include <cstring>
#include <system_error>
#include <utility>

#include "swapmeet/abi.h"
#include "swapmeet/query.h"

namespace swapmeet::search_memory {
namespace {

constexpr std::string_view kMagic = "swapmeet search.memory 7\n";  // counted up with what follows

}  // namespace

// Words of eight bytes, each multiplied and turned so that order and place count.
void Checksum::add(const void* bytes, std::size_t size) {
  const auto* at = static_cast<const char*>(bytes);
  const auto fold = [this](std::uint64_t word) {
    value_ = std::rotl(value_ ^ (word * 0x9E37'79B9'7F4A'7C15U), 29) * 0xBF58'476D'1CE4'E5B9U;
  };
  fold(size);
  std::uint64_t word = 0;
  for (; size >= sizeof word; size -= sizeof word, at += sizeof word) {
    std::memcpy(&word, at, sizeof word);
    fold(word);
  }
  word = 0;
  if (size > 0) std::memcpy(&word, at, size);
  fold(word);
}

SnapshotWriter::SnapshotWriter(std::filesystem::path file)
    : file_(std::move(file)),
      new_file_(file_.string() + ".new"),
      out_(new_file_, std::ios::binary | std::ios::trunc) {
  text(kMagic);
  text(kToolchain);
  text(words_version());
}

SnapshotWriter::~SnapshotWriter() {
  std::error_code ignored;
  if (!is_finished_) std::filesystem::remove(new_file_, ignored);
}

void SnapshotWriter::bytes(const void* bytes, std::size_t size) {
  checksum_.add(bytes, size);
  out_.write(static_cast<const char*>(bytes), static_cast<std::streamsize>(size));
}

Result<void> SnapshotWriter::finish() {
  const auto checksum = checksum_.value();
  out_.write(reinterpret_cast<const char*>(&checksum), sizeof checksum);
  out_.close();
  std::error_code failure;
  if (out_) std::filesystem::rename(new_file_, file_, failure);
  if (!out_ || failure)
    return Error{ErrorCode::no_space,
                 "the snapshot " + file_.string() +
                     " cannot be written: is there room, and may the host write there?",
                 {}};
  is_finished_ = true;
  return {};
}

SnapshotReader::SnapshotReader(const std::filesystem::path& file) : in_(file, std::ios::binary) {
  std::error_code failure;
  left_ = std::filesystem::file_size(file, failure);
  if (!in_ || failure) throw BadSnapshot("it cannot be read");
  if (text() != kMagic) throw BadSnapshot("it is of another version");
  if (text() != kToolchain) throw BadSnapshot("it is of another build");
  if (text() != words_version()) throw BadSnapshot("its words were folded by other rules");
}

std::uint64_t SnapshotReader::number() {
  std::uint64_t value = 0;
  bytes(&value, sizeof value);
  return value;
}

std::string SnapshotReader::text() {
  const auto size = number();
  if (size > left_) throw BadSnapshot("it ends too early");
  std::string text(static_cast<std::size_t>(size), '\0');
  bytes(text.data(), text.size());
  return text;
}

void SnapshotReader::bytes(void* bytes, std::size_t size) {
  if (size > left_) throw BadSnapshot("it ends too early");
  in_.read(static_cast<char*>(bytes), static_cast<std::streamsize>(size));
  if (!in_) throw BadSnapshot("it cannot be read");
  left_ -= size;
  checksum_.add(bytes, size);
}

void SnapshotReader::finish() {
  const auto wanted = checksum_.value();
  if (number() != wanted || left_ != 0) throw BadSnapshot("its checksum is wrong");
}

}  // namespace swapmeet::search_memory
