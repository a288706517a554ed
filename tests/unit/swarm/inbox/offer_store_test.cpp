// What is kept of offers.
#include "transfer/swarm/inbox/offer_store.h"

#include "unit/swarm/inbox/book_fixture.h"

namespace swapmeet::transfer_swarm {

TEST_CASE("all of an offer is kept, and what may change is replaced") {
  const MemoryFolder folder;
  auto stored = outgoing_offer("a");
  stored.offer.created = Time(5ms);
  stored.path = "/raw \xff";
  stored.stamp = {1, 100, 3};
  stored.unanswered = Time(7ms);
  {
    OfferStore store(folder.path / "inbox.sqlite");
    store.put(stored);
    stored.offer.state = OfferState::accepted;
    stored.offer.done = stored.told_done = 9;
    stored.told = OfferState::accepted;
    stored.delivered = true;
    stored.offer.why = "because";
    store.put(stored);
  }
  OfferStore store(folder.path / "inbox.sqlite");
  const auto kept = store.find("a");
  REQUIRE(kept);
  CHECK_FALSE(kept->offer.incoming);
  CHECK(kept->offer.peer == stored.offer.peer);
  CHECK(kept->offer.content == stored.offer.content);
  CHECK(kept->offer.state == OfferState::accepted);
  CHECK(kept->offer.done == 9);
  CHECK(kept->offer.created == stored.offer.created);
  CHECK(kept->offer.why == "because");
  CHECK(kept->token == "aa");
  CHECK(kept->path == stored.path);
  CHECK(kept->stamp == stored.stamp);
  CHECK(kept->delivered);
  CHECK(kept->told == OfferState::accepted);
  CHECK(kept->told_done == 9);
  CHECK(kept->unanswered == stored.unanswered);
}

TEST_CASE("unfinished is what the host itself has something to do for") {
  const MemoryFolder folder;
  OfferStore store(folder.path / "inbox.sqlite");
  store.put(incoming_offer("waits for the person"));
  store.put(outgoing_offer("to deliver"));
  auto accepted = incoming_offer("to follow");
  accepted.offer.state = accepted.told = OfferState::accepted;
  store.put(accepted);
  auto done = incoming_offer("to tell");
  done.offer.state = OfferState::done;
  store.put(done);
  done.offer.id = "told";
  done.told = OfferState::done;
  store.put(done);
  std::vector<std::string> ids;
  for (const auto& stored : store.unfinished()) ids.push_back(stored.offer.id);
  CHECK(ids == std::vector<std::string>{"to deliver", "to follow", "to tell"});
  CHECK(store.undecided().size() == 1);
  CHECK(store.waiting(std::nullopt) == 1);
  CHECK(store.waiting(PeerId{}) == 0);
}

TEST_CASE("a file of an offered folder is offered by its content") {
  const MemoryFolder folder;
  OfferStore store(folder.path / "inbox.sqlite");
  auto stored = outgoing_offer("a");
  stored.offer.files = 1;
  stored.offer.content = {};
  stored.path = "/photos";
  SentFiles files;
  files[0] = {{"in/a.jpg", content_id(2), 5}, "in/raw.jpg", {1, 5, 3}, true, "", false};
  store.put(stored, files);
  const auto found = store.offered(content_id(2));
  REQUIRE(found.size() == 1);
  CHECK(found[0].offer.name == "a.jpg");
  CHECK(found[0].offer.size == 5);
  CHECK(found[0].path == "/photos/in/raw.jpg");
  CHECK(found[0].stamp == FileStamp{1, 5, 3});
}

TEST_CASE("offers that ended before some time are forgotten with all that belongs to them") {
  const MemoryFolder folder;
  OfferStore store(folder.path / "inbox.sqlite");
  auto ended = outgoing_offer("ended");
  ended.offer.state = OfferState::done;
  SentFiles files;
  files[0].file.path = "a";
  store.put(ended, files);
  store.put(outgoing_offer("open"));
  store.forget_before(ended.offer.created);
  CHECK(store.find("ended"));
  store.forget_before(ended.offer.created + 1ms);
  CHECK_FALSE(store.find("ended"));
  CHECK(store.files("ended").empty());
  CHECK(store.find("open"));
}

TEST_CASE("offers that were kept before folders could be sent are still there") {
  const MemoryFolder folder;
  const auto file = folder.path / "inbox.sqlite";
  {
    sqlite::Database database(file);
    sqlite::migrate(database, OfferStore::migrations().first(2));
    database.execute(
        "INSERT INTO offers VALUES (1,'x',0,x'01','bob',x'02','film.mkv',5,0,'waiting','','',9,'t',"
        "'/film.mkv',1,2,1,0,'waiting',0,'',0);"
        "INSERT INTO trees VALUES ('x', zeroblob(32), 5, 16384, x'03')");
  }
  OfferStore store(file);
  const auto kept = store.find("x");
  REQUIRE(kept);
  CHECK(kept->offer.files == 0);
  CHECK(kept->path == "/film.mkv");
  CHECK(store.tree("x", ContentId{})->size == 5);
  CHECK(store.files("x").empty());
}

}  // namespace swapmeet::transfer_swarm
