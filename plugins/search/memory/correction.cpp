#include "search/memory/correction.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "swapmeet/query.h"

namespace swapmeet::search_memory {
namespace {

constexpr std::size_t kKnown = 3;         // documents that have a word that is right
constexpr std::size_t kAlternatives = 3;  // for each word that may be wrong
constexpr std::size_t kMostWrong = 3;     // words of a query
constexpr std::size_t kMostTries = 6;
constexpr std::size_t kShortest = 4;  // letters of a word that may be wrong,
constexpr std::size_t kLong = 8;      // and from which it may be so twice
constexpr double kEdit = 5;           // a word that is 2^5 times as frequent is worth an edit
constexpr double kMuchBetter = 7;     // one that is so much better leaves no doubt

struct Alternative {
  std::string text;
  double score = 0;  // the greater the likelier
};

double score_of(std::size_t documents, std::size_t edits) {
  return std::log2(static_cast<double>(documents)) - kEdit * static_cast<double>(edits);
}

class Speller {
 public:
  Speller(const std::vector<const Segment*>& segments, const Sees& sees)
      : segments_(segments), sees_(sees) {}

  std::size_t count(std::string_view word) const {
    std::size_t count = 0;
    for (const auto* segment : segments_) {
      const auto found = segment->find(word, false, false);
      count += sees_ ? count_seen(*segment, found) : found.count();
    }
    return count;
  }

  // The best ones that beat the word as it is; nothing for one that is well known.
  std::vector<Alternative> alternatives(const std::string& word) const {
    const Pattern pattern(word);
    const auto is_digit = [](char letter) { return letter >= '0' && letter <= '9'; };
    if (pattern.size() < kShortest || std::any_of(word.begin(), word.end(), is_digit)) return {};
    const auto known = count(word);
    if (known >= kKnown) return {};
    const auto as_it_is = known == 0 ? -2 * kEdit : score_of(known, 0);
    auto least = as_it_is;                                            // score
    std::map<std::string, std::pair<std::size_t, std::size_t>> near;  // documents, edits
    for (const auto* segment : segments_)
      segment->each_near(pattern, pattern.size() < kLong ? 1 : 2,
                         [&](std::string_view text, std::size_t, std::size_t edits) {
                           if (const auto documents = count(text); documents > 0) {
                             near[std::string(text)] = {documents, edits};
                             least = std::max(least, score_of(documents, edits) - kMuchBetter);
                           }
                           return static_cast<std::size_t>(std::exp2(least + kEdit));
                         });
    std::vector<Alternative> found;
    found.reserve(near.size() + 1);
    for (const auto& [text, one] : near) found.push_back({text, score_of(one.first, one.second)});
    if (auto halves = split(word); !halves.text.empty()) found.push_back(std::move(halves));
    std::erase_if(found, [&](const Alternative& one) { return one.score < least; });
    std::sort(found.begin(), found.end(),
              [](const Alternative& a, const Alternative& b) { return a.score > b.score; });
    if (found.size() > kAlternatives) found.resize(kAlternatives);
    return found;
  }

 private:
  // With a space put in where both halves are best known; empty: nowhere.
  Alternative split(const std::string& word) const {
    Alternative best;
    std::size_t most = 0;
    for (std::size_t at = 2; at + 2 <= word.size(); ++at) {
      if ((static_cast<unsigned char>(word[at]) & 0xC0U) == 0x80U) continue;
      auto first = word.substr(0, at);
      const auto second = word.substr(at);
      const auto known = std::min(count(first), count(second));
      if (known <= most) continue;
      most = known;
      first += ' ';
      best = {first += second, score_of(known, 1)};
    }
    return best;
  }

  std::size_t count_seen(const Segment& segment, const Occurrences& found) const {
    if (found.count() == 0) return 0;
    const auto& entries = segment.entries();
    std::size_t seen = 0;
    Window marks;
    for (Rank first = 0; first < entries.size(); first += Window::kRanks) {
      marks.clear();
      if (!found.mark(Window::of(first), marks)) continue;
      for (auto at = marks.next(0); at < Window::kRanks; at = marks.next(at + 1))
        if (sees_(entries[first + at])) ++seen;
    }
    return seen;
  }

  const std::vector<const Segment*>& segments_;
  const Sees& sees_;
};

}  // namespace

std::vector<PlainWord> plain_words(std::string_view query) {
  std::vector<PlainWord> words;
  const auto is_space = [](char letter) {
    return letter == ' ' || letter == '\t' || letter == '\n' || letter == '\r';
  };
  for (std::size_t at = 0; at < query.size();) {
    if (is_space(query[at])) {
      ++at;
      continue;
    }
    const auto begin = at;
    bool plain = query[at] != '-';
    for (bool quoted = false; at < query.size() && (quoted || !is_space(query[at])); ++at) {
      if (query[at] == '"') quoted = !quoted;
      if (std::string_view("\":<>=*").find(query[at]) != std::string_view::npos) plain = false;
    }
    if (!plain) continue;
    const auto token = query.substr(begin, at - begin);
    const auto folded = searchable_words(token)[0];
    std::string joined;
    for (const auto& word : folded) joined += word;
    if (!joined.empty() && (folded.size() == 1 || joined == fold(token)))
      words.push_back({begin, at - begin, std::move(joined), folded.size() == 1});
  }
  return words;
}

std::vector<std::string> corrections(std::string_view query,
                                     const std::vector<const Segment*>& segments,
                                     const Sees& sees) {
  struct Try {
    std::string text;
    double score = 0;
  };
  const Speller speller(segments, sees);
  std::vector<Try> tries{{std::string(query), 0}};
  std::size_t wrong = 0;
  auto words = plain_words(query);
  // From the last to the first, so that places in the query stay right.
  for (auto word = words.rbegin(); word != words.rend() && wrong < kMostWrong; ++word) {
    if (!word->is_one) continue;
    const auto alternatives = speller.alternatives(word->folded);
    if (alternatives.empty()) continue;
    ++wrong;
    std::vector<Try> more;
    for (const auto& one : tries)
      for (const auto& alternative : alternatives) {
        auto text = one.text;
        text.replace(word->begin, word->size, alternative.text);
        more.push_back({std::move(text), one.score + alternative.score});
      }
    tries = std::move(more);
  }
  if (wrong == 0) return {};
  std::sort(tries.begin(), tries.end(),
            [](const Try& a, const Try& b) { return a.score > b.score; });
  if (tries.size() > kMostTries) tries.resize(kMostTries);
  std::vector<std::string> texts;
  texts.reserve(tries.size());
  for (auto& one : tries) texts.push_back(std::move(one.text));
  return texts;
}

}  // namespace swapmeet::search_memory
