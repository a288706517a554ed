// What happens when one of the two peers is away, or an answer is lost.
#include "transfer/swarm/inbox/courier.h"

#include "unit/swarm/inbox/two_peers.h"

namespace swapmeet::transfer_swarm {

TEST_CASE("a refusal reaches the sender even when it is away for a while") {
  Network net;
  const auto id = net.send();
  net.cut = true;
  REQUIRE(net.bob.inbox->refuse(id).ok());
  net.bob.inbox->work();
  CHECK(net.at(net.ann, id).state == OfferState::waiting);
  const auto calls = net.calls;
  net.bob.inbox->work();
  CHECK(net.calls == calls);  // it waits before it tries again
  net.cut = false;
  net.open(net.bob);  // and remembers across a restart
  net.bob.inbox->work();
  CHECK(net.at(net.ann, id).state == OfferState::refused);
  CHECK(net.at(net.ann, id).why == "bob refused it");
  CHECK(net.bob.inbox->accept(id).error().code == ErrorCode::conflict);
}

TEST_CASE("an offer to a peer that is away is delivered when it returns") {
  Network net;
  net.index.records[net.bob.id].present = false;
  const auto id = net.send();
  CHECK(net.at(net.ann, id).state == OfferState::waiting);
  CHECK(net.at(net.ann, id).why.find("bob is not there now") == 0);
  net.open(net.ann);
  net.index.records[net.bob.id].present = true;
  net.clock.advance(61s);
  net.ann.inbox->work();
  CHECK(net.at(net.bob, id).state == OfferState::waiting);
  CHECK(net.at(net.ann, id).why.empty());

  net.index.records[net.bob.id].present = false;
  const auto other = net.send();
  net.clock.advance(24h * 31);
  net.ann.inbox->work();
  CHECK(net.at(net.ann, other).state == OfferState::failed);
}

TEST_CASE("a withdrawn offer, or one whose file has changed, ends at the receiver") {
  for (const bool withdrawn : {true, false}) {
    Network net;
    const auto id = net.send();
    REQUIRE(net.bob.inbox->accept(id).ok());
    net.bob.inbox->work();
    if (withdrawn)
      REQUIRE(net.ann.inbox->refuse(id).ok());
    else
      std::ofstream(net.film) << "another film";
    net.clock.advance(61s);
    net.ann.inbox->work();
    net.ann.inbox->work();
    const auto state = withdrawn ? OfferState::refused : OfferState::failed;
    CHECK(net.at(net.ann, id).state == state);
    CHECK(net.at(net.bob, id).state == state);
    CHECK_FALSE(net.at(net.bob, id).why.empty());
    CHECK(net.bob.downloads.given_up == std::vector<std::string>{id});
    CHECK(net.bob.downloads.gone.at(0) == net.bob.downloads.requests.at(0).sources.at(0));
  }
}

TEST_CASE("the file of an open offer is looked at before it is offered, and once a minute") {
  Network net;
  const bool delivered = GENERATE(true, false);
  net.cut = !delivered;
  const auto id = net.send();
  std::ofstream(net.film) << "another film";
  net.ann.inbox->work();
  CHECK(net.at(net.ann, id).state == OfferState::waiting);
  net.cut = false;
  net.clock.advance(delivered ? 61s : 2s);  // when it is tried again
  net.ann.inbox->work();
  CHECK(net.at(net.ann, id).state == OfferState::failed);
  if (!delivered) CHECK(net.bob.inbox->list({})->items.empty());
}

TEST_CASE("a withdrawal reaches the receiver whose answer to the offer was lost") {
  Network net;
  net.lose_answers = true;
  const auto id = net.send();
  CHECK(net.at(net.bob, id).state == OfferState::waiting);
  CHECK(net.at(net.ann, id).why == "no answer came");
  REQUIRE(net.ann.inbox->refuse(id).ok());
  net.open(net.ann);
  net.ann.inbox->work();
  CHECK(net.at(net.bob, id).state == OfferState::refused);
  CHECK_FALSE(net.ann.inbox->work());
}

TEST_CASE("a withdrawal that is faster than its offer is told again") {
  Network net;
  net.lose_answers = true;
  std::string id;
  net.after_show = [&] {  // confirmed, but not stored yet
    id = net.ann.inbox->list({})->items.at(0).id;
    REQUIRE(net.ann.inbox->refuse(id).ok());
    net.ann.inbox->work();
  };
  net.send();
  CHECK(net.at(net.bob, id).state == OfferState::waiting);
  net.clock.advance(61s);
  net.ann.inbox->work();
  CHECK(net.at(net.bob, id).state == OfferState::refused);
}

TEST_CASE("a receiver cannot change what has ended, nor a stranger anything") {
  Network net;
  const auto id = net.send();
  REQUIRE(net.bob.inbox->accept(id).ok());
  const auto token = net.token();
  CHECK(net.ann.inbox->hear(id, std::string(64, '0'), {OfferState::refused, 0, ""}).error().code ==
        ErrorCode::not_found);
  CHECK(net.ann.inbox->show(id, "").error().code == ErrorCode::not_found);
  REQUIRE(net.ann.inbox->hear(id, token, {OfferState::done, 7, "\x1b[2J"}).ok());
  CHECK(net.at(net.ann, id).done == 40'000);
  CHECK(net.at(net.ann, id).why.empty());
  CHECK(net.ann.inbox->hear(id, token, {OfferState::refused, 0, ""}).error().code ==
        ErrorCode::conflict);
}

TEST_CASE("offers that ended long ago are forgotten while the host runs, open ones are not") {
  Network net;
  const auto ended = net.send(), open = net.send();
  REQUIRE(net.bob.inbox->refuse(ended).ok());
  net.bob.inbox->work();
  net.clock.advance(24h * 89);
  net.bob.inbox->work();
  CHECK(net.at(net.bob, ended).state == OfferState::refused);
  net.clock.advance(24h * 2);
  net.bob.inbox->work();
  CHECK(net.bob.inbox->get(ended).error().code == ErrorCode::not_found);
  CHECK(net.at(net.bob, open).state == OfferState::waiting);
}

}  // namespace swapmeet::transfer_swarm
