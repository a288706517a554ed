// What POST /api/v1/web/links answers.
// Threads: free functions without shared state.
#pragma once

#include <string>
#include <string_view>

#include "swapmeet/wire/json.h"

namespace swapmeet::wire {

struct WebLink {
  std::string url;  // lets one browser in, once and for two minutes
};

std::string to_json(const WebLink& link);
template <>
Result<WebLink> from_json(std::string_view text);

}  // namespace swapmeet::wire
