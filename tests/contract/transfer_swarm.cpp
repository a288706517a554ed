#include "host/http/server.h"
#include "swapmeet/system_clock.h"
#include "swapmeet/testing/catch.h"
#include "swapmeet/testing/transfer_contract.h"

TEST_CASE("transfer.swarm keeps the transfer contract") {
  swapmeet::testing::transfer_contract([] {
    return swapmeet::testing::transfer_plugin(
        PLUGINS "transfer_swarm.so", {{"download_folder", "downloads"}, {"listen", "127.0.0.1:0"}},
        [](const swapmeet::http::ListenOptions& options) {
          static const swapmeet::SystemClock clock;
          return swapmeet::http::listen(options, clock);
        });
  });
}
