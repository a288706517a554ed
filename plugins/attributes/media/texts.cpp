#include "attributes/media/texts.h"

#include "swapmeet/listing.h"
#include "swapmeet/text.h"

namespace swapmeet::attributes_media {

void put_text(Attributes& attributes, const char* key, std::string_view text) {
  constexpr std::size_t kLongest = 300;
  if (!is_utf8(text)) return;
  std::string line;
  for (const char c : text) {
    const bool blank = c == ' ' || is_control(c);
    if (!blank)
      line += c;
    else if (!line.empty() && line.back() != ' ')
      line += ' ';
  }
  if (line.size() > kLongest) {
    line.resize(kLongest);
    while (!line.empty() && !is_utf8(line)) line.pop_back();
  }
  while (line.ends_with(' ')) line.pop_back();
  if (line.empty() || has_control(line)) return;
  attributes[key] = line;
}

void put_number(Attributes& attributes, const char* key, std::int64_t number) {
  if (number > 0) attributes[key] = std::to_string(number);
}

void put_year(Attributes& attributes, std::int64_t year) {
  if (year >= 1000 && year <= 2999) put_number(attributes, "year", year);
}

}  // namespace swapmeet::attributes_media
