#include "search/memory/words.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>

#include "swapmeet/query.h"

namespace search_memory {
namespace {

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string fold_unicode(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const auto* casefold = icu::Normalizer2::getNFKCCasefoldInstance(status);
  const auto* decompose = icu::Normalizer2::getNFDInstance(status);
  const auto* compose = icu::Normalizer2::getNFCInstance(status);
  const icu::StringPiece piece(text.data(), static_cast<std::int32_t>(text.size()));
  auto letters = icu::UnicodeString::fromUTF8(piece);
  letters = decompose->normalize(casefold->normalize(letters, status), status);
  icu::UnicodeString bare;
  for (std::int32_t i = 0; i < letters.length(); i = letters.moveIndex32(i, 1)) {
    const auto letter = letters.char32At(i);
    if (u_charType(letter) != U_NON_SPACING_MARK) bare.append(letter);
  }
  std::string folded;
  // Composed again, so that scripts whose letters come apart (Hangul) stay short.
  compose->normalize(bare, status).toUTF8String(folded);
  return U_SUCCESS(status) ? folded : std::string(text);
}

}  // namespace

std::string fold(std::string_view text) {
  if (!is_ascii(text)) return fold_unicode(text);
  std::string folded(text);
  for (char& c : folded)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  return folded;
}

std::vector<std::string> folded_words(std::string_view text) {
  auto words = swapmeet::split_words(text);
  for (auto& word : words) word = fold(word);
  std::erase_if(words, [](const std::string& word) { return word.empty(); });
  return words;
}

}  // namespace search_memory
