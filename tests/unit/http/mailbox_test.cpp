// What other threads leave for the socket thread, and that it wakes for it.
#include "host/http/mailbox.h"

#include <poll.h>

#include <thread>

#include "catch.h"

using namespace swapmeet::http;

namespace {

bool has_woken(const Mailbox& mailbox) {
  pollfd asked{mailbox.descriptor(), POLLIN, 0};
  return ::poll(&asked, 1, 0) == 1;
}

}  // namespace

TEST_CASE("what is left wakes the reader, who takes all of it once") {
  Mailbox mailbox;
  CHECK_FALSE(has_woken(mailbox));
  mailbox.leave({7, 1, json("{}")});
  mailbox.kick(9);
  ListenOptions limits;
  limits.max_connections = 5;
  mailbox.set_limits(limits);
  CHECK(has_woken(mailbox));
  const auto mail = mailbox.take();
  REQUIRE(mail.answers.size() == 1);
  CHECK(mail.answers[0].connection == 7);
  CHECK(mail.kicked == std::vector<std::uint64_t>{9});
  CHECK(mail.limits->max_connections == 5);
  CHECK_FALSE(has_woken(mailbox));
  CHECK(mailbox.take().empty());
}

TEST_CASE("of several limits the last holds") {
  Mailbox mailbox;
  for (const std::size_t most : {1U, 2U, 3U}) {
    ListenOptions limits;
    limits.max_connections = most;
    mailbox.set_limits(limits);
  }
  CHECK(mailbox.take().limits->max_connections == 3);
}

TEST_CASE("a reader can be woken for nothing") {
  Mailbox mailbox;
  mailbox.wake();
  CHECK(has_woken(mailbox));
  CHECK(mailbox.take().empty());
}

TEST_CASE("whatever several threads leave while it is read arrives, each time with a wake") {
  constexpr std::uint64_t kEach = 2000;
  Mailbox mailbox;
  std::vector<std::thread> writers;
  for (std::uint64_t writer = 0; writer < 3; ++writer)
    writers.emplace_back([&] {
      for (std::uint64_t i = 0; i < kEach; ++i) mailbox.kick(i);
    });
  std::size_t got = 0;
  while (got < 3 * kEach) {
    pollfd asked{mailbox.descriptor(), POLLIN, 0};
    REQUIRE(::poll(&asked, 1, 20'000) == 1);  // mail that nobody is woken for would stay
    got += mailbox.take().kicked.size();
  }
  for (auto& writer : writers) writer.join();
  CHECK(got == 3 * kEach);
}
