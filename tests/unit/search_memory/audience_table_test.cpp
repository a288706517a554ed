#include "search/memory/audience_table.h"

#include "catch.h"

using namespace swapmeet;
using swapmeet::search_memory::AudienceTable;

TEST_CASE("Equal audiences have one number, others another") {
  AudienceTable audiences;
  const auto everyone = audiences.number_of({});
  const auto staff = audiences.number_of({false, {"staff"}, {}});
  const auto account = audiences.number_of({false, {}, {"staff"}});
  CHECK(everyone != staff);
  CHECK(staff != account);
  CHECK(audiences.number_of({false, {"staff"}, {}}) == staff);
  CHECK(audiences.number_of({}) == everyone);
  CHECK(audiences.all().size() == 3);
  CHECK(audiences[staff].groups == std::vector<std::string>{"staff"});
}
