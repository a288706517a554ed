#include "host/http/read_ahead.h"

#include <string_view>
#include <utility>

namespace swapmeet::http {

void ReadAhead::fill(std::string& bytes) {
  std::size_t taken = 0;
  while (taken < bytes.size() && heads_.size() < kMost && bytes_ < kMostBytes) {
    auto parsed = parse_head(std::string_view(bytes).substr(taken));
    auto* head = std::get_if<Head>(&parsed);
    if (head == nullptr || head->has_body() || !head->keep_alive) break;
    taken += head->size;
    bytes_ += head->size;
    heads_.push_back(std::move(*head));
  }
  bytes.erase(0, taken);
}

std::optional<Head> ReadAhead::take() {
  if (heads_.empty()) return std::nullopt;
  auto head = std::move(heads_.front());
  heads_.pop_front();
  bytes_ -= head.size;
  if (shown_ > 0) --shown_;
  return head;
}

void ReadAhead::clear() {
  heads_.clear();
  bytes_ = 0;
  shown_ = 0;
}

std::vector<const Head*> ReadAhead::show() {
  std::vector<const Head*> fresh;
  for (; shown_ < heads_.size(); ++shown_) fresh.push_back(&heads_[shown_]);
  return fresh;
}

}  // namespace swapmeet::http
