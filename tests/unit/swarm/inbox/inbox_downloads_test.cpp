// Accepted offers and the downloads that they begin or join, with the real queue of downloads.
#include <algorithm>

#include "unit/swarm/fetch/download_fixture.h"
#include "unit/swarm/inbox/two_peers.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::size_t kFilmSize = 8 * kMiB;

// Ann sends Bob, whose downloads are real, a film. She and another source hold most of it back.
struct Sending {
  Sending() {
    std::ofstream(net.film, std::ios::binary) << film;
    ann.hold_at(2 * kMiB);
    friendly.hold_at(2 * kMiB);
    auto& record = net.index.records[net.ann.id];
    record.address = "127.0.0.1";
    record.port = static_cast<std::uint16_t>(std::stoi(ann.url().substr(17)));
    open();
  }

  void open() {
    net.bob.inbox.reset();
    downloads.open();
    net.bob.real_downloads = downloads.queue.get();
    net.open(net.bob);
  }
  ~Sending() { net.bob.inbox.reset(); }

  // Ann's offer, accepted; its id.
  std::string accepted() {
    const auto id = net.send();
    const auto offer = net.bob.inbox->accept(id);
    INFO((offer ? "" : offer.error().message));
    REQUIRE(offer.ok());
    return id;
  }
  std::string download_of(const std::string& offer) { return net.at(net.bob, offer).download; }
  void withdraw(const std::string& offer) {
    REQUIRE(net.ann.inbox->refuse(offer).ok());
    net.ann.inbox->work();
    CHECK(net.at(net.bob, offer).state == OfferState::refused);
  }
  // What the person asks for, from somebody else.
  std::string asked_for() {
    return downloads.start(request_for(ann.content(), "film.mkv", {friendly.source(9)}));
  }
  bool is_there(const std::string& download) { return downloads.queue->get(download).ok(); }
  static auto source_of(const DownloadStatus& status, const PeerId& peer) {
    return std::find_if(status.sources.begin(), status.sources.end(),
                        [&](const auto& source) { return source.peer == peer; });
  }

  const std::string film = noise(kFilmSize);
  FakeSource ann{film}, friendly{film};
  Network net;
  Downloading downloads;
};

}  // namespace

TEST_CASE("what the person asked for goes on when an offer that joined it is withdrawn") {
  Sending s;
  const auto id = s.asked_for();
  s.downloads.when(id, [](const auto& status) { return status.done > 0; });
  const auto offer = s.accepted();
  CHECK(s.download_of(offer) == id);
  const auto has_ann = [&](const DownloadStatus& status) {
    const auto source = Sending::source_of(status, s.net.ann.id);
    return source != status.sources.end() && source->bytes > 0;
  };
  CHECK(has_ann(s.downloads.when(id, has_ann)));

  s.withdraw(offer);
  const auto status = s.downloads.queue->get(id);
  REQUIRE(status.ok());
  CHECK(Sending::source_of(*status, s.net.ann.id)->state == "withdrawn by its sender");
  REQUIRE(s.ann.wait_until_left());
  const auto served = s.ann.served();
  s.friendly.release();
  CHECK(bytes_in(s.downloads.when_done(id).path) == s.film);
  CHECK(s.ann.served() == served);
}

TEST_CASE("a withdrawn source is not asked after a restart either") {
  Sending s;
  s.ann.hold_at(0);
  const auto id = s.asked_for();
  s.withdraw(s.accepted());
  s.open();
  REQUIRE(s.ann.wait_until_left());
  const auto served = s.ann.served();
  s.friendly.release();
  const auto status = s.downloads.when_done(id);
  CHECK(status.state == DownloadState::done);
  CHECK(Sending::source_of(status, s.net.ann.id) == status.sources.end());
  CHECK(s.ann.served() == served);
}

TEST_CASE("a download that only an offer wanted is cancelled when that is withdrawn") {
  Sending s;
  const auto offer = s.accepted();
  const auto id = s.download_of(offer);
  s.downloads.when(id, [](const auto& status) { return status.done > 0; });
  const bool restarted = GENERATE(false, true);
  if (restarted) s.open();
  s.withdraw(offer);
  CHECK_FALSE(s.is_there(id));
  CHECK(s.downloads.files().empty());
}

TEST_CASE("a download that an offer began and the person asks for too is the person's") {
  Sending s;
  const auto offer = s.accepted();
  CHECK(s.asked_for() == s.download_of(offer));
  s.open();
  s.withdraw(offer);
  CHECK(s.is_there(s.download_of(offer)));
}

TEST_CASE("a download that two offers want ends with the second") {
  Sending s;
  const auto first = s.accepted(), second = s.accepted();
  const auto id = s.download_of(first);
  CHECK(s.download_of(second) == id);
  s.withdraw(first);
  CHECK(s.is_there(id));
  s.net.bob.inbox->work();
  CHECK(s.net.at(s.net.bob, second).state == OfferState::accepted);
  s.withdraw(second);
  CHECK_FALSE(s.is_there(id));
}

TEST_CASE("a host that died while it accepted or gave up finishes that when it returns") {
  Sending s;
  const auto offer = s.net.send();
  const auto begun = s.downloads.queue->start_for(
      offer, request_for(s.ann.content(), "film.mkv", {s.ann.source(1)}));
  REQUIRE(begun.ok());
  SECTION("the acceptance was not recorded") {
    s.open();
    s.net.bob.inbox->work();
    CHECK(s.net.at(s.net.bob, offer).state == OfferState::accepted);
    CHECK(s.download_of(offer) == begun->id);
  }
  SECTION("the offer has ended") {
    REQUIRE(s.net.bob.inbox->refuse(offer).ok());
    s.open();
    s.net.bob.inbox->work();
    CHECK_FALSE(s.is_there(begun->id));
  }
  SECTION("the offer is not known any more, so nobody has taken it back") {
    s.net.bob.inbox.reset();
    std::filesystem::remove(s.net.folder.path / "bob.sqlite");
    s.open();
    s.net.bob.inbox->work();
    CHECK(s.is_there(begun->id));
  }
}

TEST_CASE("a withdrawal that comes after the last byte leaves the file") {
  Sending s;
  s.ann.release();
  const auto offer = s.accepted();
  const auto id = s.download_of(offer);
  const auto path = s.downloads.when_done(id).path;
  s.withdraw(offer);
  CHECK(s.is_there(id));
  CHECK(bytes_in(path) == s.film);
}

}  // namespace swapmeet::transfer_swarm
