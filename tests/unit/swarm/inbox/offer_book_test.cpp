// Changes of offers: what is stored, what is told, and when an offer is tried again.
#include "transfer/swarm/inbox/offer_book.h"

#include "unit/swarm/inbox/book_fixture.h"

namespace swapmeet::transfer_swarm {
namespace {

Result<void> refused(StoredOffer& stored) {
  stored.offer.state = OfferState::refused;
  return {};
}

}  // namespace

TEST_CASE("an id is taken once") {
  WithBook with;
  CHECK(with.book.add(incoming_offer("a"), {}));
  auto other = incoming_offer("a");
  other.offer.name = "other";
  CHECK_FALSE(with.book.add(other, {}));
  CHECK(with.at("a").name == "film.mkv");
}

TEST_CASE("a change of state is told, another change is only kept") {
  WithBook with;
  with.book.add(incoming_offer("a"), {});
  const auto progress = with.book.update("a", [](StoredOffer& now) -> Result<void> {
    now.offer.done = 7;
    return {};
  });
  REQUIRE(progress);
  CHECK(with.at("a").done == 7);
  CHECK(with.events.empty());
  CHECK(with.changes == 0);
  const auto ended = with.book.update("a", refused);
  REQUIRE(ended);
  CHECK(ended->offer.state == OfferState::refused);
  REQUIRE(with.events.size() == 1);
  CHECK(with.events[0].topic == "inbox");
  CHECK(with.events[0].text("state") == "refused");
  CHECK(with.changes == 1);
}

TEST_CASE("a change that is refused leaves the offer as it is") {
  WithBook with;
  with.book.add(incoming_offer("a"), {});
  const auto answer = with.book.update("a", [](StoredOffer& now) -> Result<void> {
    now.offer.state = OfferState::done;
    return decided_already(now.offer);
  });
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == ErrorCode::conflict);
  CHECK(with.at("a").state == OfferState::waiting);
  CHECK(with.book.update("b", refused).error().code == ErrorCode::not_found);
  CHECK(with.changes == 0);
}

TEST_CASE("an offer ends once") {
  WithBook with;
  with.book.add(incoming_offer("a"), {});
  with.book.end("a", OfferState::failed, "first");
  with.book.end("a", OfferState::done, "second");
  CHECK(with.at("a").state == OfferState::failed);
  CHECK(with.at("a").why == "first");
  CHECK(with.events.size() == 1);
}

TEST_CASE("what failed is tried again later, and says why while it waits") {
  WithBook with;
  with.book.add(outgoing_offer("a"), {});
  CHECK(with.book.due("a"));
  with.book.later("a", "bob is not there now");
  CHECK(with.at("a").why == "bob is not there now");
  CHECK_FALSE(with.book.due("a"));
  with.clock.advance(1s);
  CHECK(with.book.due("a"));
  with.book.later("a", "still not");
  with.clock.advance(1s);
  CHECK_FALSE(with.book.due("a"));
  with.book.succeeded("a");
  CHECK(with.book.due("a"));
}

TEST_CASE("an offer in another state is due at once, and its reason is its own") {
  WithBook with;
  with.book.add(outgoing_offer("a"), {});
  with.book.later("a", "bob is not there now");
  with.book.end("a", OfferState::failed, "the file is gone");
  CHECK(with.book.due("a"));
  with.book.later("a", "bob is not there now");
  CHECK(with.at("a").why == "the file is gone");
}

TEST_CASE("a secret is only for who has it") {
  WithBook with;
  with.book.add(incoming_offer("a"), {});
  CHECK(with.book.find_secret("a", "aa"));
  for (const char* wrong : {"", "a", "ab", "aaa"})
    CHECK(with.book.find_secret("a", wrong).error().code == ErrorCode::not_found);
  CHECK(with.book.find_secret("b", "bb").error().code == ErrorCode::not_found);
  CHECK_FALSE(has_token(StoredOffer{}, ""));  // no token is nobody's
}

TEST_CASE("a content is fetched by an offer of it that is open, hashed and one's own") {
  WithBook with;
  with.book.add(outgoing_offer("a"), {});
  CHECK(with.book.offered(content_id(1), "aa"));
  CHECK_FALSE(with.book.offered(content_id(1), "bb"));
  CHECK_FALSE(with.book.offered(content_id(2), "aa"));
  with.book.add(incoming_offer("b"), {});
  CHECK_FALSE(with.book.offered(content_id(1), "bb"));
  auto unread = outgoing_offer("c");
  unread.hashed = false;
  with.book.add(unread, {});
  CHECK_FALSE(with.book.offered(content_id(1), "cc"));
  with.book.end("a", OfferState::done, "");
  CHECK_FALSE(with.book.offered(content_id(1), "aa"));
}

TEST_CASE("offers are listed newest first, page by page") {
  WithBook with;
  for (const char* id : {"a", "b", "c"}) with.book.add(incoming_offer(id), {});
  const auto first = with.book.page({2, ""});
  REQUIRE(first.items.size() == 2);
  CHECK(first.items[0].id == "c");
  CHECK(first.next == "b");
  const auto second = with.book.page({2, first.next});
  REQUIRE(second.items.size() == 1);
  CHECK(second.items[0].id == "a");
  CHECK(second.next.empty());
  CHECK(with.book.page({0, ""}).items.size() == 1);
}

}  // namespace swapmeet::transfer_swarm
