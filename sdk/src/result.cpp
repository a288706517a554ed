#include "swapmeet/result.h"

#include <array>

namespace swapmeet {
namespace {
constexpr std::array<std::string_view, 15> kCodeNames = {
    "invalid_argument", "not_found", "already_exists", "conflict",    "unauthenticated",
    "not_allowed",      "too_large", "too_many",       "unavailable", "timed_out",
    "cancelled",        "corrupt",   "no_space",       "unsupported", "internal"};
}

std::string_view name_of(ErrorCode code) { return kCodeNames.at(static_cast<std::size_t>(code)); }

ErrorCode error_code_from(std::string_view name) {
  for (std::size_t i = 0; i < kCodeNames.size(); ++i)
    if (kCodeNames[i] == name) return static_cast<ErrorCode>(i);
  return ErrorCode::internal;
}

}  // namespace swapmeet
