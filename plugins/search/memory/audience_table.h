// The audiences that listings have. There are few, and each is known by its number.
// Threads: one writer, or many readers, at a time.
#pragma once

#include <map>
#include <tuple>
#include <vector>

#include "search/memory/numbers.h"
#include "swapmeet/identity.h"

namespace swapmeet::search_memory {

class AudienceTable {
 public:
  Number number_of(const Audience& audience);  // made when it is new
  const Audience& operator[](Number number) const { return audiences_[number]; }
  const std::vector<Audience>& all() const { return audiences_; }

  void save(SnapshotWriter& out) const;
  void load(SnapshotReader& in);

 private:
  struct InOrder {
    bool operator()(const Audience& a, const Audience& b) const {
      return std::tie(a.everyone, a.groups, a.accounts) <
             std::tie(b.everyone, b.groups, b.accounts);
    }
  };
  std::vector<Audience> audiences_;
  std::map<Audience, Number, InOrder> numbers_;
};

}  // namespace swapmeet::search_memory
