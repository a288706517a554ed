// The query language, one for every search plugin: words are ANDed, "a phrase", -without, prefix*,
// type:audio ext:flac size>10M peer:alice path:music/live artist:nina length>3m.
//
//   query  = { [-] ( word[*] | "phrase" | filter ) }
//   filter = type:NAME | ext:ENDING | peer:NAME | path:PART | size OP NUMBER[K|M|G|T]
//          | ATTRIBUTE:word[*] | ATTRIBUTE:"phrase" | ATTRIBUTE OP NUMBER | ATTRIBUTE OP DURATION
//   ATTRIBUTE = one of attributes.h, or attr.KEY for any other
//   OP     = > | >= | < | <= | =      (size:10M is size=10M; K, M, G, T are powers of 1,000)
//
// A name that is no filter's is an error when letters or digits follow its ':' ("foo:bar", but not
// "12:30", "c:\x", "http://x" or "title: x"), and when a number follows its '<' or '>'. Within
// quotation marks it is what it is: "foo:bar".
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "swapmeet/media_type.h"
#include "swapmeet/result.h"

namespace swapmeet {

// One word, or several in a row (a phrase; a word that separators split is one as well: "foo_bar").
struct QueryTerm {
  std::vector<std::string> words;  // folded, to compare with searchable_words(); never empty
  bool prefix = false;             // the last word is only the beginning of one
  bool negated = false;
  bool operator==(const QueryTerm&) const = default;
};

enum class Comparison : std::uint8_t { less, at_most, equal, at_least, greater };

struct QueryFilter {
  enum class Field { type, extension, peer, path, min_size, max_size, words_of, number_of };
  Field field = Field::type;
  std::string text;  // extension, peer, path (as typed); words_of, number_of: the attribute's key
  MediaType type = MediaType::other;
  std::uint64_t bytes = 0;  // min_size, max_size; both inclusive
  bool negated = false;
  QueryTerm words = {};                       // words_of
  Comparison comparison = Comparison::equal;  // number_of: the attribute is … than `number`
  double number = 0;
  bool operator==(const QueryFilter&) const = default;
};
// It asks for an attribute of the listing.
constexpr bool is_of_attribute(const QueryFilter& filter) {
  return filter.field == QueryFilter::Field::words_of ||
         filter.field == QueryFilter::Field::number_of;
}

struct Query {
  std::vector<QueryTerm> terms;
  std::vector<QueryFilter> filters;
  bool operator==(const Query&) const = default;
};

// `invalid_argument` with the byte position of what is wrong, and a sentence that says what was
// expected. A query needs at least one term or filter that is not negated; at most 1,024 bytes and
// 64 terms and filters.
Result<Query> parse_query(std::string_view text);

// Case and accents away, as words, paths and names of peers are compared: Unicode's case folding of
// its compatibility decomposition (NFKD), so that width, ligatures and superscripts make no
// difference; no marks that may be left out in writing (accents, the points of Hebrew and Arabic),
// composed or not; nothing that is not seen (joiners, soft hyphens, variation selectors); digits of
// any script as those of ASCII; ß is ss, æ is ae, ø is o. Bytes that are no UTF-8 stay.
std::string fold(std::string_view text);

// By what words are split and folded. Whoever keeps words keeps this with them, and makes them anew
// when it is another.
std::string words_version();

// The words of a name or path, in order: split at everything that is no letter, digit or mark
// (so at _ - . ( ) [ ] /), between lower and upper case (camelCase), and between the last two of
// several capitals before a small letter (HTTPServer: HTTP, Server). Case is kept.
std::vector<std::string> split_words(std::string_view text);

// The words of a name or path as they are written: split at what is no letter, digit or mark.
std::vector<std::string> separated_words(std::string_view text);

// What a name or path is found by, folded: first its words, split at separators only; then, for
// each word that changes case or goes between letters and digits inside, its parts. So
// "YouTube_s01e02" is found by youtube, s01e02, you, tube, s, 01, e, 02. A term of a query matches
// when its words stand in a row in one of these. Words of more than 12 parts (hashes) have none.
// Where a script puts no space between words (Han, kana, Hangul, Thai and the like), each letter is
// a word, so that any part is found: 京タ in 東京タワー.
std::vector<std::vector<std::string>> searchable_words(std::string_view text);

}  // namespace swapmeet
