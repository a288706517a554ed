#include "attributes/media/bounded_stream.h"

#include <unistd.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace swapmeet::attributes_media {

BoundedStream::BoundedStream(int descriptor, std::uint64_t size, std::string name,
                             StreamBounds bounds)
    : descriptor_(descriptor),
      size_(static_cast<long>(std::min<std::uint64_t>(
          size, static_cast<std::uint64_t>(std::numeric_limits<long>::max())))),
      name_(std::move(name)),
      bounds_(std::move(bounds)) {}

bool BoundedStream::may_go_on() {
  constexpr std::size_t kLookAtClock = 64;  // calls
  if (!is_exhausted_)
    is_exhausted_ = ++calls_ > bounds_.most_calls || read_ >= bounds_.most_in_all ||
                    (calls_ % kLookAtClock == 1 && bounds_.is_over());
  return !is_exhausted_;
}

TagLib::ByteVector BoundedStream::readBlock(unsigned long length) {
  if (!may_go_on() || at_ >= size_) return {};
  const auto most =
      std::min({static_cast<std::size_t>(length), static_cast<std::size_t>(size_ - at_),
                bounds_.most_at_once, bounds_.most_in_all - read_});
  TagLib::ByteVector block(static_cast<unsigned>(most), '\0');
  std::size_t got = 0;
  while (got < most) {
    const auto more = pread(descriptor_, block.data() + got, most - got,
                            static_cast<off_t>(at_) + static_cast<off_t>(got));
    if (more <= 0) break;
    got += static_cast<std::size_t>(more);
  }
  block.resize(static_cast<unsigned>(got));
  at_ += static_cast<long>(got);
  read_ += got;
  return block;
}

void BoundedStream::seek(long offset, Position from) {
  if (!may_go_on()) return;
  const long base = from == Beginning ? 0 : from == Current ? at_ : size_;
  long to = 0;
  if (__builtin_add_overflow(base, offset, &to)) to = offset < 0 ? 0 : size_;
  at_ = std::max(to, 0L);
}

}  // namespace swapmeet::attributes_media
