// Contents that were offered to one peer and stand in no share: the inbox knows them, serve asks
// for them. Threads: thread-safe.
#pragma once

#include <optional>
#include <string>

#include "transfer/swarm/catalogue/catalogue.h"

namespace swapmeet::transfer_swarm {

// Contents that are in no share, for whoever has the token of an offer: /content/{cid}?offer=TOKEN.
// Thread-safe; throws sqlite::Failure.
class OfferedContents {
 public:
  virtual ~OfferedContents() = default;
  virtual std::optional<ContentPlace> place(const ContentId& content, const std::string& token) = 0;
  virtual std::optional<MerkleTree> tree(const ContentId& content, const std::string& token) = 0;
};

}  // namespace swapmeet::transfer_swarm
