// What files have in their fields, as values of attributes. Threads: free functions without shared
// state.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "swapmeet/attributes.h"

namespace swapmeet::attributes_media {

// Puts the text under the key as one line of at most 300 bytes; nothing when it is no UTF-8 or
// blank.
void put_text(Attributes& attributes, const char* key, std::string_view text);
// The same for a number; nothing when it is 0 or less.
void put_number(Attributes& attributes, const char* key, std::int64_t number);
// Years from 1000 to 2999 only: fields that hold anything else are not filled in.
void put_year(Attributes& attributes, std::int64_t year);

}  // namespace swapmeet::attributes_media
