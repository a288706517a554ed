#include "swapmeet/accounts.h"

#include "swapmeet/text.h"

namespace swapmeet {

std::string folded_account_name(std::string_view typed) { return to_lower(trim(typed, " \t\r\n")); }

}  // namespace swapmeet
