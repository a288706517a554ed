// Totals outlive the host.
#include "transfer/swarm/statistics.h"

#include "catch.h"
#include "swapmeet/testing/temporary_folder.h"

namespace swapmeet::transfer_swarm {
namespace {

TEST_CASE("totals begin at nothing and are there after a restart") {
  const testing::TemporaryFolder folder;
  const auto file = folder.path / "statistics.sqlite";
  const TransferTotals totals{3, std::uint64_t{5} << 40, 7};
  {
    Statistics statistics(file);
    CHECK(statistics.totals() == TransferTotals{});
    statistics.put({1, 2, 3});
    statistics.put(totals);
    statistics.put(totals);
    CHECK(statistics.totals() == totals);
  }
  CHECK(Statistics(file).totals() == totals);
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
