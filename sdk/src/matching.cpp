#include "swapmeet/matching.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace swapmeet {
namespace {

using Runs = std::vector<std::vector<std::string>>;

bool occurs(const QueryTerm& term, const Runs& runs) {
  const auto same = [&](const std::string& word, const std::string& wanted) {
    return word == wanted ||
           (term.prefix && &wanted == &term.words.back() && word.starts_with(wanted));
  };
  return std::any_of(runs.begin(), runs.end(), [&](const auto& words) {
    return std::search(words.begin(), words.end(), term.words.begin(), term.words.end(), same) !=
           words.end();
  });
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

bool matches(const Query& query, const Listing& listing, const PeerId& peer,
             std::string_view peer_name) {
  const auto name = name_of_path(listing.path);
  auto runs = searchable_words(name);
  for (auto& run : searchable_words(
           std::string_view(listing.path).substr(0, listing.path.size() - name.size())))
    runs.push_back(std::move(run));
  return std::all_of(query.terms.begin(), query.terms.end(),
                     [&](const auto& term) { return occurs(term, runs) != term.negated; }) &&
         std::all_of(query.filters.begin(), query.filters.end(), [&](const auto& filter) {
           return holds(filter, listing, peer, peer_name) != filter.negated;
         });
}

bool matches_name(const Query& query, std::string_view path) {
  const auto runs = searchable_words(name_of_path(path));
  bool any = false;
  for (const auto& term : query.terms) {
    if (term.negated) continue;
    if (!occurs(term, runs)) return false;
    any = true;
  }
  return any;
}

}  // namespace swapmeet
