// What a search answered, held to the rules of the search contract: which of them it breaks, and
// how that shows. Pure functions, and a teller that says each rule a few times and no more.
// Threads: one.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "search_model.h"
#include "swapmeet/search.h"

namespace swapmeet::testing {

struct BrokenRule {
  std::string rule;  // a sentence, the same each time
  std::string seen;  // how it shows here
  bool operator==(const BrokenRule&) const = default;
};

// Of all hits in one page, against the scan: each rule that is broken, with the first hit that
// breaks it. `ranks_by_itself`: the order, and which of its names a hit shows, are the search's
// own.
std::vector<BrokenRule> broken_rules(const SearchPage& page,
                                     const std::map<ContentId, ExpectedHit>& expected,
                                     bool ranks_by_itself);

// Fails the test with what is broken: three times a rule, then only counts.
class BrokenRules {
 public:
  ~BrokenRules();
  BrokenRules() = default;
  BrokenRules(const BrokenRules&) = delete;
  BrokenRules& operator=(const BrokenRules&) = delete;

  // `asked`: the question that was answered so.
  void tell(const std::string& asked, const std::vector<BrokenRule>& broken);
  // Whether a rule has been told as often as it is: more of the same teaches nothing.
  bool are_enough() const;

 private:
  std::map<std::string, std::size_t> times_;
};

}  // namespace swapmeet::testing
