#include "host/cli/edited_line.h"

#include "host/cli/display.h"
#include "swapmeet/characters.h"

namespace swapmeet::cli {
namespace {

constexpr std::size_t kLongest = 1'024;  // bytes, as queries

}  // namespace

std::size_t EditedLine::after(std::size_t at) const {
  std::string_view rest = std::string_view(text_).substr(at);
  if (rest.empty()) return at;
  next_character(rest);
  while (!rest.empty()) {  // and the marks on it
    auto beyond = rest;
    if (display_width(next_character(beyond).bytes) > 0) break;
    rest = beyond;
  }
  return text_.size() - rest.size();
}

std::size_t EditedLine::before(std::size_t at) const {
  std::size_t begin = 0;
  for (std::size_t next = 0; next < at; next = after(next)) begin = next;
  return begin;
}

void EditedLine::take_out(std::size_t from, std::size_t to) {
  text_.erase(from, to - from);
  at_ = from;
}

bool EditedLine::press_control(char letter) {
  switch (letter) {
    case 'a': at_ = 0; return true;
    case 'e': at_ = text_.size(); return true;
    case 'u': take_out(0, at_); return true;
    case 'k': text_.erase(at_); return true;
    case 'w': {
      auto from = at_;
      while (from > 0 && text_[from - 1] == ' ') --from;
      while (from > 0 && text_[from - 1] != ' ') --from;
      take_out(from, at_);
      return true;
    }
    default: return false;
  }
}

bool EditedLine::press(const Key& key) {
  switch (key.kind) {
    case Key::Kind::text:
      if (text_.size() + key.text.size() > kLongest) return true;
      text_.insert(at_, key.text);
      at_ += key.text.size();
      return true;
    case Key::Kind::backspace: take_out(before(at_), at_); return true;
    case Key::Kind::erase: text_.erase(at_, after(at_) - at_); return true;
    case Key::Kind::left: at_ = before(at_); return true;
    case Key::Kind::right: at_ = after(at_); return true;
    case Key::Kind::home: at_ = 0; return true;
    case Key::Kind::end: at_ = text_.size(); return true;
    case Key::Kind::control: return press_control(key.text[0]);
    default: return false;
  }
}

EditedLine::View EditedLine::view(std::size_t width) const {
  if (width == 0) return {};
  std::size_t from = 0;
  const auto columns = [&](std::size_t begin, std::size_t end) {
    return display_width(std::string_view(text_).substr(begin, end - begin));
  };
  while (from < at_ && columns(from, at_) >= width) from = after(from);
  auto to = text_.size();
  while (to > at_ && columns(from, to) > width) to = before(to);
  return {text_.substr(from, to - from), columns(from, at_)};
}

}  // namespace swapmeet::cli
