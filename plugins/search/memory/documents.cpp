#include "search/memory/documents.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <random>
#include <utility>

#include "swapmeet/search.h"

namespace swapmeet::search_memory {
namespace {

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  std::uint64_t hash = a * 0xFF51'AFD7'ED55'8CCDU ^ (b + 0x9E37'79B9'7F4A'7C15U);
  hash ^= hash >> 29;
  hash *= 0xC4CE'B9FE'1A85'EC53U;
  return hash ^ (hash >> 32);
}

std::uint64_t pair_of(Number high, Number low) {
  return (static_cast<std::uint64_t>(high) << 32) | low;
}

// A number from the free list, or a new one at the end of the table.
template <class T>
Number place(std::vector<T>& table, std::vector<Number>& free) {
  if (free.empty()) {
    table.emplace_back();
    return static_cast<Number>(table.size() - 1);
  }
  const auto number = free.back();
  free.pop_back();
  table[number] = T{};
  return number;
}

struct SplitPath {
  std::string_view folder;
  std::string_view name;
};
SplitPath split(std::string_view path) {
  const auto name = name_of_path(path);
  return {path.substr(0, path.size() - std::min(path.size(), name.size() + 1)), name};
}

}  // namespace

Documents::Documents()
    : salt_(std::uint64_t{std::random_device{}()} << 32 | std::random_device{}()) {}

template <class Id>
std::uint64_t Documents::hash_of_id(const Id& id) const {
  std::array<std::uint64_t, sizeof id.bytes / 8> words{};
  std::memcpy(words.data(), id.bytes.data(), sizeof words);
  auto hash = salt_;
  for (const auto word : words) hash = mix(hash, word);
  return hash;
}

std::uint64_t Documents::hash_of_listing(Number listing) const {
  const auto& listed = listings_[listing];
  const auto& document = documents_[listed.document];
  return mix(listed.peer, pair_of(document.folder, document.name));
}

std::uint64_t Documents::hash_of_document(Number number) const {
  const auto& document = documents_[number];
  return mix(pair_of(document.content, document.audience), pair_of(document.folder, document.name));
}

std::string Documents::path(const Document& document) const {
  std::string path(folder(document));
  if (!path.empty()) path += '/';
  return path += name(document);
}

Number Documents::peer_of(const PeerId& id) {
  const auto found =
      peer_numbers_.find(hash_of_id(id), [&](Number one) { return peers_[one].id == id; });
  if (found != kNone) return found;
  peers_.push_back({});
  peers_.back().id = id;
  const auto number = static_cast<Number>(peers_.size() - 1);
  peer_numbers_.insert(number, [&](Number one) { return hash_of_id(peers_[one].id); });
  return number;
}

void Documents::name_peer(Number peer, std::string folded_name) {
  peers_[peer].folded_name = std::move(folded_name);
}

Number Documents::audience_of(const Audience& audience) {
  const auto next = static_cast<Number>(audiences_.size());
  const auto [known, is_new] = audience_numbers_.try_emplace(audience, next);
  if (is_new) audiences_.push_back(audience);
  return known->second;
}

Number Documents::content_of(const ContentId& id, std::uint64_t size) {
  const auto found =
      content_numbers_.find(hash_of_id(id), [&](Number one) { return contents_[one].id == id; });
  if (found != kNone) return found;
  const auto number = place(contents_, free_contents_);
  contents_[number].id = id;
  contents_[number].size = size;
  sources_.resize(contents_.size());
  is_restricted_.resize(contents_.size());
  content_numbers_.insert(number, [&](Number one) { return hash_of_id(contents_[one].id); });
  return number;
}

Number Documents::document_of(const Listing& listing, Number folder, Number name) {
  Document wanted;
  wanted.content = content_of(listing.content, listing.size);
  wanted.folder = folder;
  wanted.name = name;
  wanted.audience = audience_of(listing.audience);
  const auto hash = mix(pair_of(wanted.content, wanted.audience), pair_of(folder, name));
  const auto found = document_numbers_.find(hash, [&](Number one) {
    const auto& document = documents_[one];
    return document.content == wanted.content && document.folder == folder &&
           document.name == name && document.audience == wanted.audience;
  });
  if (found != kNone) return found;
  wanted.type = media_type_of(texts_.text(name));
  auto& content = contents_[wanted.content];
  const auto number = place(documents_, free_documents_);
  wanted.next = std::exchange(content.first, number);
  if (!audiences_[wanted.audience].everyone) restrict(wanted.content, 1);
  documents_[number] = wanted;
  present_.resize(documents_.size());
  document_numbers_.insert(number, [&](Number one) { return hash_of_document(one); });
  return number;
}

Number Documents::find_listing(Number peer, Number folder, Number name) const {
  return listing_numbers_.find(mix(peer, pair_of(folder, name)), [&](Number one) {
    const auto& document = documents_[listings_[one].document];
    return listings_[one].peer == peer && document.folder == folder && document.name == name;
  });
}

Number Documents::put(Number peer, const Listing& listing) {
  const auto [folder_text, name_text] = split(listing.path);
  const auto folder = texts_.number_of(folder_text);
  const auto name = texts_.number_of(name_text);
  const auto document = document_of(listing, folder, name);
  const auto old = find_listing(peer, folder, name);
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
  const auto [folder_text, name_text] = split(path);
  const auto folder = texts_.find(folder_text);
  const auto name = texts_.find(name_text);
  if (folder == kNone || name == kNone) return;
  const auto listing = find_listing(peer, folder, name);
  if (listing != kNone) unlink(listing);
}

bool Documents::clear_some(Number peer, std::size_t most) {
  for (; most > 0 && peers_[peer].first != kNone; --most) unlink(peers_[peer].first);
  return peers_[peer].first != kNone;
}

void Documents::link(Number peer, Number document) {
  const auto number = place(listings_, free_listings_);
  auto& first = peers_[peer].first;
  if (first != kNone) listings_[first].previous = number;
  listings_[number] = {peer, document, kNone, first};
  first = number;
  listing_numbers_.insert(number, [&](Number one) { return hash_of_listing(one); });
  auto& listed = documents_[document];
  ++listed.listings;
  if (peers_[peer].present) count_present(document, 1);
  hold(listed.content, peer, document);
}

void Documents::unlink(Number number) {
  listing_numbers_.erase(number, [&](Number one) { return hash_of_listing(one); });
  const auto listing = listings_[number];
  if (listing.previous != kNone)
    listings_[listing.previous].next = listing.next;
  else
    peers_[listing.peer].first = listing.next;
  if (listing.next != kNone) listings_[listing.next].previous = listing.previous;
  free_listings_.push_back(number);
  auto& document = documents_[listing.document];
  if (peers_[listing.peer].present) count_present(listing.document, -1);
  if (--document.listings == 0 && !std::exchange(document.unlisted, true))
    unlisted_.push_back(listing.document);
  let_go(document.content, listing.peer, listing.document);
}

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

void Documents::count_present(Number number, int change) {
  auto& present = documents_[number].present;
  present = static_cast<Number>(static_cast<int>(present) + change);
  present_[number] = present > 0;
}

void Documents::hold(Number number, Number peer, Number document) {
  auto& holders = contents_[number].holders;
  const auto first = first_of(holders, peer);
  if (!is_of(holders, first, peer) && peers_[peer].present) ++sources_[number];
  const auto pair = pair_of(peer, document);
  holders.insert(std::lower_bound(first, holders.cend(), pair), pair);
}

void Documents::let_go(Number number, Number peer, Number document) {
  auto& holders = contents_[number].holders;
  const auto first = first_of(holders, peer);
  if (!is_of(holders, first + 1, peer) && peers_[peer].present) --sources_[number];
  holders.erase(std::lower_bound(first, holders.cend(), pair_of(peer, document)));
}

Number Documents::flip_some(Number listing, bool present, std::size_t most) {
  for (; most > 0 && listing != kNone; --most) {
    const auto& listed = listings_[listing];
    const auto& document = documents_[listed.document];
    const auto& content = contents_[document.content];
    // A peer with several documents of a content is one source: the first of them counts.
    const bool counts =
        *first_of(content.holders, listed.peer) == pair_of(listed.peer, listed.document);
    count_present(listed.document, present ? 1 : -1);
    if (counts) sources_[document.content] += present ? 1U : ~0U;
    listing = listed.next;
  }
  return listing;
}

void Documents::restrict(Number number, int change) {
  auto& restricted = contents_[number].restricted;
  restricted = static_cast<Number>(static_cast<int>(restricted) + change);
  is_restricted_[number] = restricted > 0;
}

Number Documents::sources(Number number, const std::vector<bool>& visible) const {
  if (!is_restricted_[number]) return sources_[number];
  const auto& content = contents_[number];
  Number sources = 0;
  Number counted = kNone;
  for (const auto pair : content.holders) {
    const auto peer = static_cast<Number>(pair >> 32);
    if (peer == counted || !peers_[peer].present) continue;
    if (!visible[documents_[static_cast<Number>(pair)].audience]) continue;
    counted = peer;
    ++sources;
  }
  return sources;
}

std::vector<bool> Documents::peers_named(std::string_view folded) const {
  std::vector<bool> named;
  for (const auto& peer : peers_)
    named.push_back(peer.folded_name == folded || peer.id.text() == folded);
  return named;
}

std::vector<bool> Documents::listed_by(const std::vector<bool>& among) const {
  std::vector<bool> listed(documents_.size());
  for (std::size_t peer = 0; peer < peers_.size(); ++peer) {
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
  entry.name = document.name;
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
  return folder(documents_[one.document]) < folder(documents_[other.document]);
}

void Documents::save(SnapshotWriter& out) const {
  out.number(salt_);
  texts_.save(out);
  out.number(peers_.size());
  for (const auto& peer : peers_) {
    out.bytes(peer.id.bytes.data(), peer.id.bytes.size());
    out.text(peer.folded_name);
    out.number(peer.present ? 1 : 0);
    out.number(peer.first);
  }
  out.table(listings_);
  out.table(documents_);
  out.number(contents_.size());
  for (const auto& content : contents_) {
    out.bytes(content.id.bytes.data(), content.id.bytes.size());
    out.number(content.size);
    out.number(pair_of(content.first, content.restricted));
    out.table(content.holders);
  }
  out.table(sources_);
  out.number(audiences_.size());
  for (const auto& audience : audiences_) {
    out.number(audience.everyone ? 1 : 0);
    for (const auto* names : {&audience.groups, &audience.accounts}) {
      out.number(names->size());
      for (const auto& name : *names) out.text(name);
    }
  }
  for (const auto* free : {&free_listings_, &free_documents_, &free_contents_, &unlisted_})
    out.table(*free);
  out.number(pair_of(round_, unranked_since_));
  for (const auto* table :
       {&peer_numbers_, &listing_numbers_, &document_numbers_, &content_numbers_})
    table->save(out);
}

void Documents::load(SnapshotReader& in) {
  salt_ = in.number();
  texts_.load(in);
  for (auto left = in.number(); left > 0; --left) {
    auto& peer = peers_.emplace_back();
    in.bytes(peer.id.bytes.data(), peer.id.bytes.size());
    peer.folded_name = in.text();
    peer.present = in.number() != 0;
    peer.first = static_cast<Number>(in.number());
  }
  listings_ = in.table<Listed>();
  documents_ = in.table<Document>();
  for (auto left = in.number(); left > 0; --left) {
    auto& content = contents_.emplace_back();
    in.bytes(content.id.bytes.data(), content.id.bytes.size());
    content.size = in.number();
    const auto pair = in.number();
    content.first = static_cast<Number>(pair >> 32);
    content.restricted = static_cast<Number>(pair);
    content.holders = in.table<std::uint64_t>();
  }
  sources_ = in.table<Number>();
  for (auto left = in.number(); left > 0; --left) {
    auto& audience = audiences_.emplace_back();
    audience.everyone = in.number() != 0;
    for (auto* names : {&audience.groups, &audience.accounts})
      for (auto more = in.number(); more > 0; --more) names->push_back(in.text());
    audience_numbers_.emplace(audience, static_cast<Number>(audiences_.size() - 1));
  }
  for (auto* free : {&free_listings_, &free_documents_, &free_contents_, &unlisted_})
    *free = in.table<Number>();
  const auto rounds = in.number();
  round_ = static_cast<Number>(rounds >> 32);
  unranked_since_ = static_cast<Number>(rounds);
  for (auto* table : {&peer_numbers_, &listing_numbers_, &document_numbers_, &content_numbers_})
    table->load(in);
  present_.reserve(documents_.size());
  is_restricted_.reserve(contents_.size());
  for (const auto& document : documents_) present_.push_back(document.present > 0);
  for (const auto& content : contents_) is_restricted_.push_back(content.restricted > 0);
}

std::vector<Number> Documents::take_unlisted() { return std::exchange(unlisted_, {}); }

void Documents::give_back_unlisted(const std::vector<Number>& documents) {
  unlisted_.insert(unlisted_.end(), documents.begin(), documents.end());
}

void Documents::recycle(const std::vector<Number>& documents) {
  for (const auto number : documents) {
    auto& document = documents_[number];
    auto& content = contents_[document.content];
    auto* at = &content.first;
    while (*at != number) at = &documents_[*at].next;
    if (document.listings != 0) {  // listed again meanwhile: as new as those that came last
      document.unlisted = false;
      *at = document.next;
      document.next = std::exchange(content.first, number);
      continue;
    }
    if (is_fresh(number)) {  // listed again and gone again
      unlisted_.push_back(number);
      continue;
    }
    document_numbers_.erase(number, [&](Number one) { return hash_of_document(one); });
    *at = document.next;
    if (!audiences_[document.audience].everyone) restrict(document.content, -1);
    if (content.first == kNone) {
      content_numbers_.erase(document.content,
                             [&](Number one) { return hash_of_id(contents_[one].id); });
      content.holders = {};
      free_contents_.push_back(document.content);
    }
    document = {};
    free_documents_.push_back(number);
  }
}

}  // namespace swapmeet::search_memory
