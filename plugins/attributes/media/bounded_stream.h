// A file as TagLib reads it, through a descriptor and within bounds: what a broken or hostile file
// asks for beyond them is not there. The position of the descriptor stays as it is.
// Threads: one object, one thread.
#pragma once

#include <taglib/tiostream.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace swapmeet::attributes_media {

struct StreamBounds {
  std::size_t most_at_once = 8U << 20;                   // bytes
  std::size_t most_in_all = 32U << 20;                   // bytes
  std::size_t most_calls = 200'000;                      // of readBlock() and seek()
  std::function<bool()> is_over = [] { return false; };  // the deadline
};

class BoundedStream final : public TagLib::IOStream {
 public:
  // The descriptor must stay open meanwhile. The name says which format it is.
  BoundedStream(int descriptor, std::uint64_t size, std::string name, StreamBounds bounds = {});

  // It has come to one of its bounds: what was read since is of no use.
  bool is_exhausted() const { return is_exhausted_; }

  TagLib::FileName name() const override { return name_.c_str(); }
  TagLib::ByteVector readBlock(unsigned long length) override;
  void writeBlock(const TagLib::ByteVector&) override {}
  void insert(const TagLib::ByteVector&, unsigned long, unsigned long) override {}
  void removeBlock(unsigned long, unsigned long) override {}
  bool readOnly() const override { return true; }
  bool isOpen() const override { return true; }
  void seek(long offset, Position from) override;
  void clear() override {}
  long tell() const override { return at_; }
  long length() override { return size_; }
  void truncate(long) override {}

 private:
  bool may_go_on();

  const int descriptor_;
  const long size_;
  const std::string name_;
  const StreamBounds bounds_;
  long at_ = 0;
  std::size_t read_ = 0;
  std::size_t calls_ = 0;
  bool is_exhausted_ = false;
};

}  // namespace swapmeet::attributes_media
