#include "search/memory/finding.h"

#include <algorithm>
#include <string>
#include <utility>

#include "search/memory/correction.h"
#include "swapmeet/hits.h"

namespace swapmeet::search_memory {
namespace {

// Contents of a segment that are weighed, at least: in its own order the best come first; for
// another order more must be seen.
constexpr std::size_t kCandidates = 1'000;
constexpr std::size_t kCandidatesToSort = 20'000;
constexpr std::size_t kFew = 3;  // hits, below which a typing error is thought of
constexpr std::size_t kMostNames = 10;
// Of the score of what was only meant: below all that was found as it was typed.
constexpr double kCorrected = 0x1p-34;
constexpr auto kSign = std::uint64_t{1} << 63;  // so that times before 1970 come last
constexpr std::size_t kNamesFrom = 200;  // documents of a content that are asked for other names

}  // namespace

std::vector<const Segment*> Segments::all() const {
  std::vector<const Segment*> all{&ranked, &fresh};
  if (aging) all.push_back(aging);
  return all;
}

Finder::Finder(const Documents& documents, const Segments& segments, const SearchRequest& request,
               std::size_t max_results)
    : documents_(documents),
      segments_(segments),
      request_(request),
      max_results_(max_results),
      most_(std::max(max_results,
                     request.sort == SortOrder::relevance ? kCandidates : kCandidatesToSort)) {
  for (const auto& audience : documents.audiences())
    visible_.push_back(audience.admits(request.viewer));
}

void Finder::gather(const Query& query) {
  const Matcher matcher(documents_, query, visible_);
  const auto segments = segments_.all();
  if (matcher.has_words())
    for (const auto* segment : segments) gather(matcher, *segment, Where::name);
  // With enough hits in names, those elsewhere would come after them all.
  if (all_.size() < max_results_ || request_.sort != SortOrder::relevance)
    for (const auto* segment : segments) gather(matcher, *segment, Where::anywhere);
  else
    is_all_ = false;
}

void Finder::weigh() {
  for (auto& candidate : all_)
    candidate.sources = documents_.sources(candidate.entry.content, visible_);
  if (request_.sort == SortOrder::sources)
    for (auto& candidate : all_) candidate.sorted = candidate.sources;
}

void Finder::gather(const Matcher& matcher, const Segment& segment, Where where) {
  const auto most = all_.size() + most_;
  const auto only = request_.sort == SortOrder::newest ? Only::matching : Only::first_of_content;
  const bool whole = matcher.run(segment, where, only, [&](const Entry& entry) {
    take(entry, where);
    return all_.size() < most;
  });
  is_all_ = is_all_ && whole;
}

void Finder::take(const Entry& entry, Where where) {
  const auto place = places_.find(
      entry.content, [&](Number one) { return all_[one].entry.content == entry.content; });
  const bool in_name = where == Where::name;
  if (place == kNone) {
    all_.push_back({entry, searched_for_.empty(), in_name, 0, sorted_by(entry)});
    places_.insert(static_cast<Number>(all_.size() - 1),
                   [&](Number one) { return all_[one].entry.content; });
    return;
  }
  auto& known = all_[place];
  known.sorted = std::max(known.sorted, sorted_by(entry));
  if (known.as_typed == searched_for_.empty() && known.in_name == in_name &&
      documents_.is_preferred(entry, known.entry))
    known.entry = entry;
}

std::uint64_t Finder::sorted_by(const Entry& entry) const {
  if (request_.sort == SortOrder::size) return documents_.content(entry.content).size;
  if (request_.sort == SortOrder::newest)
    return static_cast<std::uint64_t>(documents_.document(entry.document).modified) ^ kSign;
  return 0;
}

void Finder::correct() {
  const auto before = all_.size();
  Sees sees;  // nothing, where nothing is hidden
  if (std::find(visible_.begin(), visible_.end(), false) != visible_.end())
    sees = [this](const Entry& entry) {
      return entry.restricted == 0 || visible_[documents_.document(entry.document).audience];
    };
  for (auto& text : corrections(request_.query, segments_.all(), sees)) {
    const auto query = parse_query(text);
    if (!query) continue;
    searched_for_ = std::move(text);
    gather(*query);
    if (all_.size() > before) return;
  }
  searched_for_.clear();
}

bool Finder::comes_before(const Candidate& one, const Candidate& other) const {
  const auto order = [](const Candidate& c) {
    return hit_order(c.in_name, c.sources, c.entry.name_size);
  };
  if (one.as_typed != other.as_typed) return one.as_typed;
  if (one.sorted != other.sorted) return one.sorted > other.sorted;
  return std::pair(order(one), one.entry.content) < std::pair(order(other), other.entry.content);
}

SearchPage Finder::page(const Query& query, std::size_t offset) {
  all_.reserve(most_);
  places_.reserve(most_);
  gather(query);
  if (all_.size() < kFew) correct();
  weigh();
  SearchPage page;
  page.query = request_.query;
  page.searched_for = searched_for_;
  page.total = std::min(all_.size(), max_results_);
  page.has_more = !is_all_ || all_.size() > max_results_;
  const auto before = [this](const Candidate& a, const Candidate& b) { return comes_before(a, b); };
  const auto place = [this](std::size_t at) {
    return all_.begin() + static_cast<std::ptrdiff_t>(at);
  };
  if (all_.size() > page.total) {
    std::nth_element(all_.begin(), place(page.total), all_.end(), before);
    all_.resize(page.total);
  }
  const auto from = std::min<std::size_t>(offset, page.total);
  const auto to = from + std::min(std::max<std::size_t>(request_.page.limit, 1),
                                  static_cast<std::size_t>(page.total) - from);
  std::partial_sort(all_.begin(), place(to), all_.end(), before);
  for (auto at = from; at < to; ++at) documents_.will_read(all_[at].entry);
  page.hits.reserve(to - from);
  for (auto at = from; at < to; ++at) page.hits.push_back(hit_of(all_[at]));
  if (to < page.total) page.next = std::to_string(to);
  if (request_.page.after.empty()) page.facets = facets();
  return page;
}

Facets Finder::facets() const {
  Facets facets;
  for (const auto& [entry, as_typed, in_name, sources, sorted] : all_) {
    ++facets.types.at(entry.type);
    ++facets.sizes.at(entry.size_class);
  }
  return facets;
}

Hit Finder::hit_of(const Candidate& candidate) const {
  const auto& document = documents_.document(candidate.entry.document);
  const auto& content = documents_.content(candidate.entry.content);
  Hit hit;
  hit.content = content.id;
  hit.name = documents_.name(document);
  hit.path = documents_.path(document);
  hit.size = content.size;
  hit.type = document.type;
  hit.sources = candidate.sources;
  hit.score = swapmeet::score_of(
                  hit_order(candidate.in_name, candidate.sources, candidate.entry.name_size)) *
              (candidate.as_typed ? 1.0 : kCorrected);
  // Of the listing that is shown, but where the newest of all was looked for.
  hit.modified = Time(std::chrono::milliseconds(
      request_.sort == SortOrder::newest ? static_cast<std::int64_t>(candidate.sorted ^ kSign)
                                         : document.modified));
  hit.names = other_names(candidate.entry);
  hit.attributes = documents_.attributes().all(document.attributes);
  if (hit.sources == 1) hit.peer = documents_.a_source(candidate.entry.content, visible_);
  return hit;
}

// What else the content is called: short names first, then in order of the alphabet.
std::vector<std::string> Finder::other_names(const Entry& shown) const {
  std::vector<Number> numbers;
  const auto consider = [&](Number document, Number name) {
    if (name == shown.name || !documents_.is_present(document)) return;
    if (std::find(numbers.begin(), numbers.end(), name) == numbers.end()) numbers.push_back(name);
  };
  const auto is_hidden = [&](const Entry& entry) {
    return entry.restricted != 0 && !visible_[documents_.document(entry.document).audience];
  };
  auto left = kNamesFrom;
  for (const auto& entry : segments_.ranked.entries_of(shown.content)) {
    if (is_hidden(entry)) continue;
    if (left-- == 0) break;
    consider(entry.document, entry.name);
    if (numbers.size() == kMostNames) break;  // they stand in that order
  }
  documents_.each_unranked(documents_.content(shown.content), kNamesFrom, [&](Number number) {
    const auto& document = documents_.document(number);
    if (visible_[document.audience]) consider(number, document.path.name);
    return visible_[document.audience];
  });
  std::vector<std::string> names;
  names.reserve(numbers.size());
  for (const auto number : numbers) names.emplace_back(documents_.text(number));
  const auto in_order = [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() < b.size() : a < b;
  };
  if (names.size() > 1) std::sort(names.begin(), names.end(), in_order);
  if (names.size() > kMostNames) names.resize(kMostNames);
  return names;
}

}  // namespace swapmeet::search_memory
