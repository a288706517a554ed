// What comes from other peers, and whom the receiver believes.
#include "transfer/swarm/inbox/receiver.h"

#include "unit/swarm/inbox/two_peers.h"

namespace swapmeet::transfer_swarm {

TEST_CASE("offers of named peers are accepted without asking, and only theirs") {
  for (const std::string who : {"ann", "everyone"}) {
    Network net;
    net.bob.accept = {who};
    net.open(net.bob);
    const auto id = net.send();
    CHECK(net.at(net.bob, id).state == OfferState::accepted);
    CHECK(net.at(net.ann, id).state == OfferState::accepted);
  }
  Network net;
  net.bob.accept = {"cyd", peer_id(9).text()};
  net.open(net.bob);
  CHECK(net.at(net.bob, net.send()).state == OfferState::waiting);
}

TEST_CASE("what the rule accepts is taken when the host returns, or when there is room again") {
  Network net;
  SECTION("it died before it took it") {
    const auto id = net.send();
    CHECK(net.at(net.bob, id).state == OfferState::waiting);
    net.bob.accept = {"ann"};
    net.open(net.bob);
    net.bob.inbox->work();
    CHECK(net.at(net.bob, id).state == OfferState::accepted);
    CHECK(net.at(net.ann, id).state == OfferState::accepted);
  }
  SECTION("others wait on") {
    const auto id = net.send();
    net.bob.accept = {"cyd"};
    net.open(net.bob);
    CHECK_FALSE(net.bob.inbox->work());
    CHECK(net.at(net.bob, id).state == OfferState::waiting);
  }
  SECTION("the disk was full") {
    net.bob.accept = {"ann"};
    net.open(net.bob);
    CHECK_FALSE(net.bob.inbox->work());  // has looked back, at nothing
    net.bob.downloads.refuses = Error{ErrorCode::no_space, "the disk is full", {}};
    const auto id = net.send();
    CHECK(net.at(net.bob, id).state == OfferState::waiting);
    CHECK(net.at(net.bob, id).why == "the disk is full");
    CHECK(net.bob.inbox->work());
    net.bob.downloads.refuses.reset();
    net.bob.inbox->work();
    CHECK(net.at(net.bob, id).state == OfferState::waiting);  // it is not tried all the time
    net.clock.advance(61s);
    net.bob.inbox->work();
    CHECK(net.at(net.bob, id).state == OfferState::accepted);
    CHECK(net.at(net.bob, id).why.empty());
  }
}

TEST_CASE("nobody can pose as another peer, nor pass on an offer") {
  Network net;
  net.bob.accept = {"everyone"};
  net.open(net.bob);
  wire::OfferMessage message{std::string(32, 'a'), net.ann.id, net.bob.id, {}, "x", 5};
  message.content.bytes[0] = 1;
  const std::string token(64, 'b');
  const auto code = [&](const wire::OfferMessage& one) {
    return net.bob.inbox->receive(one, token, "127.0.0.1").error().code;
  };
  CHECK(code(message) == ErrorCode::not_allowed);  // ann knows nothing of it
  auto stranger = message;
  stranger.from = peer_id(7);
  CHECK(code(stranger) == ErrorCode::not_allowed);
  auto elsewhere = message;
  elsewhere.to = peer_id(7);
  CHECK(code(elsewhere) == ErrorCode::unavailable);
  net.cut = true;
  CHECK(code(message) == ErrorCode::unavailable);
  CHECK(net.bob.downloads.requests.empty());
  CHECK(net.bob.inbox->list({})->items.empty());
}

TEST_CASE("an offer that makes no sense is refused before anybody is asked") {
  Network net;
  wire::OfferMessage good{std::string(32, 'a'), net.ann.id, net.bob.id, {}, "x", 5};
  good.content.bytes[0] = 1;
  const auto wrong = [&](const auto& spoil) {
    auto message = good;
    spoil(message);
    const auto answer = net.bob.inbox->receive(message, std::string(64, 'b'), "127.0.0.1");
    return !answer.ok() && answer.error().code == ErrorCode::invalid_argument;
  };
  CHECK(wrong([](auto& m) { m.id = "../../x"; }));
  CHECK(wrong([](auto& m) { m.name = ""; }));
  CHECK(wrong([](auto& m) { m.name = "a/b"; }));
  CHECK(wrong([](auto& m) { m.name = "a\x1b[2J"; }));
  CHECK(wrong([](auto& m) { m.name = "a\xc2\x9b"; }));
  CHECK(wrong([](auto& m) { m.name = std::string(256, 'a'); }));
  CHECK(wrong([](auto& m) { m.size = 0; }));
  CHECK(net.bob.inbox->receive(good, "short", "127.0.0.1").error().code ==
        ErrorCode::invalid_argument);
  CHECK(net.calls == 0);
}

TEST_CASE("offers that wait are limited, and the sender tries again later") {
  Network net;
  for (int i = 0; i < 3; ++i) net.send();
  const auto fourth = net.send();
  CHECK(net.bob.inbox->list({})->items.size() == 3);
  CHECK(net.at(net.ann, fourth).why.find("too many") != std::string::npos);
  REQUIRE(net.bob.inbox->refuse(net.bob.inbox->list({})->items[0].id).ok());
  net.clock.advance(61s);
  net.ann.inbox->work();
  CHECK(net.at(net.bob, fourth).state == OfferState::waiting);
  const auto first_page = net.ann.inbox->list({2, ""});
  REQUIRE(first_page->items.size() == 2);
  CHECK(first_page->items[0].id == fourth);
  CHECK(net.ann.inbox->list({2, first_page->next})->items.size() == 2);
}

TEST_CASE("an offer that comes twice is one, and its id is nobody else's") {
  Network net;
  net.lose_answers = true;
  const auto id = net.send();
  const auto message = *net.ann.inbox->show(id, net.last_token);
  const auto calls = net.calls;
  CHECK(net.bob.inbox->receive(message, net.last_token, "127.0.0.1")->state == OfferState::waiting);
  CHECK(net.calls == calls);  // nobody is asked again
  CHECK(net.bob.events.size() == 2);
  CHECK(net.bob.inbox->receive(message, std::string(64, '0'), "127.0.0.1").error().code ==
        ErrorCode::conflict);
}

TEST_CASE("an offer that comes again while its sender is asked is one") {
  Network net;
  net.after_show = [&] {
    const auto sent = net.ann.inbox->list({})->items.at(0).id;
    const auto token = net.last_token;
    REQUIRE(net.bob.inbox->receive(*net.ann.inbox->show(sent, token), token, "127.0.0.1"));
  };
  const auto id = net.send();
  CHECK(net.at(net.ann, id).state == OfferState::waiting);
  CHECK(net.at(net.ann, id).why.empty());
  CHECK(net.bob.inbox->list({})->items.size() == 1);
  CHECK(net.bob.events.size() == 2);
}

}  // namespace swapmeet::transfer_swarm
