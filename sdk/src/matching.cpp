#include "swapmeet/matching.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace swapmeet {
namespace {

// U+00C0 to U+017F, folded; '-' where the letter has no accent to lose.
constexpr std::string_view kLatin =
    "aaaaaa-ceeeeiiii-nooooo--uuuuy--aaaaaa-ceeeeiiii-nooooo--uuuuy-y"
    "aaaaaaccccccccdd--eeeeeeeeeegggggggghh--iiiiiiiii---jjkk-llllll----nnnnnn---oooooo--"
    "rrrrrrsssssssstttt--uuuuuuuuuuuuwwyyyzzzzzz-";

char32_t lower(char32_t code) {
  if (code >= 'A' && code <= 'Z') return code + 0x20;
  if (code >= 0xC0 && code <= 0xDE && code != 0xD7) return code + 0x20;
  if (code >= 0x139 && code <= 0x148) return code + (code & 1);
  if (code >= 0x100 && code <= 0x177 && code != 0x138) return code | 1;
  if ((code >= 0x391 && code <= 0x3A9) || (code >= 0x410 && code <= 0x42F)) return code + 0x20;
  if (code >= 0x400 && code <= 0x40F) return code + 0x50;
  return code;
}

void append(std::string& text, char32_t code) {
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else {  // all that lower() changes has two bytes
    text += static_cast<char>(0xC0 | (code >> 6));
    text += static_cast<char>(0x80 | (code & 0x3F));
  }
}

std::vector<std::string> folded_words(std::string_view text) {
  auto words = split_words(text);
  for (auto& word : words) word = fold(word);
  return words;
}

bool occurs(const QueryTerm& term, const std::vector<std::string>& words) {
  std::vector<std::string> wanted;
  for (const auto& word : term.words) wanted.push_back(fold(word));
  const auto begins_here = [&](std::size_t at) {
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const bool only_beginning = term.prefix && i + 1 == wanted.size();
      if (only_beginning ? !words[at + i].starts_with(wanted[i]) : words[at + i] != wanted[i])
        return false;
    }
    return true;
  };
  for (std::size_t at = 0; at + wanted.size() <= words.size(); ++at)
    if (begins_here(at)) return true;
  return false;
}

bool holds(const QueryFilter& filter, const Listing& listing, const PeerId& peer,
           std::string_view peer_name) {
  const auto name = name_of_path(listing.path);
  switch (filter.field) {
    case QueryFilter::Field::type: return media_type_of(name) == filter.type;
    case QueryFilter::Field::extension: return fold(extension_of(name)) == fold(filter.text);
    case QueryFilter::Field::peer: {
      const auto wanted = fold(filter.text);
      return fold(peer_name) == wanted || peer.text() == wanted;
    }
    case QueryFilter::Field::path:
      return fold(listing.path).find(fold(filter.text)) != std::string::npos;
    case QueryFilter::Field::min_size: return listing.size >= filter.bytes;
    case QueryFilter::Field::max_size: return listing.size <= filter.bytes;
  }
  return false;
}

}  // namespace

std::string fold(std::string_view text) {
  std::string folded;
  folded.reserve(text.size());
  while (!text.empty()) {
    const auto first = static_cast<unsigned char>(text[0]);
    if (first < 0xC2 || first >= 0xE0 || text.size() == 1) {  // ASCII, or left as it is
      folded += static_cast<char>(first < 0x80 ? lower(first) : first);
      text.remove_prefix(1);
      continue;
    }
    const char32_t code =
        (static_cast<char32_t>(first & 0x1F) << 6) | (static_cast<unsigned char>(text[1]) & 0x3F);
    text.remove_prefix(2);
    if (code >= 0x300 && code <= 0x36F) continue;
    const bool latin = code >= 0xC0 && code < 0xC0 + kLatin.size();
    if (latin && kLatin[code - 0xC0] != '-')
      folded += kLatin[code - 0xC0];
    else
      append(folded, lower(code));
  }
  return folded;
}

bool matches(const Query& query, const Listing& listing, const PeerId& peer,
             std::string_view peer_name) {
  const auto words = folded_words(listing.path);
  return std::all_of(query.terms.begin(), query.terms.end(),
                     [&](const auto& term) { return occurs(term, words) != term.negated; }) &&
         std::all_of(query.filters.begin(), query.filters.end(), [&](const auto& filter) {
           return holds(filter, listing, peer, peer_name) != filter.negated;
         });
}

bool matches_name(const Query& query, std::string_view path) {
  const auto words = folded_words(name_of_path(path));
  bool any = false;
  for (const auto& term : query.terms) {
    if (term.negated) continue;
    if (!occurs(term, words)) return false;
    any = true;
  }
  return any;
}

}  // namespace swapmeet
