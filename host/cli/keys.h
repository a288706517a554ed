// What a terminal sends, as keys: letters of UTF-8, arrows, control keys, and what was pasted. A
// key may come in several pieces. Threads: one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace swapmeet::cli {

struct Key {
  enum class Kind : std::uint8_t {
    text,     // `text`: a character, or what was pasted, without control characters
    control,  // `text`: the letter that was pressed with Ctrl, small
    enter,
    tab,
    back_tab,
    escape,
    backspace,
    erase,
    left,
    right,
    up,
    down,
    home,
    end,
    page_up,
    page_down
  };
  Kind kind = Kind::text;
  std::string text{};

  bool operator==(const Key&) const = default;
};

class KeyReader {
 public:
  // The keys that are whole now.
  std::vector<Key> read(std::string_view bytes);
  // There is a beginning of a key, of which the rest should be on its way.
  bool waits() const { return !bytes_.empty(); }
  // Nothing followed: it was the Escape key, or nothing.
  std::vector<Key> end_waiting();

 private:
  enum class Step : std::uint8_t { taken, incomplete };
  Step step(std::vector<Key>& keys);
  Step sequence(std::vector<Key>& keys);
  Step pasted(std::vector<Key>& keys);
  Step character(std::vector<Key>& keys);

  std::string bytes_;
  bool pasting_ = false;
};

}  // namespace swapmeet::cli
