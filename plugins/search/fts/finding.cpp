#include "search/fts/finding.h"

#include <algorithm>
#include <optional>
#include <set>

#include "search/fts/attribute_rows.h"
#include "search/fts/match.h"
#include "search/fts/ranking.h"
#include "swapmeet/hits.h"
#include "swapmeet/listing.h"

namespace swapmeet::search_fts {
namespace {

using sqlite::Database;
using Docs = std::vector<DocKey>;  // ascending

constexpr std::size_t kMostNames = 10;
constexpr std::size_t kMostAttributes = 32;    // of a listing
constexpr std::size_t kReadOneByOne = 1'000;   // sets of attributes, before they are looked up
constexpr std::size_t kMostDocsOfHit = 1'000;  // that are looked at for its names

Docs matching(Database& reader, const std::string& match) {
  Docs docs;
  auto row = reader.keep("SELECT rowid FROM words WHERE words MATCH ?");
  row->with(match);
  while (row->step()) docs.push_back(static_cast<DocKey>(row->integer(0)));
  if (!std::is_sorted(docs.begin(), docs.end())) std::sort(docs.begin(), docs.end());
  return docs;
}

void take_away(Docs& docs, const Docs& others) {
  Docs rest;
  std::set_difference(docs.begin(), docs.end(), others.begin(), others.end(),
                      std::back_inserter(rest));
  docs = std::move(rest);
}

std::string path_of(Database& reader, DocKey key) {
  auto row = reader.keep("SELECT path FROM docs WHERE key=?");
  row->with(key);
  return row->step() ? row->text(0) : std::string();
}

// A filter with what it needs looked up once.
struct Filter {
  QueryFilter::Field field;
  bool negated = false;
  MediaType type = MediaType::other;
  std::uint32_t extension = 0;
  std::uint64_t bytes = 0;
  std::string folded;
  std::vector<bool> peers;
};

// All that is said of peers must hold for one and the same of a doc's sources.
void allow(Filter& peers, const std::vector<bool>& named, bool negated) {
  if (peers.peers.empty()) peers.peers.assign(named.size(), true);
  for (std::size_t key = 0; key < named.size(); ++key)
    peers.peers[key] = peers.peers[key] && named[key] != negated;
}

std::vector<Filter> filters_of(const Query& query, const DocTable& table) {
  std::vector<Filter> filters;
  Filter peers{.field = QueryFilter::Field::peer, .folded = {}, .peers = {}};
  for (const auto& from : query.filters) {
    if (is_of_attribute(from)) continue;  // of_attributes_
    Filter filter{.field = from.field,
                  .negated = from.negated,
                  .type = from.type,
                  .bytes = from.bytes,
                  .folded = fold(from.text),
                  .peers = {}};
    if (from.field == QueryFilter::Field::extension)
      filter.extension = table.extension(filter.folded);
    if (from.field == QueryFilter::Field::peer)
      allow(peers, table.peers_named(filter.folded), from.negated);
    else
      filters.push_back(std::move(filter));
  }
  if (!peers.peers.empty()) filters.push_back(std::move(peers));
  // Paths are on the disk: last.
  std::stable_partition(filters.begin(), filters.end(), [](const Filter& filter) {
    return filter.field != QueryFilter::Field::path;
  });
  return filters;
}

class Finder {
 public:
  Finder(const SearchRequest& request, const Query& query, const DocTable& table, Database& reader)
      : request_(request),
        table_(table),
        reader_(reader),
        admitted_(table.admitted(request.viewer)),
        filters_(filters_of(query, table)) {
    match(query);
    group();
  }

  SearchPage page(const Place& place, std::size_t max_results) {
    SearchPage page;
    page.query = request_.query;
    page.total = found_.size();
    const auto left = max_results - std::min<std::uint64_t>(place.before, max_results);
    const auto limit = std::min(std::max<std::size_t>(request_.page.limit, 1), left);
    if (place.before > 0)
      std::erase_if(found_, [&](const Found& found) { return found.rank <= place.rank; });
    const auto count = std::min(limit, found_.size());
    const auto middle = found_.begin() + static_cast<std::ptrdiff_t>(count);
    const auto earlier = [](const Found& a, const Found& b) { return a.rank < b.rank; };
    std::nth_element(found_.begin(), middle, found_.end(), earlier);
    std::sort(found_.begin(), middle, earlier);
    for (std::size_t i = 0; i < count; ++i) page.hits.push_back(hit_of(found_[i]));
    if (count > 0 && count < found_.size() && count < left)
      page.next = cursor_of({found_[count - 1].rank, place.before + count});
    return page;
  }

 private:
  struct Found {
    std::uint32_t content = 0;
    std::uint32_t sources = 0;
    Rank rank;
  };

  void match(const Query& query) {
    const auto words = match_of(query);
    if (words.empty()) {
      for (DocKey key = 1; key < table_.end(); ++key) docs_.push_back(key);
    } else {
      docs_ = matching(reader_, words);
      in_name_ = matching(reader_, "{name} : (" + words + ")");
    }
    for (const auto& term : query.terms)
      if (term.negated) take_away(docs_, matching(reader_, match_of(term)));
    std::erase_if(docs_, [&](DocKey key) { return !counts(key); });
    for (const auto& filter : query.filters)
      if (is_of_attribute(filter)) keep_with(filter);
  }

  // Of few docs the attributes are read; for many it is looked up which are meant.
  void keep_with(const QueryFilter& filter) {
    const bool few = docs_.size() <= kReadOneByOne;
    const auto sets = few ? std::vector<AttributesKey>() : holding(reader_, filter);
    std::erase_if(docs_, [&](DocKey key) {
      const auto set = table_.doc(key).attributes;
      const bool kept = set != 0 && (few ? has(attributes_of(reader_, set), filter)
                                         : std::binary_search(sets.begin(), sets.end(), set));
      return kept == filter.negated;
    });
  }

  bool is_visible(const Doc& doc) const {
    return doc.content != 0 && admitted_[doc.audience] && table_.has_source(doc);
  }

  bool counts(DocKey key) const {
    const auto& doc = table_.doc(key);
    return is_visible(doc) &&
           std::all_of(filters_.begin(), filters_.end(), [&](const auto& filter) {
             return passes(filter, key, doc) != filter.negated;
           });
  }

  bool passes(const Filter& filter, DocKey key, const Doc& doc) const {
    switch (filter.field) {
      case QueryFilter::Field::type: return doc.type == filter.type;
      case QueryFilter::Field::extension: return doc.extension == filter.extension;
      case QueryFilter::Field::min_size:
        return static_cast<std::uint64_t>(doc.size) >= filter.bytes;
      case QueryFilter::Field::max_size:
        return static_cast<std::uint64_t>(doc.size) <= filter.bytes;
      case QueryFilter::Field::peer: return table_.has_source(doc, filter.peers);
      case QueryFilter::Field::path:
      case QueryFilter::Field::words_of:
      case QueryFilter::Field::number_of: break;
    }
    return fold(path_of(reader_, key)).find(filter.folded) != std::string::npos;
  }

  bool is_in_name(DocKey key) const {
    return std::binary_search(in_name_.begin(), in_name_.end(), key);
  }

  // One Found per content, ranked by its best doc.
  void group() {
    std::vector<std::uint32_t> places(table_.contents_end());  // in best, from 1
    std::vector<Ranked> best;
    auto named = in_name_.begin();
    for (const auto key : docs_) {
      const auto& doc = table_.doc(key);
      while (named != in_name_.end() && *named < key) ++named;
      const bool in_name = named != in_name_.end() && *named == key;
      auto& place = places[doc.content];
      if (place == 0) {
        best.push_back({.sort = request_.sort,
                        .in_name = in_name,
                        .sources = table_.sources(doc.content, admitted_),
                        .name_size = doc.name_size,
                        .size = doc.size,
                        .modified = doc.modified,
                        .content_order = table_.content_order(doc.content)});
        found_.push_back({doc.content, best.back().sources, {}});
        place = static_cast<std::uint32_t>(best.size());
        continue;
      }
      auto& ranked = best[place - 1];
      if (in_name && !ranked.in_name) ranked.name_size = doc.name_size;
      if (in_name == ranked.in_name || in_name)
        ranked.name_size = std::min(ranked.name_size, doc.name_size);
      ranked.in_name = ranked.in_name || in_name;
      ranked.size = std::max(ranked.size, doc.size);
      ranked.modified = std::max(ranked.modified, doc.modified);
    }
    for (std::size_t i = 0; i < best.size(); ++i) found_[i].rank = rank_of(best[i]);
  }

  // The name that matches best is the first by (in the name, short, alphabet).
  Hit hit_of(const Found& found) const {
    struct Candidate {
      bool is_match = false;
      bool in_name = false;
      DocKey key = 0;
      std::string path;
      Attributes attributes = {};  // the more, the rather shown
    };
    std::vector<Candidate> candidates;
    table_.each_doc_of(found.content, [&](DocKey key) {
      if (candidates.size() == kMostDocsOfHit || !is_visible(table_.doc(key))) return;
      candidates.push_back({std::binary_search(docs_.begin(), docs_.end(), key), is_in_name(key),
                            key, path_of(reader_, key),
                            attributes_of(reader_, table_.doc(key).attributes)});
    });
    const auto order = [](const Candidate& one) {
      const auto name = name_of_path(one.path);
      return std::tuple(!one.is_match, !one.in_name, name.size(), name, std::string_view(one.path),
                        kMostAttributes - std::min(kMostAttributes, one.attributes.size()));
    };
    std::sort(candidates.begin(), candidates.end(),
              [&](const Candidate& a, const Candidate& b) { return order(a) < order(b); });
    const auto& first = candidates.at(0);
    const auto& doc = table_.doc(first.key);
    Hit hit;
    hit.content = content_of(first.key);
    hit.path = first.path;
    hit.name = name_of_path(first.path);
    hit.size = static_cast<std::uint64_t>(doc.size);
    hit.type = doc.type;
    hit.sources = found.sources;
    hit.score = score_of(found.rank.match);
    for (const auto& one : candidates)
      if (one.is_match)
        hit.modified =
            std::max(hit.modified, Time(std::chrono::milliseconds(table_.doc(one.key).modified)));
    hit.attributes = first.attributes;
    if (hit.sources == 1)
      hit.peer = PeerId::parse(table_.a_source(found.content, admitted_)).value_or(PeerId{});
    std::set<std::string> names;
    for (const auto& one : candidates) names.insert(std::string(name_of_path(one.path)));
    names.erase(hit.name);
    for (const auto& name : names)
      if (hit.names.size() < kMostNames) hit.names.push_back(name);
    return hit;
  }

  ContentId content_of(DocKey key) const {
    auto row = reader_.keep("SELECT content FROM docs WHERE key=?");
    row->with(key);
    return row->step() ? row->id<ContentId>(0) : ContentId{};
  }

  const SearchRequest& request_;
  const DocTable& table_;
  Database& reader_;
  const std::vector<bool> admitted_;
  const std::vector<Filter> filters_;
  Docs docs_;     // that match and count
  Docs in_name_;  // that have all words in the name
  std::vector<Found> found_;
};

}  // namespace

Result<SearchPage> find(const SearchRequest& request, const DocTable& table, Database& reader,
                        std::size_t max_results) {
  auto query = parse_query(request.query);
  if (!query) return std::move(query).error();
  const auto place = place_of(request.page.after);
  if (!place) return place.error();
  return Finder(request, *query, table, reader).page(*place, max_results);
}

}  // namespace swapmeet::search_fts
