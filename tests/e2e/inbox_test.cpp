// Sending files with real programs: asked and accepted, refused, accepted by rule, and a sender
// that dies half-way.
#include <signal.h>

#include <map>

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

TEST_CASE("a folder is sent as a whole, through a kill of the one who receives it") {
  Network net;
  const auto folder = net.folder.path() / "private/holidays";
  const std::map<std::string, std::string> files{
      {"big.bin", random_bytes(60'000'000, 7)},
      {"day 1/beach.jpg", random_bytes(700'000, 8)},
      {"day 1/süß/notes.txt", "sun"},
      {"day 2/the same.txt", "sun"},
      {"day 2/empty", ""},
  };
  for (const auto& [path, bytes] : files) write_file(folder / path, bytes);
  const auto offer = net.send(folder);
  CHECK(offer.files == 5);
  net.decide(offer.id, "accept");
  REQUIRE(eventually([&] {
    const auto body = net.bob.get("/api/v1/inbox/" + offer.id);
    const auto now = body ? from_json<Offer>(*body) : body.error();
    return now && now->done > 0;
  }));
  net.bob.signal(SIGKILL);
  net.bob.start();
  REQUIRE(eventually([&] { return net.is(net.bob, offer.id, OfferState::done); },
                     std::chrono::seconds(60)));
  for (const auto& [path, bytes] : files) {
    INFO(path);
    const bool same = read_file(net.folder.path() / "downloads/bob/holidays" / path) == bytes;
    CHECK(same);
  }
  CHECK(eventually([&] { return net.is(net.ann, offer.id, OfferState::done); }));
  const auto told = from_json<Offer>(*net.ann.get("/api/v1/inbox/" + offer.id));
  CHECK(told->done == told->size);
}

TEST_CASE("a folder that the rule accepts arrives without asking, and a refused one does not") {
  const bool refused = GENERATE(false, true);
  Network net(refused ? "ask" : "ann");
  const auto folder = net.folder.path() / "private/letters";
  write_file(folder / "a.txt", "first");
  write_file(folder / "more/b.txt", "second");
  const auto offer = net.send(folder);
  if (refused) net.decide(offer.id, "refuse");
  const auto end = refused ? OfferState::refused : OfferState::done;
  CHECK(eventually([&] { return net.is(net.ann, offer.id, end); }));
  const auto got = net.folder.path() / "downloads/bob/letters";
  CHECK(fs::exists(got) == !refused);
  if (!refused) CHECK(read_file(got / "more/b.txt") == "second");
}
