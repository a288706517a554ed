// What tells hits apart: their folders, and who has them. As columns for a terminal of any width.
// Threads: value types.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "host/cli/session.h"
#include "host/cli/table.h"
#include "swapmeet/search.h"

namespace swapmeet::cli {

// The names of peers, asked for once.
class PeerNames {
 public:
  using Look = std::function<std::map<PeerId, std::string>(const std::vector<PeerId>&)>;
  // `look` is asked for those that are not known yet.
  explicit PeerNames(Look look) : look_(std::move(look)) {}
  explicit PeerNames(Session& session);

  // Of all these at once.
  void learn(const std::vector<PeerId>& peers);
  void learn(const std::vector<Hit>& hits);
  // The beginning of the id where there is none.
  std::string of(const PeerId& peer) const;

 private:
  Look look_;
  std::map<PeerId, std::string> names_;
};

// "bob" for the one peer that has it, else "3 peers".
std::string holders_of(const Hit& hit, const PeerNames& names);
// With numbers from `first` on. A narrow terminal gets no column for the type.
Table table_of(const std::vector<Hit>& hits, std::size_t first, const PeerNames& names,
               std::optional<std::size_t> width);

}  // namespace swapmeet::cli
