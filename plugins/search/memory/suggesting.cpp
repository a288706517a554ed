#include "search/memory/suggesting.h"

#include <algorithm>
#include <map>
#include <optional>

#include "search/memory/correction.h"
#include "search/memory/matcher.h"

namespace swapmeet::search_memory {
namespace {

constexpr std::size_t kRead = 300;  // names of a segment

struct Word {
  std::string spelt;  // as the best known of the names has it
  std::size_t sources = 0;
};

// The word that is being typed.
struct Typed {
  std::size_t begin = 0;  // in the query
  std::string folded;
  bool is_of_attribute = false;
  Number attribute = kNone;  // if so, which
};

std::optional<Typed> last_word(const std::string& typed, const Query& query,
                               const Documents& documents) {
  const auto words = plain_words(typed);
  if (!words.empty() && words.back().begin + words.back().size == typed.size())
    return Typed{words.back().begin, words.back().folded, false, kNone};
  // artist:ni
  const auto begin = typed.find_last_of(" \t:") + 1;  // 0: there is none
  if (begin == 0 || typed[begin - 1] != ':' || query.filters.empty()) return std::nullopt;
  const auto& filter = query.filters.back();
  if (filter.field != QueryFilter::Field::words_of || filter.negated || !filter.words.prefix ||
      filter.words.words.size() != 1 || filter.words.words[0] != fold(typed.substr(begin)))
    return std::nullopt;
  return Typed{begin, filter.words.words[0], true, documents.attributes().key(filter.text)};
}

}  // namespace

std::vector<std::string> suggestions(const SuggestRequest& request, const Documents& documents,
                                     const std::vector<const Segment*>& segments) {
  const auto query = parse_query(request.typed + '*');
  if (!query) return {};
  const auto last = last_word(request.typed, *query, documents);
  if (!last) return {};
  std::vector<bool> visible;
  for (const auto& audience : documents.audiences())
    visible.push_back(audience.admits(request.viewer));
  const Matcher matcher(documents, *query, visible);
  const auto text_of = [&](const Entry& entry) {
    if (!last->is_of_attribute) return documents.text(entry.name);
    const auto& document = documents.document(entry.document);
    return documents.attributes()
        .value(document.attributes, last->attribute)
        .value_or(std::string_view());
  };
  std::map<std::string, Word> found;  // folded
  for (const auto* segment : segments) {
    std::size_t left = kRead;
    const auto where = last->is_of_attribute ? Where::anywhere : Where::name;
    matcher.run(*segment, where, Only::first_of_content, [&](const Entry& entry) {
      for (auto& spelt : separated_words(text_of(entry))) {
        auto folded = fold(spelt);
        if (!folded.starts_with(last->folded) || folded == last->folded) continue;
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
    queries.push_back(request.typed.substr(0, last->begin) + word->spelt);
  return queries;
}

}  // namespace swapmeet::search_memory
