// What other peers may say, looked at without anybody being asked.
#include "transfer/swarm/inbox/offer_message.h"

#include "catch.h"

namespace swapmeet::transfer_swarm {
namespace {

ContentId some_content() {
  ContentId content;
  content.bytes[0] = 1;
  return content;
}

wire::OfferMessage file_message() {
  wire::OfferMessage message;
  message.id = std::string(32, 'a');
  message.content = some_content();
  message.name = "x";
  message.size = 5;
  return message;
}

}  // namespace

TEST_CASE("a message about a file that no peer sends is not taken") {
  const auto token = std::string(64, 'b');
  const auto good = file_message();
  CHECK(check_message(good, token).ok());
  CHECK_FALSE(check_message(good, "short").ok());
  CHECK_FALSE(check_message(good, std::string(64, 'B')).ok());
  const auto refused = [&](auto spoil) {
    auto message = good;
    spoil(message);
    const auto checked = check_message(message, token);
    return !checked.ok() && checked.error().code == ErrorCode::invalid_argument;
  };
  CHECK(refused([](auto& m) { m.id = "../../x"; }));
  CHECK(refused([](auto& m) { m.name = ""; }));
  CHECK(refused([](auto& m) { m.name = "a/b"; }));
  CHECK(refused([](auto& m) { m.name = "."; }));
  CHECK(refused([](auto& m) { m.name = ".."; }));
  CHECK(refused([](auto& m) { m.name = "a\x1b[2J"; }));
  CHECK(refused([](auto& m) { m.name = "a\xc2\x9b"; }));
  CHECK(refused([](auto& m) { m.name = "\xff"; }));
  CHECK(refused([](auto& m) { m.name = std::string(256, 'a'); }));
  CHECK(refused([](auto& m) { m.size = 0; }));
  CHECK(refused([](auto& m) { m.size = std::uint64_t{1} << 62; }));
  CHECK(refused([](auto& m) { m.content = kEmptyContent; }));
}

TEST_CASE("files of a folder that no peer sends are not taken") {
  auto message = file_message();
  const auto content = message.content;
  message.content = {};
  message.files = {{"a/b", content, 5}};
  CHECK(check_files(message).ok());
  CHECK(check_message(message, std::string(64, 'b')).ok());
  const auto refused = [&](const char* path, std::uint64_t size, ContentId of) {
    auto wrong = message;
    wrong.files.push_back({path, of, size});
    wrong.size += size;
    return !check_files(wrong).ok();
  };
  CHECK_FALSE(refused("a/c", 5, content));
  CHECK(refused("../c", 5, content));
  CHECK(refused("/etc/passwd", 5, content));
  CHECK(refused("a/./c", 5, content));
  CHECK(refused("a\nb", 5, content));
  CHECK(refused("a/b", 5, content));  // twice
  CHECK(refused("a/c", 0, content));
  CHECK(refused("a/c", 5, kEmptyContent));
  message.size = 6;
  CHECK_FALSE(check_files(message).ok());
  message.size = 5;
  message.content = content;  // a folder has none
  CHECK_FALSE(check_files(message).ok());
}

TEST_CASE("an offer has only so many files") {
  auto message = file_message();
  message.content = {};
  message.size = 0;
  for (std::size_t i = 0; i <= kMostOfferedFiles; ++i)
    message.files.push_back({std::to_string(i), kEmptyContent, 0});
  CHECK_FALSE(check_files(message).ok());
  message.files.pop_back();
  CHECK(check_files(message).ok());
}

TEST_CASE("what another peer says is shown only if it is fit for a line") {
  CHECK(tamed("no, thanks") == "no, thanks");
  CHECK(tamed("\x1b[2J").empty());
  CHECK(tamed("two\nlines").empty());
  CHECK(tamed("\xff").empty());
  CHECK(tamed(std::string(300, 'a')).size() == 300);
  CHECK(tamed(std::string(301, 'a')).empty());
}

TEST_CASE("the other side is told state, bytes and reason") {
  Offer offer;
  offer.state = OfferState::failed;
  offer.done = 7;
  offer.why = "gone";
  const auto news = news_of(offer);
  CHECK(news.state == OfferState::failed);
  CHECK(news.done == 7);
  CHECK(news.why == "gone");
}

}  // namespace swapmeet::transfer_swarm
