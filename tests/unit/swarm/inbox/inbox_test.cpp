// Offers, answers, and what happens when one of the two peers is away.
#include <fstream>

#include "transfer/swarm/inbox/inbox_file.h"
#include "unit/swarm/inbox/inbox_fixture.h"

namespace swapmeet::transfer_swarm {

TEST_CASE("an offer waits, is accepted, and both sides see it done") {
  Network net;
  const auto id = net.send();
  const auto offered = net.at(net.bob, id);
  CHECK(offered.incoming);
  CHECK(offered.state == OfferState::waiting);
  CHECK(offered.peer_name == "ann");
  CHECK(offered.name == "film.mkv");
  CHECK(offered.size == 40'000);
  CHECK(net.bob.downloads.requests.empty());
  CHECK_FALSE(net.ann.inbox->accept(id).ok());  // not one's own
  CHECK(net.bob.events == std::vector<std::string>{"inbox"});

  REQUIRE(net.bob.inbox->accept(id).ok());
  CHECK(net.bob.inbox->accept(id).error().code == ErrorCode::conflict);
  const auto& request = net.bob.downloads.requests.at(0);
  CHECK(request.content == offered.content);
  CHECK(request.sources.at(0).peer == net.ann.id);
  CHECK(request.sources[0].url.starts_with("http://ann:1/content/" + offered.content.text() +
                                           "?offer="));
  net.bob.downloads.status.done = 10'000;
  net.bob.inbox->work();
  CHECK(net.at(net.ann, id).state == OfferState::accepted);
  CHECK(net.at(net.ann, id).done == 10'000);

  const auto place = net.ann.inbox->place(offered.content, net.token());
  REQUIRE(place);
  CHECK(place->file == std::filesystem::canonical(net.film).string());
  CHECK(net.ann.inbox->tree(offered.content, net.token())->content == offered.content);
  CHECK_FALSE(net.ann.inbox->place(offered.content, std::string(64, '0')));
  CHECK_FALSE(net.ann.inbox->place(offered.content, ""));

  net.bob.downloads.status.state = DownloadState::done;
  net.bob.inbox->work();
  CHECK(net.at(net.bob, id).state == OfferState::done);
  CHECK(net.at(net.ann, id).state == OfferState::done);
  CHECK_FALSE(net.ann.inbox->place(offered.content, net.token()));
  CHECK_FALSE(net.bob.inbox->work());  // nothing is left to do
}

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
    return net.bob.inbox->receive(one, token).error().code;
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
    const auto answer = net.bob.inbox->receive(message, std::string(64, 'b'));
    return !answer.ok() && answer.error().code == ErrorCode::invalid_argument;
  };
  CHECK(wrong([](auto& m) { m.id = "../../x"; }));
  CHECK(wrong([](auto& m) { m.name = ""; }));
  CHECK(wrong([](auto& m) { m.name = "a/b"; }));
  CHECK(wrong([](auto& m) { m.name = "a\x1b[2J"; }));
  CHECK(wrong([](auto& m) { m.name = "a\xc2\x9b"; }));
  CHECK(wrong([](auto& m) { m.name = std::string(256, 'a'); }));
  CHECK(wrong([](auto& m) { m.size = 0; }));
  CHECK(net.bob.inbox->receive(good, "short").error().code == ErrorCode::invalid_argument);
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

TEST_CASE("an offer that is withdrawn while it is being accepted leaves no download behind") {
  Network net;
  const auto id = net.send();
  net.bob.downloads.after_start = [&] {
    REQUIRE(net.ann.inbox->refuse(id).ok());
    net.ann.inbox->work();
    net.bob.downloads.given_up.clear();  // that one may have come before the download
  };
  CHECK(net.bob.inbox->accept(id).error().code == ErrorCode::conflict);
  CHECK(net.at(net.bob, id).state == OfferState::refused);
  CHECK(net.bob.downloads.given_up == std::vector<std::string>{id});
}

TEST_CASE("an offer that is accepted twice at the same time keeps its download") {
  Network net;
  const auto id = net.send();
  net.bob.downloads.after_start = [&] { CHECK(net.bob.inbox->accept(id).ok()); };
  CHECK(net.bob.inbox->accept(id).error().code == ErrorCode::conflict);
  CHECK(net.at(net.bob, id).state == OfferState::accepted);
  CHECK(net.bob.downloads.given_up.empty());
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
  CHECK(code(net.film.string(), net.bob.id) == ErrorCode::unavailable);
  CHECK(net.ann.inbox->list({})->items.empty());
}

TEST_CASE("an empty file can be sent") {
  Network net;
  std::ofstream(net.film, std::ios::trunc).close();
  const auto id = net.send();
  CHECK(net.at(net.bob, id).content == kEmptyContent);
}

TEST_CASE("a file in a share needs no hashing") {
  Network net;
  Catalogue catalogue(net.folder.path / "catalogue.sqlite");
  catalogue.put_share({"s", net.folder.path.string(), {}}, false);
  const auto stamp = *stamp_of_file(net.film.string());
  CHECK_FALSE(known_tree(catalogue, net.film.string(), stamp));
  const auto tree = *hash_file(net.clock, net.film.string(), stamp, [] { return true; });
  catalogue.commit(catalogue.share("s")->key, {{"film.mkv", stamp, tree}});
  REQUIRE(known_tree(catalogue, net.film.string(), stamp));
  CHECK(known_tree(catalogue, net.film.string(), stamp)->content == tree.content);
  auto touched = stamp;
  ++touched.mtime_ns;
  CHECK_FALSE(known_tree(catalogue, net.film.string(), touched));
  CHECK(hash_file(net.clock, net.film.string(), touched, [] { return true; }).error().code ==
        ErrorCode::conflict);
}

}  // namespace swapmeet::transfer_swarm
