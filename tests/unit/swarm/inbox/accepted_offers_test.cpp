// Accepted offers and their downloads, which do as the test says.
#include "transfer/swarm/inbox/accepted_offers.h"

#include "unit/swarm/inbox/book_fixture.h"
#include "unit/swarm/inbox/two_peers.h"

namespace swapmeet::transfer_swarm {
namespace {

struct Accepting : WithBook {
  StoredOffer kept(const std::string& id) {
    auto stored = book.find(id);
    REQUIRE(stored);
    return *stored;
  }
  // A folder of so many files, each with a content of its own.
  void add_folder(const std::string& id, std::uint8_t files) {
    auto stored = incoming_offer(id);
    stored.offer.name = "holidays";
    stored.offer.content = {};
    stored.offer.files = files;
    SentFiles sent;
    for (std::uint8_t number = 0; number < files; ++number)
      sent[number].file = {"in/" + std::to_string(number), content_id(number), 1};
    book.add(stored, sent);
  }

  Queues downloads;
  AcceptedOffers accepted{book, downloads, folder.path / "got", rounds};
};

}  // namespace

TEST_CASE("an accepted file is fetched from its sender, with the token") {
  Accepting with;
  with.book.add(incoming_offer("a"), {});
  const auto taken = with.accepted.take(with.kept("a"));
  REQUIRE(taken);
  CHECK(taken->state == OfferState::accepted);
  const auto& request = with.downloads.requests.at(0);
  CHECK(request.name == "film.mkv");
  CHECK(request.sources.at(0).url == "http://ann:1/content/" + content_id(1).text() + "?offer=aa");
  CHECK(with.accepted.take(with.kept("a")).error().code == ErrorCode::conflict);
}

TEST_CASE("an accepted offer goes as its download goes") {
  Accepting with;
  with.book.add(incoming_offer("a"), {});
  const auto id = with.accepted.take(with.kept("a"))->download;
  auto& download = with.downloads.all[id];
  SECTION("it has some bytes, then all") {
    download.done = 40;
    CHECK(with.accepted.follow(with.kept("a"))->offer.done == 40);
    download.state = DownloadState::done;
    CHECK(with.accepted.follow(with.kept("a"))->offer.state == OfferState::done);
    CHECK(with.at("a").done == 100);
  }
  SECTION("it fails") {
    download.state = DownloadState::failed;
    download.why = "the disk is broken";
    with.accepted.follow(with.kept("a"));
    CHECK(with.at("a").state == OfferState::failed);
    CHECK(with.at("a").why == "the disk is broken");
  }
  SECTION("it is cancelled") {
    with.downloads.all.clear();
    with.accepted.follow(with.kept("a"));
    CHECK(with.at("a").state == OfferState::failed);
    CHECK(with.at("a").why == "its download was cancelled");
  }
  SECTION("the offer ends meanwhile") {
    const auto before = with.kept("a");
    with.book.end("a", OfferState::refused, "ann withdrew it");
    download.state = DownloadState::done;
    CHECK_FALSE(with.accepted.follow(before));
    CHECK(with.at("a").state == OfferState::refused);
  }
}

TEST_CASE("the downloads of a large folder begin little by little") {
  Accepting with;
  with.add_folder("a", 120);
  REQUIRE(with.accepted.take(with.kept("a")));
  CHECK(with.downloads.requests.empty());
  for (const std::size_t begun : {50U, 100U, 120U, 120U}) {
    with.accepted.follow(with.kept("a"));
    CHECK(with.downloads.requests.size() == begun);
  }
  CHECK(with.downloads.requests[0].folder == "holidays/in");
}

TEST_CASE("a folder whose downloads cannot begin now is tried again later") {
  Accepting with;
  with.add_folder("a", 3);
  REQUIRE(with.accepted.take(with.kept("a")));
  with.downloads.refuses = Error{ErrorCode::no_space, "the disk is full", {}};
  with.accepted.follow(with.kept("a"));
  with.downloads.refuses.reset();
  with.accepted.follow(with.kept("a"));
  CHECK(with.downloads.requests.empty());
  with.clock.advance(1s);
  with.accepted.follow(with.kept("a"));
  CHECK(with.downloads.requests.size() == 3);
}

TEST_CASE("names in an accepted folder are safe in every part") {
  Accepting with;
  auto stored = incoming_offer("a");
  stored.offer.name = ".ssh";
  stored.offer.content = {};
  stored.offer.files = 2;
  SentFiles sent;
  sent[0].file = {"sub/.ssh/authorized_keys", content_id(1), 1};
  sent[1].file = {"CON/x\u202ey.txt", content_id(2), 1};
  with.book.add(stored, sent);
  REQUIRE(with.accepted.take(with.kept("a")));
  with.accepted.follow(with.kept("a"));
  REQUIRE(with.downloads.requests.size() == 2);
  CHECK(with.downloads.requests[0].folder == "_ssh/sub/_ssh");
  CHECK(with.downloads.requests[1].folder == "_ssh/_CON");
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

TEST_CASE("a refused folder says so, and one that is withdrawn ends its downloads") {
  FolderNetwork net;
  const auto refused = net.send_folder();
  REQUIRE(net.bob.inbox->refuse(refused).ok());
  net.bob.inbox->work();
  CHECK(net.at(net.ann, refused).state == OfferState::refused);
  CHECK(net.at(net.ann, refused).why == "bob refused it");
  const auto withdrawn = net.send_folder();
  REQUIRE(net.bob.inbox->accept(withdrawn).ok());
  net.bob.inbox->work();
  REQUIRE(net.ann.inbox->refuse(withdrawn).ok());
  net.ann.inbox->work();
  CHECK(net.at(net.bob, withdrawn).state == OfferState::refused);
  CHECK(net.queues.given_up == std::vector<std::string>{withdrawn});
  CHECK(net.queues.gone.size() == 4);
}

TEST_CASE("cancelled files of a folder do not keep the others") {
  FolderNetwork net;
  const auto id = net.send_folder();
  REQUIRE(net.bob.inbox->accept(id).ok());
  net.bob.inbox->work();
  net.queues.all.erase(net.queues.all.begin());
  net.bob.inbox->work();
  CHECK(net.at(net.bob, id).state == OfferState::accepted);
  for (auto& [download, status] : net.queues.all) status.state = DownloadState::done;
  net.bob.inbox->work();
  CHECK(net.at(net.bob, id).state == OfferState::failed);
  CHECK(net.at(net.ann, id).why.find("1 of 4 files were cancelled") == 0);
}

TEST_CASE("a folder that exists at the receiver is not mixed with the one that is sent") {
  FolderNetwork net;
  std::filesystem::create_directories(net.folder.path / "got/holidays");
  const auto id = net.send_folder();
  REQUIRE(net.bob.inbox->accept(id).ok());
  net.bob.inbox->work();
  for (const auto& one : net.queues.requests) CHECK(one.folder.starts_with("holidays (2)"));
}

}  // namespace swapmeet::transfer_swarm
