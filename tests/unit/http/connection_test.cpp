// An answer on its way to a socket, a piece at a time, and a stream's bytes before they are taken.
#include "host/http/connection.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "catch.h"

using namespace swapmeet;
using namespace swapmeet::http;

namespace {

// Both ends of a connection that needs no network; neither waits.
struct Pair {
  std::array<int, 2> ends{};
  Pair() { REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0); }
  ~Pair() {
    for (const int end : ends) ::close(end);
  }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;
  std::string hear() const {
    std::string all;
    char buffer[65536];
    for (ssize_t n; (n = ::read(ends[1], buffer, sizeof buffer)) > 0;)
      all.append(buffer, static_cast<std::size_t>(n));
    return all;
  }
};

std::shared_ptr<const OpenFile> file_of(const std::string& bytes) {
  char name[] = "/tmp/swapmeet-connection-XXXXXX";
  const int descriptor = ::mkstemp(name);
  ::unlink(name);
  REQUIRE(::write(descriptor, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  return std::make_shared<OpenFile>(descriptor);
}

}  // namespace

TEST_CASE("head and body leave in order, as much as the socket takes, and nothing twice") {
  const Pair pair;
  Channel channel(::dup(pair.ends[0]));
  Outgoing out;
  out.head = "head";
  out.body = std::string(900'000, 'b') + "end";
  const auto size = out.unsent();
  std::string heard;
  auto sending = out.advance(channel);
  while (sending == Sending::blocked) {
    CHECK(out.unsent() > 0);
    heard += pair.hear();
    sending = out.advance(channel);
  }
  heard += pair.hear();
  CHECK(sending == Sending::done);
  CHECK(out.unsent() == 0);
  CHECK(out.progress() == size);
  CHECK(heard == "head" + std::string(900'000, 'b') + "end");
}

TEST_CASE("a file leaves from its offset, and its owner hears of each portion") {
  const Pair pair;
  Channel channel(::dup(pair.ends[0]));
  Outgoing out;
  out.head = "head ";
  std::uint64_t told = 0;
  out.file = FileBody{file_of("0123456789"), 3, 5, [&](std::uint64_t n) { told += n; }, {}, {}};
  CHECK(out.advance(channel) == Sending::done);
  CHECK(pair.hear() == "head 34567");
  CHECK(told == 5);
}

TEST_CASE("an owner that allows nothing pauses the file, and one that allows a part gives a turn") {
  const Pair pair;
  Channel channel(::dup(pair.ends[0]));
  Outgoing out;
  std::uint64_t allowed = 0;
  out.file = FileBody{file_of("0123456789"), 0, 10, {}, {}, [&](std::uint64_t wanted) {
                        CHECK(wanted == 10 - out.file_sent);
                        return Allowance{allowed, std::chrono::milliseconds(7)};
                      }};
  CHECK(out.advance(channel) == Sending::paced);
  CHECK(out.wait == std::chrono::milliseconds(7));
  allowed = 4;
  CHECK(out.advance(channel) == Sending::portion);
  CHECK(pair.hear() == "0123");
  allowed = 10;
  CHECK(out.advance(channel) == Sending::done);
  CHECK(pair.hear() == "456789");
}

TEST_CASE("a file that is shorter than was promised fails") {
  const Pair pair;
  Channel channel(::dup(pair.ends[0]));
  Outgoing out;
  out.file = FileBody{file_of("abc"), 0, 4, {}, {}, {}};
  CHECK(out.advance(channel) == Sending::failed);
}

TEST_CASE("the owner of a file learns once how it ended, at the latest when the connection goes") {
  std::vector<bool> ends;
  {
    Connection connection(-1);
    connection.out.file =
        FileBody{file_of("abc"), 0, 3, {}, [&](bool complete) { ends.push_back(complete); }, {}};
  }
  CHECK(ends == std::vector<bool>{false});
  Outgoing out;
  out.file =
      FileBody{file_of("abc"), 0, 3, {}, [&](bool complete) { ends.push_back(complete); }, {}};
  out.finish(true);
  out.finish(false);
  CHECK(ends == std::vector<bool>{false, true});
}

TEST_CASE("a stream's bytes are framed as chunks, or as they are for a client of HTTP/1.0") {
  Outgoing out;
  out.add_stream_bytes("plain", true);
  CHECK(out.head == "plain");
  out = {};
  out.chunked = true;
  out.add_stream_bytes("seventeen bytes..", false);
  out.add_stream_bytes("", false);
  out.add_stream_bytes("", true);
  CHECK(out.head == "11\r\nseventeen bytes..\r\n0\r\n\r\n");
}

TEST_CASE("what a stream's writer says waits until it is taken, and kicks the front") {
  int kicks = 0;
  Stream stream([&] { ++kicks; });
  CHECK(stream.write("a"));
  CHECK(stream.write("b"));
  auto state = Stream::State::closed;
  CHECK(stream.take(state) == "ab");
  CHECK(state == Stream::State::open);
  stream.close();
  CHECK_FALSE(stream.write("c"));
  CHECK(stream.take(state).empty());
  CHECK(state == Stream::State::closed);
  CHECK(kicks == 3);
}

TEST_CASE(
    "a writer that is too far ahead of its reader is cut off, and one without a reader fails") {
  Stream behind([] {});
  CHECK(behind.write(std::string(Stream::kMostWaiting, 'x')));
  CHECK_FALSE(behind.write("y"));
  auto state = Stream::State::open;
  behind.take(state);
  CHECK(state == Stream::State::cut_off);

  int kicks = 0;
  Stream gone([&] { ++kicks; });
  gone.abandon();
  CHECK_FALSE(gone.write("x"));
  gone.close();
  CHECK(kicks == 0);
}

TEST_CASE("a connection counts what it has received of a body and what it has yet to send") {
  Connection connection(-1);
  connection.in = "GET / HT";
  CHECK(connection.waiting() == 0);  // heads are bounded, and not counted
  connection.state = Connection::State::reading_body;
  connection.in = "12345";
  connection.received = 5;
  CHECK(connection.waiting() == 5);
  CHECK(connection.progress()->moved == 5);
  connection.state = Connection::State::handling;
  CHECK_FALSE(connection.progress());
  connection.state = Connection::State::sending;
  connection.out.head = "head";
  connection.out.body = "body";
  connection.out.sent = 3;
  CHECK(connection.waiting() == 5);
  CHECK(connection.progress()->moved == 3);
}
