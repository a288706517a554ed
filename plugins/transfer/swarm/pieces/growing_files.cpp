#include "transfer/swarm/pieces/growing_files.h"

#include <utility>

#include "transfer/swarm/pieces/piece_map.h"

namespace swapmeet::transfer_swarm {

GrowingFile::GrowingFile(Facts facts, std::string bits)
    : facts_(std::move(facts)), bits_(std::move(bits)), coming_(bits_.size(), '\0') {}

void GrowingFile::add(std::size_t piece) {
  const std::lock_guard lock(mutex_);
  bits_[piece / 8] = static_cast<char>(bits_[piece / 8] | (1 << (piece % 8)));
}

void GrowingFile::expect(std::size_t first, std::size_t count, bool coming) {
  const std::lock_guard lock(mutex_);
  for (auto piece = first; piece < first + count; ++piece) {
    const auto bit = 1 << (piece % 8);
    auto& byte = coming_[piece / 8];
    byte = static_cast<char>(coming ? byte | bit : byte & ~bit);
  }
}

bool GrowingFile::covers(std::uint64_t offset, std::uint64_t length) const {
  if (length == 0 || offset >= facts_.size || length > facts_.size - offset) return false;
  const std::lock_guard lock(mutex_);
  for (auto piece = offset / facts_.piece; piece <= (offset + length - 1) / facts_.piece; ++piece)
    if (!has_bit(bits_, piece)) return false;
  return true;
}

std::string GrowingFile::bits() const {
  const std::lock_guard lock(mutex_);
  return bits_;
}

std::string GrowingFile::coming() const {
  const std::lock_guard lock(mutex_);
  auto coming = coming_;
  for (std::size_t i = 0; i < coming.size(); ++i)
    coming[i] = static_cast<char>(coming[i] & ~bits_[i]);
  return coming;
}

std::uint64_t GrowingFile::have() const { return proven_bytes(bits(), facts_.size); }

Audience GrowingFile::audience() const {
  const std::lock_guard lock(mutex_);
  return audience_;
}

void GrowingFile::set_audience(Audience audience) {
  const std::lock_guard lock(mutex_);
  audience_ = std::move(audience);
}

void GrowingFiles::put(const std::string& id, const std::shared_ptr<const GrowingFile>& file) {
  const std::lock_guard in_order(announcing_mutex_);
  {
    const std::lock_guard lock(mutex_);
    auto& place = files_[id];
    auto audience = file->audience();
    const bool known = place.file != nullptr && place.announced == audience;
    place = {file, std::move(audience)};
    if (known) return;
  }
  if (announcing_.begin) announcing_.begin(id, *file);
}

void GrowingFiles::remove(const std::string& id) {
  const std::lock_guard in_order(announcing_mutex_);
  {
    const std::lock_guard lock(mutex_);
    if (files_.erase(id) == 0) return;
  }
  if (announcing_.end) announcing_.end(id);
}

std::shared_ptr<const GrowingFile> GrowingFiles::find(const ContentId& content) const {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<const GrowingFile> best;
  for (const auto& [id, place] : files_)
    if (place.file->facts().content == content && (!best || place.file->have() > best->have()))
      best = place.file;
  return best;
}

std::size_t GrowingFiles::count() const {
  const std::lock_guard lock(mutex_);
  return files_.size();
}

}  // namespace swapmeet::transfer_swarm
