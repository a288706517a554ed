#include "search/memory/suggesting.h"

#include <algorithm>
#include <map>

#include "search/memory/correction.h"
#include "search/memory/matcher.h"

namespace swapmeet::search_memory {
namespace {

constexpr std::size_t kRead = 300;  // names of a segment

struct Word {
  std::string spelt;  // as the best known of the names has it
  std::size_t sources = 0;
};

}  // namespace

std::vector<std::string> suggestions(const SuggestRequest& request, const Documents& documents,
                                     const std::vector<const Segment*>& segments) {
  const auto words = plain_words(request.typed);
  if (words.empty()) return {};
  const auto& last = words.back();
  if (last.begin + last.size != request.typed.size()) return {};
  const auto query = parse_query(request.typed + '*');
  if (!query) return {};
  std::vector<bool> visible;
  for (const auto& audience : documents.audiences())
    visible.push_back(audience.admits(request.viewer));
  const Matcher matcher(documents, *query, visible);
  std::map<std::string, Word> found;  // folded
  for (const auto* segment : segments) {
    std::size_t left = kRead;
    matcher.run(*segment, Where::name, Only::first_of_content, [&](const Entry& entry) {
      for (auto& spelt : separated_words(documents.text(entry.name))) {
        auto folded = fold(spelt);
        if (!folded.starts_with(last.folded) || folded == last.folded) continue;
        auto& word = found[std::move(folded)];
        if (word.sources == 0) word.spelt = std::move(spelt);
        word.sources += documents.sources(entry.content, visible);
      }
      return --left > 0;
    });
  }
  std::vector<const Word*> best;
  best.reserve(found.size());
  for (const auto& [folded, word] : found) best.push_back(&word);
  std::stable_sort(best.begin(), best.end(),
                   [](const Word* a, const Word* b) { return a->sources > b->sources; });
  if (best.size() > request.limit) best.resize(request.limit);
  std::vector<std::string> queries;
  queries.reserve(best.size());
  for (const auto* word : best)
    queries.push_back(request.typed.substr(0, last.begin) + word->spelt);
  return queries;
}

}  // namespace swapmeet::search_memory
