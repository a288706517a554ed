// Text forms of what the database keeps in one column, and of page cursors.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "swapmeet/identity.h"

namespace registry {

// One line per member: "group NAME", "account NAME"; empty for everyone.
std::string audience_text(const swapmeet::Audience& audience);
swapmeet::Audience audience_from(std::string_view text);

// Key and value, each followed by a NUL.
std::string attributes_text(const std::map<std::string, std::string>& attributes);
std::map<std::string, std::string> attributes_from(std::string_view text);

// A cursor is the hex of two texts, opaque to its user. A broken one is the beginning.
std::string join_cursor(std::string_view first, std::string_view second);
std::pair<std::string, std::string> split_cursor(std::string_view cursor);
bool is_cursor(std::string_view cursor);

}  // namespace registry
