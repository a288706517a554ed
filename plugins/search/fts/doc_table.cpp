#include "search/fts/doc_table.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace swapmeet::search_fts {
namespace {

// The place of a new element: one that was freed, or one more at the end.
template <class T>
std::uint32_t take_place(std::vector<T>& all, std::vector<std::uint32_t>& free) {
  if (free.empty()) {
    all.emplace_back();
    return static_cast<std::uint32_t>(all.size() - 1);
  }
  const auto place = free.back();
  free.pop_back();
  return place;
}

template <class T>
T& at(std::vector<T>& all, std::size_t key) {
  if (key >= all.size()) all.resize(key + 1);
  return all[key];
}

}  // namespace

DocTable::DocTable() : docs_(1), contents_(1), listings_(1), peers_(1), audiences_(1) {}

std::uint32_t DocTable::content_for(const NewDoc& doc) {
  if (doc.same_content != 0) return docs_[doc.same_content].content;
  const auto content = take_place(contents_, free_contents_);
  std::uint64_t order = 0;
  for (int i = 0; i < 8; ++i) order = order << 8 | doc.content.bytes[static_cast<std::size_t>(i)];
  contents_[content] = {order, 0};
  return content;
}

void DocTable::add(const NewDoc& doc) {
  const auto content = content_for(doc);
  auto& row = at(docs_, doc.key);
  row = Doc();
  row.content = content;
  row.next = std::exchange(contents_[content].docs, doc.key);
  docs_[row.next].previous = doc.key;
  row.audience = doc.audience;
  const auto next_extension = static_cast<std::uint32_t>(extensions_.size() + 1);
  row.extension = extensions_.try_emplace(extension_of(doc.name), next_extension).first->second;
  row.name_size = static_cast<std::uint16_t>(
      std::min<std::size_t>(doc.name.size(), std::numeric_limits<std::uint16_t>::max()));
  row.type = media_type_of(doc.name);
  row.size = doc.size;
  row.modified = doc.modified;
  row.attributes = doc.attributes;
}

void DocTable::drop(DocKey key) {
  auto& row = docs_[key];
  docs_[row.next].previous = row.previous;
  if (row.previous != 0)
    docs_[row.previous].next = row.next;
  else
    contents_[row.content].docs = row.next;
  if (contents_[row.content].docs == 0) free_contents_.push_back(row.content);
  row = Doc();
}

void DocTable::list(DocKey doc, PeerKey peer) {
  const auto place = take_place(listings_, free_listings_);
  listings_[place] = {peer, docs_[doc].listings};
  docs_[doc].listings = place;
}

void DocTable::unlist(DocKey doc, PeerKey peer) {
  for (auto* link = &docs_[doc].listings; *link != 0; link = &listings_[*link].next) {
    if (listings_[*link].peer != peer) continue;
    free_listings_.push_back(*link);
    *link = listings_[*link].next;
    return;
  }
}

void DocTable::set_peer(PeerKey peer, const PeerId& id, std::string folded_name, bool present) {
  at(peers_, peer) = {id.text(), std::move(folded_name), present};
}

void DocTable::set_audience(AudienceKey key, Audience audience) {
  at(audiences_, key) = std::move(audience);
}

std::uint32_t DocTable::extension(const std::string& text) const {
  const auto found = extensions_.find(text);
  return found == extensions_.end() ? 0 : found->second;
}

std::vector<bool> DocTable::admitted(const Identity& viewer) const {
  std::vector<bool> admitted(audiences_.size());
  for (std::size_t key = 1; key < audiences_.size(); ++key)
    admitted[key] = audiences_[key].admits(viewer);
  return admitted;
}

std::vector<bool> DocTable::peers_named(const std::string& folded) const {
  std::vector<bool> named(peers_.size());
  for (std::size_t key = 1; key < peers_.size(); ++key)
    named[key] = peers_[key].folded_name == folded || peers_[key].id == folded;
  return named;
}

bool DocTable::has_source(const Doc& doc) const {
  for (auto place = doc.listings; place != 0; place = listings_[place].next)
    if (peers_[listings_[place].peer].present) return true;
  return false;
}

bool DocTable::has_source(const Doc& doc, const std::vector<bool>& among) const {
  for (auto place = doc.listings; place != 0; place = listings_[place].next)
    if (among[listings_[place].peer] && peers_[listings_[place].peer].present) return true;
  return false;
}

std::string DocTable::a_source(std::uint32_t content, const std::vector<bool>& admitted) const {
  for (auto key = contents_[content].docs; key != 0; key = docs_[key].next) {
    if (!admitted[docs_[key].audience]) continue;
    for (auto place = docs_[key].listings; place != 0; place = listings_[place].next)
      if (const auto& peer = peers_[listings_[place].peer]; peer.present) return peer.id;
  }
  return {};
}

std::uint32_t DocTable::sources(std::uint32_t content, const std::vector<bool>& admitted) const {
  std::vector<PeerKey> peers;
  std::uint32_t count = 0;
  const auto first = contents_[content].docs;
  const bool only_one = docs_[first].next == 0;  // in which each peer stands once
  for (auto key = first; key != 0; key = docs_[key].next) {
    if (!admitted[docs_[key].audience]) continue;
    for (auto place = docs_[key].listings; place != 0; place = listings_[place].next) {
      if (!peers_[listings_[place].peer].present) continue;
      ++count;
      if (!only_one) peers.push_back(listings_[place].peer);
    }
  }
  if (only_one) return count;
  std::sort(peers.begin(), peers.end());
  return static_cast<std::uint32_t>(std::unique(peers.begin(), peers.end()) - peers.begin());
}

}  // namespace swapmeet::search_fts
