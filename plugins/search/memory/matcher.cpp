#include "search/memory/matcher.h"

#include <algorithm>
#include <array>
#include <bit>
#include <memory>
#include <span>

#include "swapmeet/matching.h"

namespace swapmeet::search_memory {
namespace {

constexpr std::size_t kMostTried = 2'000'000;  // documents that have the words
constexpr std::size_t kMostRead = 100'000;     // documents whose text is looked at

constexpr std::size_t kAtOnce = 32;  // that are fetched from memory before the first is looked at

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9');
  });
}

}  // namespace

Matcher::Matcher(const Documents& documents, const Query& query, const std::vector<bool>& visible)
    : documents_(documents), visible_(visible) {
  for (const auto& term : query.terms) {
    if (!term.negated)
      terms_.push_back(term);
    else
      (term.words.size() == 1 ? without_ : without_texts_).push_back(term);
    reads_texts_ = reads_texts_ || term.words.size() > 1;
  }
  std::vector<bool> peers;
  for (const auto& filter : query.filters) {
    if (is_of_attribute(filter)) {
      take_of_attribute(filter);
      continue;
    }
    auto folded = fold(filter.text);
    if (filter.field == QueryFilter::Field::extension && !filter.negated && is_plain(folded))
      endings_.push_back(folded);
    if (filter.field != QueryFilter::Field::peer) {
      filters_.push_back({filter, std::move(folded), kNone});
      continue;
    }
    // All that is said of peers must hold for one and the same of a document's sources.
    const auto named = documents.peers().named(folded);
    if (!is_by_peer_) peers.assign(named.size(), true);
    is_by_peer_ = true;
    for (std::size_t peer = 0; peer < named.size(); ++peer)
      peers[peer] = peers[peer] && named[peer] != filter.negated;
  }
  if (is_by_peer_) listed_ = documents.listed_by(peers);
}

// Its words lead to the documents; what they cannot tell is looked up there.
void Matcher::take_of_attribute(const QueryFilter& filter) {
  if (!filter.negated) {
    for (auto& word : attribute_words(filter))
      of_attributes_.push_back({{std::move(word)}, false, false});
    of_attributes_.back().prefix = filter.words.prefix;
    if (filter.words.words.size() == 1) return;
  }
  filters_.push_back({filter, {}, documents_.attributes().key(filter.text)});
  reads_attributes_ = true;
}

// What the words ask of a segment; nothing when one of them is not there.
std::optional<Matcher::Wanted> Matcher::wanted(const Segment& segment, bool name_only) const {
  Wanted wanted;
  const auto want = [&](const std::string& word, bool prefix, bool in_name) {
    wanted.all.push_back(segment.find(word, prefix, in_name));
    return wanted.all.back().count() > 0;
  };
  for (const auto& ending : endings_)
    if (!want(ending, false, true)) return std::nullopt;
  for (const auto& term : terms_)
    for (std::size_t i = 0; i < term.words.size(); ++i)
      if (!want(term.words[i], term.prefix && i + 1 == term.words.size(), name_only))
        return std::nullopt;
  for (const auto& word : of_attributes_)
    if (!want(word.words[0], word.prefix, false)) return std::nullopt;
  std::sort(wanted.all.begin(), wanted.all.end(),
            [](const Occurrences& a, const Occurrences& b) { return a.count() < b.count(); });
  for (const auto& term : without_) {
    auto none = segment.find(term.words[0], term.prefix, false);
    if (none.count() > 0) wanted.none.push_back(std::move(none));
  }
  return wanted;
}

bool Matcher::run(const Segment& segment, Where where, Only only, const Found& found) const {
  const auto wanted = this->wanted(segment, where == Where::name);
  if (!wanted) return true;
  const auto& entries = segment.entries();
  std::size_t tried = 0;
  std::size_t read = 0;
  Window here;
  Window other;
  for (Rank first = 0; first < entries.size(); first += Window::kRanks) {
    const auto window = Window::of(first);
    const auto mark = [&](const Occurrences& words, Window& marks) {
      marks.clear();
      return words.mark(window, marks);
    };
    if (wanted->all.empty())
      here.fill(static_cast<std::uint32_t>(
          std::min<std::size_t>(Window::kRanks, entries.size() - first)));
    else if (!mark(wanted->all[0], here))
      continue;
    bool any = true;
    for (std::size_t i = 1; i < wanted->all.size() && any; ++i)
      if ((any = mark(wanted->all[i], other))) here.keep(other);
    if (!any) continue;
    for (const auto& none : wanted->none)
      if (mark(none, other)) here.take_away(other);
    std::uint32_t from = 0;
    for (auto place = here.next(0); place < Window::kRanks;) {
      // Entries are far apart, and so is what is asked of each: memory is asked for several at
      // once.
      std::array<std::uint32_t, kAtOnce> places;
      std::size_t count = 0;
      for (; count < kAtOnce && place < Window::kRanks; place = here.next(place + 1)) {
        __builtin_prefetch(&entries[first + place]);
        places[count++] = place;
      }
      for (const auto one : std::span(places).first(count)) will_read(entries[first + one]);
      for (const auto one : std::span(places).first(count)) {
        if (one < from) continue;  // of a content that was found
        const auto& entry = entries[first + one];
        if (is_hidden(entry)) continue;  // and not counted, which could be noticed
        if (++tried > kMostTried) return false;
        if (!is_match(entry)) continue;
        if (reads_texts_ && ++read > kMostRead) return false;
        if (reads_texts_ && !text_matches(entry, where)) continue;
        if (!found(entry)) return false;
        if (only == Only::first_of_content) from = segment.next_content(first + one) - first;
      }
      if (from > place) place = here.next(from);
    }
  }
  return true;
}

void Matcher::will_read(const Entry& entry) const {
  documents_.will_weigh(entry);
  if (reads_attributes_) documents_.will_filter(entry);
}

bool Matcher::is_hidden(const Entry& entry) const {
  return entry.restricted != 0 && !visible_[documents_.document(entry.document).audience];
}

bool Matcher::is_match(const Entry& entry) const {
  if (!documents_.is_present(entry.document)) return false;
  if (is_by_peer_ && !listed_[entry.document]) return false;
  return std::all_of(filters_.begin(), filters_.end(), [&](const Filter& filter) {
    return passes(filter, entry) != filter.filter.negated;
  });
}

// Most sizes are told from their number of bits.
bool Matcher::is_at_least(const Entry& entry, std::uint64_t bytes) const {
  const auto bits = std::bit_width(bytes);
  if (entry.size_bits != bits) return entry.size_bits > bits;
  return documents_.content(entry.content).size >= bytes;
}

bool Matcher::passes(const Filter& filter, const Entry& entry) const {
  const auto& wanted = filter.filter;
  const auto& document = documents_.document(entry.document);
  switch (wanted.field) {
    case QueryFilter::Field::type: return entry.type == static_cast<std::uint8_t>(wanted.type);
    case QueryFilter::Field::extension:
      return fold(extension_of(documents_.text(entry.name))) == filter.folded;
    case QueryFilter::Field::path:
      return fold(documents_.path(document)).find(filter.folded) != std::string::npos;
    case QueryFilter::Field::min_size: return is_at_least(entry, wanted.bytes);
    case QueryFilter::Field::max_size:
      return wanted.bytes == ~std::uint64_t{0} || !is_at_least(entry, wanted.bytes + 1);
    case QueryFilter::Field::words_of:
    case QueryFilter::Field::number_of: {
      const auto value = documents_.attributes().value(document.attributes, filter.attribute);
      return value && holds(wanted, *value);
    }
    case QueryFilter::Field::peer: break;  // in listed_
  }
  return true;
}

// Looks at the words themselves: for phrases, and for what must not be there (in name or folder).
bool Matcher::text_matches(const Entry& entry, Where where) const {
  const auto name = searchable_words(documents_.text(entry.name));
  const auto folder = searchable_words(documents_.folder(documents_.document(entry.document)));
  for (const auto& term : terms_)
    if (term.words.size() > 1 && !stands_in_a_row(term, name) &&
        (where == Where::name || !stands_in_a_row(term, folder)))
      return false;
  return std::none_of(without_texts_.begin(), without_texts_.end(), [&](const QueryTerm& term) {
    return stands_in_a_row(term, name) || stands_in_a_row(term, folder);
  });
}

}  // namespace swapmeet::search_memory
