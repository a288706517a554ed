#include "search/memory/audience_table.h"

#include <set>

#include "catch.h"

using namespace swapmeet;
using swapmeet::search_memory::AudienceTable;
using swapmeet::search_memory::Number;

TEST_CASE("Equal audiences have one number, others another") {
  AudienceTable audiences;
  const auto everyone = audiences.number_of({});
  const auto staff = audiences.number_of({false, {"staff"}, {}});
  const auto account = audiences.number_of({false, {}, {"staff"}});
  const auto other = audiences.number_of({false, {}, {"ann"}});
  CHECK(std::set<Number>{everyone, staff, account, other}.size() == 4);
  CHECK(audiences.number_of({false, {"staff"}, {}}) == staff);
  CHECK(audiences.number_of({}) == everyone);
  CHECK(audiences.all().size() == 4);
  CHECK(audiences[staff].groups == std::vector<std::string>{"staff"});
}
