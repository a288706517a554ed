#include "search/memory/text_pool.h"

#include <algorithm>
#include <functional>

namespace swapmeet::search_memory {
namespace {
constexpr std::size_t kChunk = 1 << 20;
std::uint64_t hash_of(std::string_view text) { return std::hash<std::string_view>{}(text); }
}  // namespace

std::uint32_t TextPool::find(std::string_view wanted) const {
  return numbers_.find(hash_of(wanted),
                       [&](std::uint32_t number) { return text(number) == wanted; });
}

std::uint32_t TextPool::number_of(std::string_view wanted) {
  if (const auto found = find(wanted); found != IdTable::kNone) return found;
  texts_.push_back(keep(wanted));
  const auto number = static_cast<std::uint32_t>(texts_.size() - 1);
  numbers_.insert(number, [&](std::uint32_t one) { return hash_of(text(one)); });
  return number;
}

const char* TextPool::keep(std::string_view text) {
  const auto size = static_cast<Size>(text.size());
  const auto bytes = sizeof size + size;
  if (left_ < bytes) {
    left_ = std::max(kChunk, bytes);
    room_ = chunks_.emplace_back(left_).data();
  }
  std::memcpy(room_, &size, sizeof size);
  if (size > 0) std::memcpy(room_ + sizeof size, text.data(), size);
  const char* kept = room_;
  room_ += bytes;
  left_ -= bytes;
  return kept;
}

void TextPool::save(SnapshotWriter& out) const {
  numbers_.save(out);
  std::uint64_t bytes = 0;
  for (std::uint32_t number = 0; number < texts_.size(); ++number)
    bytes += sizeof(Size) + text(number).size();
  std::vector<char> all;
  all.reserve(bytes);
  for (std::uint32_t number = 0; number < texts_.size(); ++number)
    all.insert(all.end(), texts_[number], text(number).data() + text(number).size());
  out.number(texts_.size());
  out.table(all);
}

void TextPool::load(SnapshotReader& in) {
  numbers_.load(in);
  const auto count = in.number();
  const auto& chunk = chunks_.emplace_back(in.table<char>());
  if (count > chunk.size()) throw BadSnapshot("texts are missing");
  texts_.reserve(count);
  const char* at = chunk.data();
  const char* const end = at + chunk.size();
  for (std::uint64_t number = 0; number < count; ++number) {
    Size size = 0;
    if (end - at < std::ptrdiff_t{sizeof size}) throw BadSnapshot("texts are missing");
    std::memcpy(&size, at, sizeof size);
    texts_.push_back(at);
    if (end - at < std::ptrdiff_t{sizeof size} + size) throw BadSnapshot("texts are missing");
    at += sizeof size + size;
  }
}

}  // namespace swapmeet::search_memory
