// Where the other peer of an offer is, and whether to call it again.
#include "transfer/swarm/inbox/exchange.h"

#include "unit/swarm/inbox/two_peers.h"

namespace swapmeet::transfer_swarm {

TEST_CASE("the other peer is where the index says, while it is there") {
  Index index;
  Offer offer;
  offer.peer = peer_id(5);
  offer.peer_name = "bob";
  auto url = find_url(index, offer);
  CHECK(url.error().code == ErrorCode::unavailable);
  CHECK(url.error().message == "the index does not know bob any more");

  auto& record = index.records[offer.peer];
  record.address = "127.0.0.1";
  record.port = 6699;
  url = find_url(index, offer);
  CHECK(url.error().code == ErrorCode::unavailable);
  CHECK(url.error().message.find("bob is not there now") == 0);

  record.present = true;
  url = find_url(index, offer);
  REQUIRE(url);
  CHECK(*url == "http://127.0.0.1:6699");
  record.address = "::1";
  CHECK(*find_url(index, offer) == "http://[::1]:6699");
}

TEST_CASE("what may pass is tried again, what is wrong stays wrong") {
  for (const auto code : {ErrorCode::unavailable, ErrorCode::timed_out, ErrorCode::too_many,
                          ErrorCode::no_space, ErrorCode::internal})
    CHECK(is_passing({code, "", {}}));
  for (const auto code : {ErrorCode::invalid_argument, ErrorCode::not_found, ErrorCode::conflict,
                          ErrorCode::not_allowed, ErrorCode::unsupported})
    CHECK_FALSE(is_passing({code, "", {}}));
}

}  // namespace swapmeet::transfer_swarm
