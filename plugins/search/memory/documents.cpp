#include "search/memory/documents.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "swapmeet/search.h"

namespace swapmeet::search_memory {
namespace {

std::uint64_t hash_of(const PathNumbers& path) { return pair_of(path.folder, path.name); }

std::uint64_t hash_of(const Document& document) {
  return mix(pair_of(document.content, document.audience),
             mix(document.attributes, hash_of(document.path)));
}

bool is_same(const Document& a, const Document& b) {
  return a.content == b.content && a.path == b.path && a.audience == b.audience &&
         a.attributes == b.attributes;
}

}  // namespace

std::uint64_t Documents::hash_of_listing(Number listing) const {
  const auto& listed = listings_[listing];
  return mix(listed.peer, hash_of(documents_[listed.document].path));
}

std::uint64_t Documents::hash_of_document(Number number) const {
  return hash_of(documents_[number]);
}

Number Documents::document_of(const Listing& listing, const PathNumbers& path) {
  Document wanted;
  wanted.content = contents_.number_of(listing.content, listing.size);
  wanted.path = path;
  wanted.audience = audiences_.number_of(listing.audience);
  wanted.attributes = attributes_.number_of(listing.attributes);
  const auto found = document_numbers_.find(
      hash_of(wanted), [&](Number one) { return is_same(documents_[one], wanted); });
  return found != kNone ? found : new_document(wanted);
}

Number Documents::new_document(const Document& wanted) {
  const auto number = documents_.add();
  auto& document = documents_[number];
  document = wanted;
  document.type = media_type_of(name(document));
  document.next = std::exchange(contents_.first_document(document.content), number);
  if (!audiences_[document.audience].everyone) contents_.restrict(document.content, 1);
  present_.resize(documents_.size());
  document_numbers_.insert(number, [&](Number one) { return hash_of_document(one); });
  return number;
}

Number Documents::find_listing(Number peer, const PathNumbers& path) const {
  return listing_numbers_.find(mix(peer, hash_of(path)), [&](Number one) {
    return listings_[one].peer == peer && documents_[listings_[one].document].path == path;
  });
}

Number Documents::put(Number peer, const Listing& listing) {
  const auto path = paths_.number_of(listing.path);
  const auto document = document_of(listing, path);
  const auto old = find_listing(peer, path);
  const bool same = old != kNone && listings_[old].document == document;
  auto& listed = documents_[document];
  const auto told = listing.modified.time_since_epoch().count();
  const bool by_others = listed.listings > (same ? 1U : 0U);
  listed.modified = by_others ? std::max(listed.modified, told) : told;
  if (same) return kNone;
  if (old != kNone) unlink(old);
  link(peer, document);
  return documents_[document].listings == 1 ? document : kNone;
}

void Documents::remove(Number peer, std::string_view path) {
  const auto numbers = paths_.find(path);
  if (!numbers) return;
  const auto listing = find_listing(peer, *numbers);
  if (listing != kNone) unlink(listing);
}

bool Documents::clear_some(Number peer, std::size_t most) {
  for (; most > 0 && peers_[peer].first != kNone; --most) unlink(peers_[peer].first);
  return peers_[peer].first != kNone;
}

void Documents::link(Number peer, Number document) {
  const auto number = listings_.add();
  const auto first = peers_[peer].first;
  if (first != kNone) listings_[first].previous = number;
  listings_[number] = {peer, document, kNone, first};
  peers_.set_first(peer, number);
  listing_numbers_.insert(number, [&](Number one) { return hash_of_listing(one); });
  auto& listed = documents_[document];
  ++listed.listings;
  const bool is_present = peers_[peer].present;
  if (is_present) count_present(document, 1);
  contents_.hold(listed.content, peer, document, is_present);
}

void Documents::unlink(Number number) {
  listing_numbers_.erase(number, [&](Number one) { return hash_of_listing(one); });
  const auto listing = listings_[number];
  if (listing.previous != kNone)
    listings_[listing.previous].next = listing.next;
  else
    peers_.set_first(listing.peer, listing.next);
  if (listing.next != kNone) listings_[listing.next].previous = listing.previous;
  listings_.give_back(number);
  auto& document = documents_[listing.document];
  const bool is_present = peers_[listing.peer].present;
  if (is_present) count_present(listing.document, -1);
  if (--document.listings == 0 && !std::exchange(document.unlisted, true))
    unlisted_.push_back(listing.document);
  contents_.let_go(document.content, listing.peer, listing.document, is_present);
}

void Documents::count_present(Number number, int change) {
  auto& present = documents_[number].present;
  present = static_cast<Number>(static_cast<int>(present) + change);
  present_[number] = present > 0;
}

Number Documents::flip_some(Number listing, bool present, std::size_t most) {
  for (; most > 0 && listing != kNone; --most) {
    const auto& listed = listings_[listing];
    count_present(listed.document, present ? 1 : -1);
    contents_.flip(documents_[listed.document].content, listed.peer, listed.document, present);
    listing = listed.next;
  }
  return listing;
}

Number Documents::sources(Number content, const std::vector<bool>& visible) const {
  if (!contents_.is_restricted(content)) return contents_.sources(content);
  return contents_.count(
      content, [&](Number peer) { return peers_[peer].present; },
      [&](Number document) { return visible[documents_[document].audience]; });
}

PeerId Documents::a_source(Number content, const std::vector<bool>& visible) const {
  for (const auto pair : contents_[content].holders) {
    const auto& peer = peers_[static_cast<Number>(pair >> 32)];
    if (peer.present && visible[documents_[static_cast<Number>(pair)].audience]) return peer.id;
  }
  return {};
}

std::vector<bool> Documents::listed_by(const std::vector<bool>& among) const {
  std::vector<bool> listed(documents_.size());
  for (Number peer = 0; peer < peers_.size(); ++peer) {
    if (!among[peer] || !peers_[peer].present) continue;
    for (auto at = peers_[peer].first; at != kNone; at = listings_[at].next)
      listed[listings_[at].document] = true;
  }
  return listed;
}

Entry Documents::entry(Number number) const {
  const auto& document = documents_[number];
  const auto& content = contents_[document.content];
  constexpr std::size_t kMost = 255;
  Entry entry;
  entry.document = number;
  entry.content = document.content;
  entry.name = document.path.name;
  entry.name_size = static_cast<std::uint8_t>(std::min(kMost, name(document).size()));
  entry.type = static_cast<std::uint8_t>(document.type) & 0xFU;
  entry.size_class = Facets::size_class(content.size) & 0xFU;
  entry.size_bits = static_cast<std::uint8_t>(std::bit_width(content.size));
  entry.restricted = audiences_[document.audience].everyone ? 0 : 1;
  return entry;
}

bool Documents::is_preferred(const Entry& one, const Entry& other) const {
  if (one.name_size != other.name_size) return one.name_size < other.name_size;
  if (one.name != other.name) return text(one.name) < text(other.name);
  const auto& a = documents_[one.document];
  const auto& b = documents_[other.document];
  if (a.path.folder != b.path.folder) return folder(a) < folder(b);
  return attributes_.count(a.attributes) > attributes_.count(b.attributes);
}

// Those that are listed again are not among them: they may be ranked before they are gone once
// more, and then their entry there still says their number.
std::vector<Number> Documents::take_unlisted() {
  auto unlisted = std::exchange(unlisted_, {});
  std::erase_if(unlisted, [this](Number number) {
    if (documents_[number].listings == 0) return false;
    out_of_content(number);
    stay_listed(number);
    return true;
  });
  return unlisted;
}

void Documents::give_back_unlisted(const std::vector<Number>& documents) {
  unlisted_.insert(unlisted_.end(), documents.begin(), documents.end());
}

void Documents::recycle(const std::vector<Number>& documents) {
  for (const auto number : documents) {
    auto& document = documents_[number];
    if (document.listings == 0 && is_fresh(number)) {  // listed again and gone again
      unlisted_.push_back(number);
      continue;
    }
    out_of_content(number);
    if (document.listings != 0)  // listed again meanwhile
      stay_listed(number);
    else
      forget(number);
  }
}

void Documents::out_of_content(Number number) {
  const auto& document = documents_[number];
  auto* at = &contents_.first_document(document.content);
  while (*at != number) at = &documents_[*at].next;
  *at = document.next;
}

// As new as those that came last.
void Documents::stay_listed(Number number) {
  auto& document = documents_[number];
  document.unlisted = false;
  document.next = std::exchange(contents_.first_document(document.content), number);
}

// It is no longer among its content's.
void Documents::forget(Number number) {
  document_numbers_.erase(number, [&](Number one) { return hash_of_document(one); });
  auto& document = documents_[number];
  if (!audiences_[document.audience].everyone) contents_.restrict(document.content, -1);
  if (contents_[document.content].first == kNone) contents_.forget(document.content);
  document = Document();
  documents_.give_back(number);
}

}  // namespace swapmeet::search_memory
