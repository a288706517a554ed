// What the inbox remembers: every offer of both directions, in a database of its own. Everybody but
// OfferBook asks that, not this.
// Threads: one thread at a time. Throws sqlite::Failure.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "swapmeet/inbox.h"
#include "swapmeet/sqlite/database.h"
#include "swapmeet/wire/json.h"
#include "transfer/swarm/hashing/file_stamp.h"
#include "transfer/swarm/hashing/merkle.h"

namespace swapmeet::transfer_swarm {

struct StoredOffer {
  Offer offer;
  std::string token;  // the secret that only the two peers of this offer have
  // Outgoing: the file or folder, raw bytes. Incoming: the folder that it goes to, once accepted.
  std::string path;
  FileStamp stamp;      // outgoing: of the file when it was hashed
  bool hashed = false;  // outgoing
  // The other side has the offer. Incoming ones always are.
  bool delivered = false;
  // Outgoing: when it was sent last and no answer came; it may have arrived. Zero: never.
  Time unanswered{};
  // What the other side was told last, or told us.
  OfferState told = OfferState::waiting;
  std::uint64_t told_done = 0;
  std::string url;  // incoming: of the sender when it offered, as pinned_url gives it
};

// A file of a folder that is sent.
struct SentFile {
  wire::OfferedFile file;
  std::string local;     // outgoing: its path below the folder, raw bytes
  FileStamp stamp;       // outgoing: when it was hashed
  bool hashed = false;   // outgoing
  std::string download;  // incoming: once it has begun
  bool done = false;     // incoming
};
// Those that changed, by their place among the files of the folder.
using SentFiles = std::map<std::size_t, SentFile>;

// Neither refused nor done nor failed.
inline bool is_open(const Offer& offer) {
  return offer.state == OfferState::waiting || offer.state == OfferState::accepted;
}

class OfferStore {
 public:
  explicit OfferStore(const std::filesystem::path& file);
  static std::span<const char* const> migrations();

  // Inserts, or replaces what is kept of that offer; durable when it returns.
  void put(const StoredOffer& stored);
  std::optional<StoredOffer> find(const std::string& id);
  // The same for a folder, with files that are new or changed.
  void put(const StoredOffer& stored, const SentFiles& files);
  void put(const std::string& id, const SentFiles& files);
  SentFiles files(const std::string& id);
  // Newest first; `after` is an offer's id, or empty.
  std::vector<StoredOffer> page(std::size_t limit, const std::string& after);
  // Those that the host itself has something to do for.
  std::vector<StoredOffer> unfinished();
  // Outgoing ones of this content that may be fetched. Of a file in a folder: the folder's offer
  // with the file's path, stamp, name, size and content in place of its own.
  std::vector<StoredOffer> offered(const ContentId& content);
  // Incoming ones that wait for the person.
  std::vector<StoredOffer> undecided();
  // How many of those: from `peer`, or from all.
  std::size_t waiting(const std::optional<PeerId>& peer);

  void put_tree(const std::string& id, const MerkleTree& tree);
  std::optional<MerkleTree> tree(const std::string& id, const ContentId& content);
  // Ended ones made before `time`.
  void forget_before(Time time);

 private:
  std::vector<StoredOffer> read(sqlite::Statement& rows);
  void write(const std::string& id, const SentFiles& files);
  sqlite::Database database_;
};

}  // namespace swapmeet::transfer_swarm
