#include "telling_words.h"

#include <swapmeet/listing.h>
#include <swapmeet/query.h>

#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>
#include <vector>

namespace attributes_text {
namespace {

constexpr auto kCommon = std::to_array<std::string_view>(
    {"about", "after", "also",   "and",   "are",  "been", "but",   "can",  "could", "did",
     "does",  "for",   "from",   "had",   "has",  "have", "her",   "his",  "how",   "into",
     "its",   "may",   "more",   "most",  "not",  "only", "other", "our",  "out",   "over",
     "shall", "she",   "should", "some",  "such", "than", "that",  "the",  "their", "them",
     "then",  "there", "these",  "they",  "this", "was",  "were",  "what", "when",  "which",
     "who",   "will",  "with",   "would", "you",  "your"});
constexpr std::size_t kShortest = 3;  // bytes: words of two letters tell little
constexpr std::size_t kLongest = 40;  // what is longer is no word

struct Word {
  std::string text;
  std::size_t count = 0;
  std::size_t place = 0;
  std::size_t weight() const { return std::min<std::size_t>(count, 20) * text.size(); }
};

bool is_telling(const std::string& word) {
  return word.size() >= kShortest && word.size() <= kLongest &&
         !std::binary_search(kCommon.begin(), kCommon.end(), word);
}

std::vector<Word> words_of(std::string_view text) {
  std::vector<Word> words;
  std::unordered_map<std::string, std::size_t> places;
  for (const auto& one : swapmeet::separated_words(text)) {
    auto word = swapmeet::fold(one);
    if (!is_telling(word) || !swapmeet::is_utf8(word)) continue;
    const auto [at, is_new] = places.try_emplace(word, words.size());
    if (is_new) words.push_back({std::move(word), 0, words.size()});
    ++words[at->second].count;
  }
  return words;
}

}  // namespace

std::string telling_words(std::string_view text, std::size_t most) {
  auto words = words_of(text);
  std::stable_sort(words.begin(), words.end(),
                   [](const Word& a, const Word& b) { return a.weight() > b.weight(); });
  std::size_t bytes = 0;
  std::vector<Word> kept;
  for (auto& word : words) {
    const auto more = word.text.size() + (kept.empty() ? 0 : 1);
    if (bytes + more > most) continue;  // a shorter one may still fit
    bytes += more;
    kept.push_back(std::move(word));
  }
  std::sort(kept.begin(), kept.end(),
            [](const Word& a, const Word& b) { return a.place < b.place; });
  std::string line;
  for (const auto& word : kept) {
    if (!line.empty()) line += ' ';
    line += word.text;
  }
  return line;
}

}  // namespace attributes_text
