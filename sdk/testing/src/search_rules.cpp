#include "search_rules.h"

#include <algorithm>
#include <set>
#include <utility>

#include "swapmeet/hits.h"
#include "swapmeet/query.h"
#include "swapmeet/testing/catch.h"

namespace swapmeet::testing {
namespace {

constexpr std::size_t kTold = 3;  // times that a rule is told

class Findings {
 public:
  void hold(bool holds, const char* rule, const std::string& seen) {
    const auto told = [&](const BrokenRule& one) { return one.rule == rule; };
    if (!holds && std::none_of(broken_.begin(), broken_.end(), told))
      broken_.push_back({rule, seen});
  }
  std::vector<BrokenRule> take() { return std::move(broken_); }

 private:
  std::vector<BrokenRule> broken_;
};

std::string number(std::uint64_t value) { return std::to_string(value); }

std::string called(const Hit& hit) { return "'" + hit.path + "' (" + hit.content.text() + ")"; }

void check_names(Findings& findings, const Hit& hit, const ExpectedHit& expected) {
  const std::set<std::string> other(hit.names.begin(), hit.names.end());
  findings.hold(other.size() == hit.names.size() && !other.contains(hit.name),
                "the other names of a hit differ from each other and from the one it shows",
                called(hit));
  findings.hold(hit.names.size() == std::min<std::size_t>(expected.names.size() - 1, 10),
                "a hit has its other names, at most ten",
                called(hit) + " has " + number(hit.names.size()) + " of " +
                    number(expected.names.size() - 1));
  for (const auto& name : other)
    findings.hold(expected.names.contains(name),
                  "a hit has no names but those of listings that are present and that the viewer "
                  "may see",
                  called(hit) + " has '" + name + "'");
}

void check_shown(Findings& findings, const Hit& hit, const ExpectedHit& expected,
                 bool ranks_by_itself) {
  findings.hold(hit.name == name_of_path(hit.path), "a hit's name is the end of its path",
                called(hit) + " is called '" + hit.name + "'");
  const auto path = expected.paths.find(hit.path);
  findings.hold(path != expected.paths.end(),
                "name and path of a hit are of a listing that matches", called(hit));
  if (path == expected.paths.end()) return;
  findings.hold(expected.attributes.at(hit.path).contains(hit.attributes),
                "the attributes of a hit are those of one of the listings that it shows",
                called(hit));
  if (ranks_by_itself) return;
  findings.hold(path->second == expected.in_name,
                "a hit shows a name with all the words, where it has one (hits.h)", called(hit));
  for (const auto& [other, in_name] : expected.paths)
    if (in_name == expected.in_name)
      findings.hold(hit.name.size() <= name_of_path(other).size(),
                    "of names that match alike a hit shows the shortest (hits.h)",
                    called(hit) + " rather than '" + other + "'");
}

void check_hit(Findings& findings, const Hit& hit, const ExpectedHit& expected,
               bool ranks_by_itself) {
  findings.hold(hit.size == expected.size, "a hit has the size of its content",
                called(hit) + ": " + number(hit.size) + " instead of " + number(expected.size));
  findings.hold(
      hit.sources == expected.sources,
      "sources are the peers that are present and have it for this viewer",
      called(hit) + ": " + number(hit.sources) + " instead of " + number(expected.sources));
  findings.hold(hit.type == media_type_of(hit.name), "a hit has the type of its name", called(hit));
  check_shown(findings, hit, expected, ranks_by_itself);
  check_names(findings, hit, expected);
}

// They count what is there: nobody need give them.
void check_facets(Findings& findings, const SearchPage& page) {
  if (!page.facets) return;
  Facets counted;
  for (const auto& hit : page.hits) {
    ++counted.types.at(static_cast<std::size_t>(hit.type));
    ++counted.sizes.at(Facets::size_class(hit.size));
  }
  findings.hold(*page.facets == counted, "the facets count all hits", "the first page");
}

void check_order_of(Findings& findings, const SearchPage& page,
                    const std::map<ContentId, ExpectedHit>& expected) {
  std::uint64_t before = 0;
  const Hit* last = nullptr;
  for (const auto& hit : page.hits) {
    const auto found = expected.find(hit.content);
    if (found == expected.end()) continue;
    const auto order = hit_order(found->second.in_name, hit.sources, hit.name.size());
    findings.hold(before <= order,
                  "hits stand in the order of hit_order (hits.h); a search that ranks by itself "
                  "says so to the suite: SearchSubject::ranks_by_itself()",
                  last ? called(hit) + " comes after " + called(*last) : "");
    before = order;
    last = &hit;
  }
}

}  // namespace

std::vector<BrokenRule> broken_rules(const SearchPage& page,
                                     const std::map<ContentId, ExpectedHit>& expected,
                                     bool ranks_by_itself) {
  Findings findings;
  findings.hold(page.total == expected.size() && page.next.empty() && !page.has_more,
                "`total` counts all hits, and one page that holds them all is the last",
                number(page.total) + " instead of " + number(expected.size()));
  std::set<ContentId> seen;
  for (const auto& hit : page.hits) {
    findings.hold(seen.insert(hit.content).second, "a content is one hit", called(hit));
    const auto found = expected.find(hit.content);
    findings.hold(found != expected.end(),
                  "nothing is found that does not match, is not present or "
                  "is not for the viewer",
                  called(hit));
    if (found != expected.end()) check_hit(findings, hit, found->second, ranks_by_itself);
  }
  for (const auto& [content, hit] : expected)
    findings.hold(seen.contains(content), "whatever matches is found",
                  "'" + hit.paths.begin()->first + "' is missing");
  check_facets(findings, page);
  if (!ranks_by_itself) check_order_of(findings, page, expected);
  return findings.take();
}

void BrokenRules::tell(const std::string& asked, const std::vector<BrokenRule>& broken) {
  for (const auto& [rule, seen] : broken) {
    if (++times_[rule] > kTold) continue;
    FAIL_CHECK("broken: " << rule << "\n  at: " << asked << "\n  seen: " << seen);
  }
  if (broken.empty()) SUCCEED("all rules hold");
}

bool BrokenRules::are_enough() const {
  return std::any_of(times_.begin(), times_.end(),
                     [](const auto& one) { return one.second >= kTold; });
}

BrokenRules::~BrokenRules() {
  for (const auto& [rule, times] : times_)
    if (times >= kTold)
      WARN("this rule is told no further, and what comes after is not looked at: " << rule);
}

}  // namespace swapmeet::testing
