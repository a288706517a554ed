// Sending files with real programs: asked and accepted, refused, accepted by rule, and a sender
// that dies half-way.
#include <signal.h>

#include "catch.h"
#include "network.h"
#include "swapmeet/wire/json.h"

using namespace e2e;
using swapmeet::Offer;
using swapmeet::OfferState;
using swapmeet::wire::from_json;

namespace {

struct Network {
  explicit Network(const std::string& accept = "ask")
      : bob(folder.path(), "bob",
            peer_ini(folder.path(), "bob", "http://" + address, folder.path() / "bob") +
                "inbox_accept = " + accept + "\n") {
    for (const char* name : {"ann", "bob"}) fs::create_directories(folder.path() / name);
    for (Node* node : {&index, &ann, &bob}) node->start();
    REQUIRE(eventually([&] {
      const auto body = index.get("/api/v1/peers");
      const auto page =
          body ? from_json<swapmeet::Page<swapmeet::PeerRecord>>(*body) : body.error();
      return page && page->items.size() == 2;
    }));
  }

  swapmeet::PeerId id_of(Node& node) {
    const auto status = from_json<swapmeet::wire::StatusReport>(*node.get("/api/v1/status"));
    return status->peer;
  }
  Offer send(const fs::path& file) {
    const auto body =
        ann.call("POST", "/api/v1/inbox",
                 swapmeet::wire::to_json(swapmeet::SendRequest{file.string(), id_of(bob)}));
    INFO((body ? *body : body.error().message));
    REQUIRE(body.ok());
    return from_json<Offer>(*body).value();
  }
  bool is(Node& node, const std::string& id, OfferState state) {
    const auto body = node.get("/api/v1/inbox/" + id);
    const auto offer = body ? from_json<Offer>(*body) : body.error();
    return offer && offer->state == state;
  }
  void decide(const std::string& id, const std::string& how) {
    REQUIRE(eventually([&] { return is(bob, id, OfferState::waiting); }));
    REQUIRE(bob.call("POST", "/api/v1/inbox/" + id + "/" + how).ok());
  }

  Folder folder;
  std::string address = "127.0.0.1:" + std::to_string(free_port());
  Node index{folder.path(), "index", index_ini(folder.path(), address, "2s")};
  Node ann{folder.path(), "ann",
           peer_ini(folder.path(), "ann", "http://" + address, folder.path() / "ann")};
  Node bob;
};

}  // namespace

TEST_CASE("a file that is in no share is sent to one peer, who is asked") {
  Network net;
  const auto bytes = random_bytes(3'000'000, 3);
  const auto file = net.folder.path() / "private/letter to bob.txt";
  write_file(file, bytes);
  const auto offer = net.send(file);
  REQUIRE(eventually([&] { return net.is(net.bob, offer.id, OfferState::waiting); }));
  const auto content = from_json<Offer>(*net.bob.get("/api/v1/inbox/" + offer.id))->content.text();
  const auto peers = *net.index.get("/api/v1/peers/" + net.id_of(net.ann).text());
  const auto port = std::to_string(from_json<swapmeet::PeerRecord>(peers)->port);
  swapmeet::wire::ClientOptions options;
  options.url = "http://127.0.0.1:" + port;
  swapmeet::wire::Client stranger(options);
  for (const std::string query : {"", "?offer=", "?offer=0"})
    CHECK(stranger.request("GET", "/content/" + content + query).error().code ==
          swapmeet::ErrorCode::not_found);
  CHECK(stranger.request("GET", "/inbox/" + offer.id).error().code ==
        swapmeet::ErrorCode::not_found);

  net.decide(offer.id, "accept");
  REQUIRE(eventually([&] { return net.is(net.bob, offer.id, OfferState::done); }));
  CHECK(read_file(net.folder.path() / "downloads/bob/letter to bob.txt") == bytes);
  CHECK(eventually([&] { return net.is(net.ann, offer.id, OfferState::done); }));
}

TEST_CASE("a refused file stays where it is, and the sender learns it") {
  Network net;
  write_file(net.folder.path() / "x.txt", "words");
  const auto offer = net.send(net.folder.path() / "x.txt");
  net.decide(offer.id, "refuse");
  CHECK(eventually([&] { return net.is(net.ann, offer.id, OfferState::refused); }));
  CHECK_FALSE(fs::exists(net.folder.path() / "downloads/bob/x.txt"));
}

TEST_CASE("the sender dies half-way and returns on another port, and the file arrives") {
  Network net("ann");
  const auto file = net.folder.path() / "big.bin";
  write_file(file, random_bytes(80'000'000, 5));
  const auto offer = net.send(file);
  REQUIRE(eventually([&] { return net.is(net.bob, offer.id, OfferState::accepted); }));
  REQUIRE(eventually([&] {
    const auto page =
        from_json<swapmeet::Page<swapmeet::DownloadStatus>>(*net.bob.get("/api/v1/downloads"));
    return page && page->items.size() == 1 && page->items[0].done > 0;
  }));
  net.ann.signal(SIGKILL);
  net.ann.start();
  REQUIRE(eventually([&] { return net.is(net.bob, offer.id, OfferState::done); },
                     std::chrono::seconds(60)));
  const bool same = read_file(net.folder.path() / "downloads/bob/big.bin") == read_file(file);
  CHECK(same);  // too large to be printed
  CHECK(eventually([&] { return net.is(net.ann, offer.id, OfferState::done); }));
}
