// The attributes of documents. Most have none, which costs nothing. Keys and values are kept once,
// and so is each set of them: two bytes or so a key, three or four a value.
// Threads: one writer, or many readers, at a time; the texts stay good meanwhile.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "search/memory/numbers.h"
#include "search/memory/text_pool.h"
#include "swapmeet/attributes.h"
#include "swapmeet/query.h"

namespace swapmeet::search_memory {

class AttributeTable {
 public:
  // The number of the set, kept when it is new; kNone: there are no attributes.
  Number number_of(const Attributes& attributes);

  // For value(); kNone: nothing has the attribute.
  Number key(std::string_view text) const { return keys_.find(text); }
  // nullopt: the set does not have it.
  std::optional<std::string_view> value(Number set, Number key) const;
  Attributes all(Number set) const;
  std::size_t count(Number set) const;

  void save(SnapshotWriter& out) const;
  void load(SnapshotReader& in);

 private:
  template <class Take>
  void each(Number set, Take&& take) const;

  TextPool keys_;
  TextPool values_;
  TextPool sets_;  // for each attribute the number of its key, and of its value
};

// What a segment finds documents by: each word of a text together with its key, and the key alone
// where a number may be compared. None of them is a word that somebody can type.
std::vector<std::string> attribute_words(const Attributes& attributes);
// Which of them a document must have for the filter to hold.
std::vector<std::string> attribute_words(const QueryFilter& filter);
// It is one of those, and no word of a name or path.
inline bool is_attribute_word(std::string_view word) { return word.starts_with('\x1f'); }
// Where the word itself begins, behind the key.
inline std::size_t word_in(std::string_view attribute_word) {
  const auto end = attribute_word.find('\x1f', 1);
  return end == std::string_view::npos ? attribute_word.size() : end + 1;
}

}  // namespace swapmeet::search_memory
