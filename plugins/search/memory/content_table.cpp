#include "search/memory/content_table.h"

#include <algorithm>
#include <utility>

namespace swapmeet::search_memory {
namespace {

using Holders = std::vector<std::uint64_t>;

// The first holder that is this peer, or where it would stand. A peer may hold a content in very
// many documents (an empty file, for one), so nothing looks at all of them.
auto first_of(const Holders& holders, Number peer) {
  return std::lower_bound(holders.begin(), holders.end(), pair_of(peer, 0));
}

bool is_of(const Holders& holders, Holders::const_iterator at, Number peer) {
  return at != holders.end() && *at >> 32 == peer;
}

}  // namespace

Number ContentTable::number_of(const ContentId& id, std::uint64_t size) {
  const auto found =
      numbers_.find(hash_of_id(salt_, id), [&](Number one) { return contents_[one].id == id; });
  if (found != kNone) return found;
  const auto number = contents_.add();
  contents_[number].id = id;
  contents_[number].size = size;
  sources_.resize(contents_.size());
  is_restricted_.resize(contents_.size());
  numbers_.insert(number, [&](Number one) { return hash_of_id(salt_, contents_[one].id); });
  return number;
}

void ContentTable::forget(Number number) {
  numbers_.erase(number, [&](Number one) { return hash_of_id(salt_, contents_[one].id); });
  contents_[number].holders = {};
  contents_.give_back(number);
}

void ContentTable::hold(Number number, Number peer, Number document, bool is_present) {
  auto& holders = contents_[number].holders;
  const auto first = first_of(holders, peer);
  if (is_present && !is_of(holders, first, peer)) ++sources_[number];
  const auto pair = pair_of(peer, document);
  holders.insert(std::lower_bound(first, holders.cend(), pair), pair);
}

void ContentTable::let_go(Number number, Number peer, Number document, bool is_present) {
  auto& holders = contents_[number].holders;
  const auto first = first_of(holders, peer);
  if (is_present && !is_of(holders, first + 1, peer)) --sources_[number];
  holders.erase(std::lower_bound(first, holders.cend(), pair_of(peer, document)));
}

void ContentTable::flip(Number number, Number peer, Number document, bool is_present) {
  // Of several documents of the peer the first counts.
  if (*first_of(contents_[number].holders, peer) == pair_of(peer, document))
    sources_[number] += is_present ? 1U : ~0U;
}

void ContentTable::restrict(Number number, int change) {
  auto& restricted = contents_[number].restricted;
  restricted = static_cast<Number>(static_cast<int>(restricted) + change);
  is_restricted_[number] = restricted > 0;
}

void ContentTable::save_rows(SnapshotWriter& out) const {
  out.number(contents_.size());
  for (const auto& content : contents_.all()) {
    out.bytes(content.id.bytes.data(), content.id.bytes.size());
    out.number(content.size);
    out.number(pair_of(content.first, content.restricted));
    out.table(content.holders);
  }
  out.table(sources_);
}

void ContentTable::load_rows(SnapshotReader& in) {
  std::vector<Content> contents;
  for (auto left = in.number(); left > 0; --left) {
    auto& content = contents.emplace_back();
    in.bytes(content.id.bytes.data(), content.id.bytes.size());
    content.size = in.number();
    const auto pair = in.number();
    content.first = static_cast<Number>(pair >> 32);
    content.restricted = static_cast<Number>(pair);
    content.holders = in.table<std::uint64_t>();
  }
  sources_ = in.table<Number>();
  is_restricted_.reserve(contents.size());
  for (const auto& content : contents) is_restricted_.push_back(content.restricted > 0);
  contents_.set_all(std::move(contents));
}

}  // namespace swapmeet::search_memory
