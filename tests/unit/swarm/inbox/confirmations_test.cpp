// Whom a receiver asks whether an offer was made, and how often.
#include "transfer/swarm/inbox/confirmations.h"

#include "catch.h"
#include "swapmeet/testing/manual_clock.h"

using namespace swapmeet;
using namespace swapmeet::transfer_swarm;
using namespace std::chrono_literals;

namespace {

struct Senders {
  testing::ManualClock clock;
  std::vector<wire::ShortCall> calls;
  Result<wire::Reply> answer = wire::Reply{200, "yes"};
  Confirmations confirmations{clock, [this](const wire::ShortCall& call) {
                                calls.push_back(call);
                                return answer;
                              }};

  Result<void> ask(const std::string& address, const std::string& caller, bool dialable = true) {
    PeerRecord sender;
    sender.address = address;
    sender.port = 6699;
    sender.dialable = dialable;
    return confirmations.ask(sender, caller, std::string(64, 'a'), "/inbox/1?digest=true", "yes");
  }
};

}  // namespace

TEST_CASE("a sender that confirms is asked as often as it offers") {
  Senders senders;
  for (int i = 0; i < 500; ++i) REQUIRE(senders.ask("127.0.0.1", "127.0.0.1").ok());
  CHECK(senders.calls.size() == 500);
  CHECK(senders.calls.front().most == 1'024);
  CHECK(senders.calls.front().patience == 4s);
}

TEST_CASE("150 offers in the name of somebody who made none are a few calls there") {
  Senders senders;
  senders.answer = wire::Reply{404, "no"};
  for (int i = 0; i < 150; ++i) CHECK_FALSE(senders.ask("127.0.0.2", "127.0.0.1").ok());
  CHECK(senders.calls.size() == 1);
  // From many callers as well.
  for (int i = 0; i < 150; ++i)
    CHECK_FALSE(senders.ask("8.8.8.8", "20.0." + std::to_string(i) + ".1").ok());
  CHECK(senders.calls.size() == 2);
  senders.clock.advance(1min);
  for (int i = 0; i < 150; ++i) (void)senders.ask("127.0.0.2", "127.0.0.1");
  CHECK(senders.calls.size() == 3);
}

TEST_CASE("a sender is asked where the index reached it, or where the call comes from") {
  Senders senders;
  CHECK(senders.ask("127.0.0.1", "127.0.0.1", false).ok());
  CHECK_FALSE(senders.ask("8.8.8.8", "127.0.0.1", false).ok());
  CHECK_FALSE(senders.ask("evil.example.com", "127.0.0.1").ok());
  CHECK_FALSE(senders.ask("127.0.0.1", "8.8.8.8").ok());
  CHECK_FALSE(senders.ask("192.168.0.1", "8.8.8.8").ok());
  CHECK_FALSE(senders.ask("169.254.169.254", "8.8.8.8").ok());
  CHECK(senders.calls.size() == 1);
}

TEST_CASE("what is no confirmation is told from what may become one") {
  const auto code_of = [](const Result<wire::Reply>& answer) {
    Senders senders;
    senders.answer = answer;
    return senders.ask("127.0.0.1", "127.0.0.1").error().code;
  };
  CHECK(code_of(wire::Reply{200, "no"}) == ErrorCode::not_allowed);
  CHECK(code_of(wire::Reply{302, ""}) == ErrorCode::not_allowed);
  CHECK(code_of(wire::Reply{503, ""}) == ErrorCode::unavailable);
  CHECK(code_of(unavailable("Connection refused")) == ErrorCode::unavailable);
  CHECK(code_of(timed_out("it does not answer in time")) == ErrorCode::timed_out);
  CHECK(code_of(too_large("its answer is too long")) == ErrorCode::not_allowed);
}
