// What a search should answer, by looking at every listing: the scan that implementations are
// compared with. Threads: one.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>

#include "swapmeet/attributes.h"
#include "swapmeet/search.h"

namespace swapmeet::testing {

struct ExpectedHit {
  std::uint64_t size = 0;
  Time modified{};
  std::uint32_t sources = 0;
  bool in_name = false;               // the words are in the name of one of the listings that match
  std::map<std::string, bool> paths;  // of listings that match: are the words in the name?
  std::map<std::string, std::set<Attributes>> attributes;  // of those, by path
  std::set<std::string> names;  // of all its listings that are present and visible
};

class SearchModel {
 public:
  void apply(const ChangeBatch& batch);
  std::map<ContentId, ExpectedHit> search(const std::string& query, const Identity& viewer) const;

 private:
  struct Presence {
    bool present = false;
    std::string name;
  };
  std::map<PeerId, Presence> peers_;
  std::map<std::pair<PeerId, std::string>, Listing> listings_;
};

}  // namespace swapmeet::testing
