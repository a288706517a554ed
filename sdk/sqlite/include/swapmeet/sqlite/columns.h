// Text forms of what stores keep in one column, and pages read from a statement.
// Threads: free functions without shared state.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "swapmeet/identity.h"
#include "swapmeet/page.h"
#include "swapmeet/sqlite/database.h"

namespace swapmeet::sqlite {

// Empty for everyone; otherwise "only", then a line per member: "group NAME", "account NAME"; then
// "visible", when its name is for everyone.
std::string audience_text(const Audience& audience);
Audience audience_from(std::string_view text);

// Words without line breaks, one a line.
std::string lines_of(const std::vector<std::string>& words);
std::vector<std::string> words_of(std::string_view lines);

// Key and value, each followed by a NUL.
std::string attributes_text(const std::map<std::string, std::string>& attributes);
std::map<std::string, std::string> attributes_from(std::string_view text);

// A cursor is the hex of two texts, opaque to its user. A broken one is the beginning.
std::string join_cursor(std::string_view first, std::string_view second);
std::pair<std::string, std::string> split_cursor(std::string_view cursor);
bool is_cursor(std::string_view cursor);

// Steps through `rows` until the page is full. `take` adds the row to the items, or leaves it out
// (false); `cursor` says where the page after an item begins.
template <class T, class Take, class Cursor>
Page<T> read_page(Statement& rows, std::size_t limit, Take&& take, Cursor&& cursor) {
  Page<T> page;
  while (rows.step()) {
    if (!take(page.items) || page.items.size() <= limit) continue;
    page.items.pop_back();
    page.next = cursor(page.items.back());
    break;
  }
  return page;
}

}  // namespace swapmeet::sqlite
