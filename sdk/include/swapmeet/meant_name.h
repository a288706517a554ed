// What somebody meant who typed a name that there is not: a key, a command, an option.
// Threads: a pure function.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace swapmeet {

// The first of `known` that is nearest to `typed`: at most three letters are wrong, missing or too
// many, and no more than about half of what was typed; or it goes on as `typed` begins. Empty: it
// is no typing error of any of them.
std::string meant_name(std::string_view typed, std::span<const std::string> known);

}  // namespace swapmeet
