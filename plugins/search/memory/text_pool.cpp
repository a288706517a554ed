#include "search/memory/text_pool.h"

#include <algorithm>
#include <cstring>
#include <functional>

namespace search_memory {
namespace {
constexpr std::size_t kChunk = 1 << 20;
std::uint64_t hash_of(std::string_view text) { return std::hash<std::string_view>{}(text); }
}  // namespace

std::uint32_t TextPool::find(std::string_view text) const {
  return numbers_.find(hash_of(text), [&](std::uint32_t number) { return texts_[number] == text; });
}

std::uint32_t TextPool::number_of(std::string_view text) {
  if (const auto found = find(text); found != IdTable::kNone) return found;
  texts_.push_back(keep(text));
  const auto number = static_cast<std::uint32_t>(texts_.size() - 1);
  numbers_.insert(number, [&](std::uint32_t one) { return hash_of(texts_[one]); });
  return number;
}

std::string_view TextPool::keep(std::string_view text) {
  if (text.empty()) return {};
  if (left_ < text.size()) {
    left_ = std::max(kChunk, text.size());
    chunks_.push_back(std::make_unique<char[]>(left_));
    room_ = chunks_.back().get();
  }
  std::memcpy(room_, text.data(), text.size());
  const std::string_view kept(room_, text.size());
  room_ += text.size();
  left_ -= text.size();
  return kept;
}

}  // namespace search_memory
