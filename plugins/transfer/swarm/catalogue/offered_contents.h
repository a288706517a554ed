// Contents that were offered to one peer and may be in no share. The inbox knows them; serving asks
// for them when a reader brings the token of an offer: /content/{cid}?offer=TOKEN.
// Threads: thread-safe. Throws sqlite::Failure.
#pragma once

#include <optional>
#include <string>

#include "transfer/swarm/catalogue/catalogue_records.h"

namespace swapmeet::transfer_swarm {

class OfferedContents {
 public:
  virtual ~OfferedContents() = default;
  virtual std::optional<ContentPlace> place(const ContentId& content, const std::string& token) = 0;
  virtual std::optional<MerkleTree> tree(const ContentId& content, const std::string& token) = 0;
};

}  // namespace swapmeet::transfer_swarm
