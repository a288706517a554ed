// When the registry is asked for sources, and what is told of its answers.
#include "transfer/swarm/fetch/source_asker.h"

#include "catch.h"
#include "swapmeet/testing/manual_clock.h"
#include "unit/swarm/fetch/fake_registry.h"

namespace swapmeet::transfer_swarm {
namespace {

using namespace std::chrono_literals;

// One peer is known, and may be absent.
struct OnePeer : FakeRegistry {
  Result<PeerRecord> peer(const PeerId& id, const Identity&) override {
    if (id != record.id) return Error{ErrorCode::not_found, "no such peer", {}};
    return record;
  }
  PeerRecord record;
};

struct Asking {
  void start(std::chrono::milliseconds longest_pause = 15s) {
    asker.emplace(registry, clock,
                  SourceAsker::Errand{{},
                                      longest_pause,
                                      [this] { return requested; },
                                      [this](const auto& answer) { answers.push_back(answer); }});
    asker->start();
    clock.await_waiters(1);  // it has told its answer, and waits
  }
  // How long it waits now.
  auto pause() const { return clock.next() - clock.steady(); }
  void wait() {
    clock.advance(pause());
    clock.await_waiters(1);
  }

  OnePeer registry;
  testing::ManualClock clock;
  std::vector<Source> requested;
  std::vector<SourceAsker::Answer> answers;
  std::optional<SourceAsker> asker;
};

}  // namespace

TEST_CASE("the registry is asked at once, five times every two seconds, and then less often") {
  Asking a;
  a.start();
  CHECK(a.registry.asked() == 1);
  for (const auto expected : {2s, 2s, 2s, 2s, 2s, 4s, 8s, 15s, 15s}) {
    CHECK(a.pause() == expected);
    const auto asked = a.registry.asked();
    a.wait();
    CHECK(a.registry.asked() == asked + 1);
  }
  a.asker->stop();
  CHECK(a.answers.size() == a.registry.asked());
}

TEST_CASE("the registry is asked no less often than the longest pause says") {
  Asking a;
  a.start(100ms);
  CHECK(a.pause() == 100ms);
}

TEST_CASE("what the registry says is told, also when it cannot be reached") {
  Asking a;
  ContentRecord record;
  record.size = 5;
  a.registry.knows(record);
  a.start();
  a.registry.goes();
  a.wait();
  a.asker->stop();
  REQUIRE(a.answers.size() == 2);
  REQUIRE(a.answers[0].record.ok());
  CHECK(a.answers[0].record->size == 5);
  CHECK(a.answers[1].record.error().message == "the index cannot be reached");
}

TEST_CASE("a requested source is told at the address that its peer has now, if that is present") {
  Asking a;
  a.registry.record.id.bytes[0] = 1;
  a.registry.record.address = "127.0.0.1";
  a.registry.record.port = 99;
  Source ann;
  ann.peer = a.registry.record.id;
  ann.url = "http://10.0.0.1:5/content/x?offer=t";
  Source nobody = ann;
  nobody.peer = {};
  Source stranger = ann;
  stranger.peer.bytes[0] = 2;
  a.requested = {ann, nobody, stranger};
  a.start();
  CHECK(a.answers.at(0).moved.empty());
  a.registry.record.present = true;
  a.wait();
  REQUIRE(a.answers.at(1).moved.size() == 1);
  CHECK(a.answers[1].moved[0].url == "http://127.0.0.1:99/content/x?offer=t");
}

TEST_CASE("an asker that is interrupted asks no more, whether or not it has begun") {
  Asking a;
  a.start();
  a.asker->interrupt();
  a.asker->stop();
  CHECK(a.registry.asked() == 1);
  a.asker.emplace(a.registry, a.clock, SourceAsker::Errand{});
  a.asker->stop();
  CHECK(a.registry.asked() == 1);
}

}  // namespace swapmeet::transfer_swarm
