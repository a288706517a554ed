// One connection over which small files come.
#include "transfer/swarm/folder/small_lane.h"

#include "unit/swarm/folder/folder_fixture.h"

namespace swapmeet::transfer_swarm {

TEST_CASE("what is not for everybody is asked for again with the ticket for the peer") {
  Fetching f;
  const auto contents = f.share_many(20, 100);
  f.peer.answers(contents[4], Answer::not_for_all);
  f.peer.answers(contents[5], Answer::not_for_all);
  f.shelf.gives_ticket("for-alice", f.peer.speak_tls());
  f.peer.takes_ticket("for-alice");
  f.open();
  const auto status = f.when_done(f.fetch());
  CHECK(status.folder->done == 20);
  CHECK(f.peer.requests(contents[4]) == 2);
  CHECK(bytes_in(f.got("album/00004.flac")) == noise(100, 5));
  CHECK(f.shelf.asked_for_contents() == 0);
}

TEST_CASE("a ticket that does not help is not asked for again and again") {
  Fetching f;
  const auto contents = f.share_many(300, 100);
  for (const auto& content : contents) f.peer.answers(content, Answer::not_for_all);
  f.shelf.gives_ticket("for-alice", f.peer.speak_tls());
  f.open();
  CHECK(f.when_failed(f.fetch()).folder->failed == 300);
  CHECK(f.shelf.asked_for_peers() == 1);
}

TEST_CASE("what the peer has no more, and nobody else has, costs one question each") {
  Fetching f;
  const auto contents = f.share_many(300, 100);
  for (std::size_t i = 0; i < 100; ++i) f.peer.answers(contents[i], Answer::missing);
  f.peer.answers(contents[100], Answer::wrong_bytes);
  f.open();
  const auto status = f.when_failed(f.fetch());
  CHECK(status.folder->done == 199);
  CHECK(status.folder->failed == 101);
  CHECK(status.why ==
        "101 of 300 files were not fetched: 00000.flac: alice: it answered 404 Not "
        "Found");
  CHECK(f.peer.requests() == 301);  // and it is told of the wrong bytes, beside
  CHECK(f.shelf.asked_for_contents() == 101);
  CHECK(f.peer.connections() == 2);
}

TEST_CASE("a file in whose answer the connection ends each time does not hold up the others") {
  Fetching f;
  const auto contents = f.share_many(300, 1000);
  f.peer.answers(contents[100], Answer::cut);
  f.open();
  const auto id = f.fetch();
  const auto status = f.when(id, [](const auto& now) {
    return now.state == DownloadState::waiting && now.folder->done == 299;
  });
  CHECK(status.why.find("alice") != std::string::npos);
  f.peer.answers(contents[100], Answer::right);
  CHECK(f.when_done(id).folder->done == 300);
}

TEST_CASE("small files wait at a busy peer while a large one comes from another, and go on then") {
  Fetching f;
  f.share_many(5, 100);
  const auto bytes = noise(4 * kMiB, 9);
  const auto large = f.share("music/album/large", bytes);
  FakeSource other(bytes);
  other.hold_at(2 * kMiB);
  f.shelf.also_has(large, other.source(8));
  f.peer.answers_all(Answer::full);
  f.open();
  f.watched = {&other};
  const auto id = f.fetch();
  f.when(id, [](const auto& status) { return status.done >= kMiB; });
  f.peer.answers_all(Answer::right);
  const auto status = f.when(id, [](const auto& now) { return now.folder->done == 5; });
  CHECK(status.state == DownloadState::running);
  other.release();
  CHECK(f.when_done(id).folder->done == 6);
}

TEST_CASE("a large file that nobody can send holds up none of the others") {
  Fetching f;
  f.share_many(50, 100);
  const auto gone = f.share("music/album/00000-gone", noise(2 * kMiB, 8));
  const auto cut = f.share("music/album/00000-cut", noise(2 * kMiB, 9));
  f.share("music/album/00000-right", noise(2 * kMiB, 10));
  f.peer.answers(gone, Answer::missing);
  f.peer.answers(cut, Answer::in_trouble);
  f.open();
  const auto id = f.fetch();
  const auto status = f.when(id, [](const auto& now) {
    return now.state == DownloadState::waiting && now.folder->done == 51;
  });
  CHECK(status.folder->failed == 1);
  f.peer.answers(cut, Answer::right);
  CHECK(f.when_failed(id).folder->done == 52);
}

TEST_CASE("limits hold for a folder as for any download") {
  Fetching f;
  f.share_many(40, 1000);
  Pacer pacer(f.clock);
  pacer.set_rates({10'000, 0});
  f.options.pacer = &pacer;
  f.open();
  const auto began = f.clock.steady();
  f.when_done(f.fetch());
  CHECK(f.clock.steady() - began >= std::chrono::milliseconds(3500));
}

TEST_CASE("bytes of proven files are counted, and no others") {
  Fetching f;
  const auto contents = f.share_many(10, 1000);
  f.peer.answers(contents[3], Answer::wrong_bytes);
  auto received = std::make_shared<std::atomic<std::uint64_t>>(0);
  f.options.received = [received](std::uint64_t bytes) { *received += bytes; };
  f.open();
  f.when_failed(f.fetch());
  CHECK(*received == 9000);
}

}  // namespace swapmeet::transfer_swarm
