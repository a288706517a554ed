#include "swapmeet/matching.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "swapmeet/attributes.h"

namespace swapmeet {

bool stands_in_a_row(const QueryTerm& term, const std::vector<std::vector<std::string>>& runs) {
  const auto same = [&](const std::string& word, const std::string& wanted) {
    return word == wanted ||
           (term.prefix && &wanted == &term.words.back() && word.starts_with(wanted));
  };
  return std::any_of(runs.begin(), runs.end(), [&](const auto& words) {
    return std::search(words.begin(), words.end(), term.words.begin(), term.words.end(), same) !=
           words.end();
  });
}

QueriedListing::QueriedListing(const Listing& listing)
    : listing_(listing), path_(fold(listing.path)) {
  const auto name = name_of_path(listing.path);
  words_ = searchable_words(name);
  for (auto& row : searchable_words(folder_of_path(listing.path))) words_.push_back(std::move(row));
  type_ = media_type_of(name);
  extension_ = fold(extension_of(name));
}

bool QueriedListing::holds(const QueryFilter& filter, const PeerId& peer,
                           std::string_view peer_name) const {
  switch (filter.field) {
    case QueryFilter::Field::type: return type_ == filter.type;
    case QueryFilter::Field::extension: return extension_ == fold(filter.text);
    case QueryFilter::Field::peer: {
      const auto wanted = fold(filter.text);
      return fold(peer_name) == wanted || peer.text() == wanted;
    }
    case QueryFilter::Field::path: return path_.find(fold(filter.text)) != std::string::npos;
    case QueryFilter::Field::min_size: return listing_.size >= filter.bytes;
    case QueryFilter::Field::max_size: return listing_.size <= filter.bytes;
    case QueryFilter::Field::words_of:
    case QueryFilter::Field::number_of: {
      const auto found = listing_.attributes.find(filter.text);
      return found != listing_.attributes.end() && swapmeet::holds(filter, found->second);
    }
  }
  return false;
}

bool QueriedListing::matches(const Query& query, const PeerId& peer,
                             std::string_view peer_name) const {
  return std::all_of(query.filters.begin(), query.filters.end(),
                     [&](const auto& filter) {
                       return holds(filter, peer, peer_name) != filter.negated;
                     }) &&
         std::all_of(query.terms.begin(), query.terms.end(), [&](const auto& term) {
           return stands_in_a_row(term, words_) != term.negated;
         });
}

bool matches(const Query& query, const Listing& listing, const PeerId& peer,
             std::string_view peer_name) {
  return QueriedListing(listing).matches(query, peer, peer_name);
}

bool holds(const QueryFilter& filter, std::string_view value) {
  if (filter.field == QueryFilter::Field::words_of)
    return stands_in_a_row(filter.words, searchable_words(value));
  const auto number = attribute_number(value);
  if (!number) return false;
  switch (filter.comparison) {
    case Comparison::less: return *number < filter.number;
    case Comparison::at_most: return *number <= filter.number;
    case Comparison::equal: return !(*number < filter.number) && !(*number > filter.number);
    case Comparison::at_least: return *number >= filter.number;
    case Comparison::greater: return *number > filter.number;
  }
  return false;
}

bool matches_name(const Query& query, std::string_view path) {
  const auto runs = searchable_words(name_of_path(path));
  bool any = false;
  for (const auto& term : query.terms) {
    if (term.negated) continue;
    if (!stands_in_a_row(term, runs)) return false;
    any = true;
  }
  return any;
}

}  // namespace swapmeet
