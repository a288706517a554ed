// What is sent: refused at once, hashed, shown, served.
#include "transfer/swarm/inbox/outbox.h"

#include <filesystem>
#include <fstream>

#include "transfer/swarm/inbox/sent_file.h"
#include "unit/swarm/inbox/book_fixture.h"
#include "unit/swarm/inbox/two_peers.h"

namespace swapmeet::transfer_swarm {
namespace {

struct Outgoing : WithBook {
  Outgoing() {
    auto& bob = index.records[peer_id(2)];
    bob.id = peer_id(2);
    bob.name = "bob";
    folder.write("film.mkv", std::string(40'000, 'f'));
  }
  std::string send(const std::filesystem::path& path) {
    const auto offer = outbox.send({path.string(), peer_id(2)});
    INFO((offer ? "" : offer.error().message));
    REQUIRE(offer.ok());
    return offer->id;
  }
  StoredOffer kept(const std::string& id) {
    auto stored = book.find(id);
    REQUIRE(stored);
    return *stored;
  }

  Index index;
  std::filesystem::path film = folder.path / "film.mkv";
  Outbox outbox{{.self = peer_id(1),
                 .self_name = "ann",
                 .registry = &index,
                 .catalogue = nullptr,
                 .clock = &clock},
                book,
                rounds};
};

}  // namespace

TEST_CASE("a file is shown and served once it is hashed, to who has the token") {
  Outgoing with;
  const auto id = with.send(with.film);
  const auto token = with.kept(id).token;
  CHECK(with.at(id).why == "the file is being hashed");
  CHECK(with.at(id).created == with.clock.now());
  CHECK(with.outbox.show(id, token).error().code == ErrorCode::not_found);
  with.outbox.hash_waiting();
  const auto shown = with.outbox.show(id, token);
  REQUIRE(shown);
  CHECK(shown->from == peer_id(1));
  CHECK(shown->to == peer_id(2));
  CHECK(shown->size == 40'000);
  CHECK(with.at(id).why.empty());
  CHECK(with.outbox.place(shown->content, token)->file == with.film.string());
  CHECK(with.outbox.tree(shown->content, token)->size == 40'000);
  CHECK_FALSE(with.outbox.place(shown->content, std::string(64, '0')));
}

TEST_CASE("each offer has an id and a token of its own") {
  Outgoing with;
  const auto one = with.kept(with.send(with.film)), two = with.kept(with.send(with.film));
  CHECK(one.offer.id != two.offer.id);
  CHECK(one.token != two.token);
  CHECK(one.offer.id.size() == 32);
  CHECK(one.token.size() == 64);
}

TEST_CASE("an offer is withdrawn until it has ended") {
  Outgoing with;
  const auto id = with.send(with.film);
  const auto withdrawn = with.outbox.withdraw(id);
  REQUIRE(withdrawn);
  CHECK(withdrawn->state == OfferState::refused);
  CHECK(withdrawn->why == "ann withdrew it");
  CHECK(with.outbox.withdraw(id).error().code == ErrorCode::conflict);
  with.outbox.hash_waiting();  // nobody wants it any more
  CHECK_FALSE(with.kept(id).hashed);
}

TEST_CASE("a file that vanishes before it is hashed ends its offer") {
  Outgoing with;
  const auto id = with.send(with.film);
  std::filesystem::remove(with.film);
  with.outbox.hash_waiting();
  CHECK(with.at(id).state == OfferState::failed);
}

TEST_CASE("what is sent must be what was hashed") {
  Outgoing with;
  with.folder.write("photos/a.jpg", "a");
  const auto file = with.send(with.film), photos = with.send(with.folder.path / "photos");
  with.outbox.hash_waiting();
  CHECK(with.outbox.check_unchanged(with.kept(file)));
  CHECK(with.outbox.check_unchanged(with.kept(photos)));
  with.folder.write("film.mkv", "other");
  with.folder.write("photos/a.jpg", "other");
  CHECK(with.outbox.check_unchanged(with.kept(file)).error().message ==
        "the file was changed or taken away after it was offered");
  CHECK(with.outbox.check_unchanged(with.kept(photos)).error().message ==
        "a.jpg was changed or taken away after it was offered");
}

TEST_CASE("what was touched after it was offered is read again, and sent when it is the same") {
  Outgoing with;
  with.folder.write("photos/a.jpg", "a");
  const auto file = with.send(with.film), photos = with.send(with.folder.path / "photos");
  with.outbox.hash_waiting();
  const auto photo = with.folder.path / "photos/a.jpg";
  for (const auto& path : {with.film, photo})
    std::filesystem::permissions(path, std::filesystem::perms::owner_exec,
                                 std::filesystem::perm_options::add);
  CHECK(with.outbox.check_unchanged(with.kept(file)));
  CHECK(with.outbox.check_unchanged(with.kept(photos)));
  CHECK(with.kept(file).stamp == *stamp_of_file(with.film.string()));

  // Written in place: the size stays, and the time is put back.
  for (const auto& path : {with.film, photo}) {
    const auto time = std::filesystem::last_write_time(path);
    std::fstream(path, std::ios::in | std::ios::out) << '!';
    std::filesystem::last_write_time(path, time);
    std::filesystem::permissions(path, std::filesystem::perms::owner_exec,
                                 std::filesystem::perm_options::remove);
  }
  CHECK(with.outbox.check_unchanged(with.kept(file)).error().code == ErrorCode::conflict);
  CHECK(with.outbox.check_unchanged(with.kept(photos)).error().code == ErrorCode::conflict);
}

TEST_CASE("a host that stops leaves the hashing for its return") {
  Outgoing with;
  with.folder.write("photos/a.jpg", "a");
  const auto file = with.send(with.film), photos = with.send(with.folder.path / "photos");
  with.rounds.stop();
  with.outbox.hash_waiting();
  CHECK_FALSE(with.kept(file).hashed);
  CHECK_FALSE(with.kept(photos).hashed);
  CHECK(with.at(file).state == OfferState::waiting);
}

TEST_CASE("what cannot be sent is said at once") {
  Network net;
  const auto code = [&](const std::string& path, const PeerId& peer) {
    return net.ann.inbox->send({path, peer}).error().code;
  };
  CHECK(code("/no/such/file", net.bob.id) == ErrorCode::not_found);
  CHECK(code("film.mkv", net.bob.id) == ErrorCode::invalid_argument);
  CHECK(code("/dev/null", net.bob.id) == ErrorCode::invalid_argument);
  CHECK(code(net.film.string(), net.ann.id) == ErrorCode::invalid_argument);
  CHECK(code(net.film.string(), peer_id(9)) == ErrorCode::not_found);
  net.index.records[net.bob.id].dialable = false;
  net.index.records[net.bob.id].unreachable = "Connection refused";
  CHECK(code(net.film.string(), net.bob.id) == ErrorCode::unavailable);
  CHECK(net.ann.inbox->list({})->items.empty());
}

TEST_CASE("an empty file can be sent") {
  Network net;
  std::ofstream(net.film, std::ios::trunc).close();
  const auto id = net.send();
  CHECK(net.at(net.bob, id).content == kEmptyContent);
}

TEST_CASE("an offer that was taken back before the receiver asked is not believed") {
  Network net;
  net.cut = true;
  const auto id = net.send();
  CHECK(net.ann.inbox->show(id, net.last_token).ok());
  REQUIRE(net.ann.inbox->refuse(id).ok());
  CHECK(net.ann.inbox->show(id, net.last_token).error().code == ErrorCode::not_found);
  net.cut = false;
  CHECK(net.ann.inbox->work());  // it may have arrived, as far as anybody knows
  CHECK(net.bob.inbox->list({})->items.empty());
  net.clock.advance(61s);
  CHECK(net.ann.inbox->work());
  CHECK_FALSE(net.ann.inbox->work());
}

}  // namespace swapmeet::transfer_swarm
