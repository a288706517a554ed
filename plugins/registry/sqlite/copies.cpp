#include "registry/sqlite/copies.h"

#include <algorithm>
#include <tuple>

#include "registry/sqlite/rows.h"

namespace swapmeet::registry_sqlite {
namespace {

constexpr std::size_t kMostCopies = 10'000;  // of one content that are looked at

constexpr std::string_view kSourceColumns =
    ", p.id, p.name, p.reached, p.port, p.present, p.dialable AND p.reached<>'', p.key, "
    "l.revision, p.fingerprint, p.plain";
constexpr std::string_view kOrder = " ORDER BY p.present DESC, p.key, l.revision LIMIT ";

StoredCopy read_copy(const sqlite::Statement& row, const ContentId& content) {
  StoredCopy copy;
  copy.listing = read_listing(row);
  PeerRecord peer;
  peer.id = row.id<PeerId>(kAfterListing);
  peer.name = row.text(kAfterListing + 1);
  peer.address = row.text(kAfterListing + 2);
  peer.port = static_cast<std::uint16_t>(row.integer(kAfterListing + 3));
  peer.plain = row.integer(kAfterListing + 9) != 0;
  copy.source = {peer.id, peer.name, url_of(peer) + "/content/" + content.text(),
                 copy.listing.have.value_or(copy.listing.size), row.text(kAfterListing + 8)};
  copy.present = row.integer(kAfterListing + 4) != 0;
  copy.dialable = row.integer(kAfterListing + 5) != 0;
  copy.peer_key = row.integer(kAfterListing + 6);
  copy.revision = static_cast<Revision>(row.integer(kAfterListing + 7));
  return copy;
}

bool comes_first(const StoredCopy& a, const StoredCopy& b) {
  return std::tuple(!a.present, a.peer_key, a.revision) <
         std::tuple(!b.present, b.peer_key, b.revision);
}

}  // namespace

std::vector<StoredCopy> copies_of(const ContentId& content, const Writer& writer,
                                  sqlite::ReaderPool& readers) {
  static const auto kSelect =
      "SELECT " + std::string(kListingColumns) + std::string(kSourceColumns);
  static const auto kWritten =
      kSelect +
      " FROM contents c JOIN listings l ON l.revision=c.revision JOIN peers p ON p.key=l.peer"
      " WHERE c.prefix=substr(?1,1,8) AND l.content=?1" +
      std::string(kOrder) + std::to_string(kMostCopies);
  static const auto kRecent =
      kSelect + " FROM listings l JOIN peers p ON p.key=l.peer WHERE l.revision=? AND l.content=?";
  const auto recent = writer.recent(content, kMostCopies);
  std::vector<StoredCopy> copies;
  auto reader = readers.take();
  const sqlite::Snapshot snapshot(*reader);
  auto written = reader->keep(kWritten);
  written->with(content);
  while (written->step()) copies.push_back(read_copy(*written, content));
  auto one = reader->keep(kRecent);
  for (const auto revision : recent) {
    one->with(revision, content);
    if (one->step()) copies.push_back(read_copy(*one, content));
  }
  std::sort(copies.begin(), copies.end(), comes_first);
  // While a portion moves from memory into the table, a listing may be found in both.
  copies.erase(std::unique(copies.begin(), copies.end(),
                           [](const auto& first, const auto& second) {
                             return first.revision == second.revision;
                           }),
               copies.end());
  return copies;
}

}  // namespace swapmeet::registry_sqlite
