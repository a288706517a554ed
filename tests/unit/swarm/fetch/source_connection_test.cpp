// Several requests on their way over one connection, to a source that keeps the rules or breaks
// them.
#include "transfer/swarm/fetch/source_connection.h"

#include <chrono>
#include <string>

#include "catch.h"
#include "fake_source.h"

namespace swapmeet::transfer_swarm {
namespace {

using fakes::FakeSource;
using fakes::Fault;
using namespace std::chrono_literals;

constexpr std::size_t kSize = 100'000;

struct Asking {
  explicit Asking(Fault fault = Fault::none) { source.misbehave(fault); }
  void ask(std::size_t first, std::size_t last) {
    connection.ask({path, std::to_string(first) + "-" + std::to_string(last)});
  }
  std::string body() {
    std::string bytes(connection.unread(), '\0');
    for (std::size_t at = 0; at < bytes.size();) {
      const auto got = connection.read(bytes.data() + at, bytes.size() - at);
      if (!got) return got.error().message;
      at += *got;
    }
    return bytes;
  }

  const std::string file = fakes::noise(kSize);
  FakeSource source{file};
  const std::string path = source.url().substr(source.url().find("/content"));
  SourceConnection connection{source.url(), 1min, ""};
};

}  // namespace

TEST_CASE("what is asked together is answered in this order") {
  const auto fault = GENERATE(Fault::none, Fault::closes_after);  // then over a new one each time
  Asking a(fault);
  for (const std::size_t first : {50'000U, 0U, 99'000U}) a.ask(first, first + 999);
  CHECK(a.connection.asked() == 3);
  for (const std::size_t first : {50'000U, 0U, 99'000U}) {
    const auto answer = a.connection.answer();
    REQUIRE(answer.ok());
    CHECK(answer->status == 206);
    CHECK(answer->length == 1000);
    CHECK(a.body() == a.file.substr(first, 1000));
  }
  CHECK(a.connection.asked() == 0);
}

TEST_CASE("the rest of an answer is passed over, whether it is short or long") {
  Asking a;
  a.ask(0, 999);
  a.ask(1000, 1999);
  REQUIRE(a.connection.answer().ok());
  char some[10];
  REQUIRE(a.connection.read(some, sizeof some).ok());
  REQUIRE(a.connection.answer().ok());
  CHECK(a.body() == a.file.substr(1000, 1000));
}

TEST_CASE("an answer that is no good does not harm those behind it") {
  Asking a;
  a.source.tells_no_leaves();
  a.connection.ask({a.path + "/leaves?piece=1048576"});
  a.ask(5, 9);
  const auto bad = a.connection.answer();
  REQUIRE(bad.ok());
  CHECK(bad->status == 404);
  REQUIRE(a.connection.answer().ok());
  CHECK(a.body() == a.file.substr(5, 5));
}

TEST_CASE("a connection that ends in an answer is an error, after which nothing is asked") {
  Asking a(Fault::closes_midway);
  a.ask(0, 999);
  a.ask(1000, 1999);
  REQUIRE(a.connection.answer().ok());
  CHECK(a.body() == "it closed the connection too early");
  CHECK(a.connection.asked() == 0);
  a.source.misbehave(Fault::none);
  a.ask(0, 9);
  REQUIRE(a.connection.answer().ok());
  CHECK(a.body() == a.file.substr(0, 10));
}

TEST_CASE("a source that answers without an end, or nonsense, is corrupt") {
  const auto fault = GENERATE(Fault::endless_head, Fault::endless_continue, Fault::not_http);
  Asking a(fault);
  a.ask(0, 9);
  const auto answer = a.connection.answer();
  REQUIRE_FALSE(answer.ok());
  CHECK(answer.error().code == ErrorCode::corrupt);
}

TEST_CASE("what a busy source says is an error with the time to ask again") {
  Asking a(Fault::full);
  a.ask(0, 9);
  const auto answer = a.connection.answer();
  REQUIRE(answer.ok());
  const auto error = unexpected(*answer);
  CHECK(error.code == ErrorCode::unavailable);
  CHECK(error.retry_after == 1s);
  CHECK(error.message == "place 3 in the queue");
}

TEST_CASE("after an interruption every call ends at once") {
  Asking a;
  a.connection.interrupt();
  a.ask(0, 9);
  CHECK(a.connection.answer().error().code == ErrorCode::cancelled);
  char some[10];
  CHECK(a.connection.read(some, sizeof some).error().code == ErrorCode::cancelled);
}

}  // namespace swapmeet::transfer_swarm
