#include "transfer/swarm/fetch/source_client.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <future>
#include <string>
#include <vector>

#include "catch.h"
#include "fake_source.h"

namespace swapmeet::transfer_swarm {
namespace {

using fakes::FakeSource;
using fakes::Fault;
using namespace std::chrono_literals;

constexpr std::size_t kSize = 100'000;

// Many descriptors, so that every number that is free is theirs.
struct Strangers {
  Strangers() {
    for (auto& pair : pairs) REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()) == 0);
  }
  ~Strangers() {
    for (const auto& pair : pairs)
      for (const int descriptor : pair) ::close(descriptor);
  }
  bool are_well() const {
    return std::all_of(pairs.begin(), pairs.end(), [](const auto& pair) {
      return ::send(pair[0], "x", 1, MSG_NOSIGNAL) == 1 &&
             ::send(pair[1], "x", 1, MSG_NOSIGNAL) == 1;
    });
  }
  std::vector<std::array<int, 2>> pairs{16};
};

Result<void> read_all(SourceClient& client, std::uint64_t offset, std::size_t size,
                      std::string& bytes) {
  client.ask_range(offset, size, kSize);
  if (auto opened = client.open(); !opened) return opened;
  bytes.resize(size);
  for (std::size_t at = 0; at < size;) {
    const auto got = client.read(bytes.data() + at, size - at);
    if (!got) return got.error();
    at += *got;
  }
  return {};
}

}  // namespace

TEST_CASE("a source that closes the connection after each answer is asked again") {
  FakeSource source(fakes::noise(kSize));
  source.misbehave(Fault::closes_after);
  SourceClient client(source.url(), 10min);
  for (const std::size_t at : {0U, 1000U, 99'000U}) {
    std::string bytes;
    REQUIRE(read_all(client, at, 1000, bytes).ok());
    CHECK(bytes == fakes::noise(kSize).substr(at, 1000));
  }
}

TEST_CASE("interrupting ends the request that runs, on whatever connection, and nothing else") {
  const auto before = GENERATE(Fault::none, Fault::closes_after);
  FakeSource source(fakes::noise(kSize));
  source.misbehave(before);
  SourceClient client(source.url(), 10min);  // it would wait that long
  // A number below that of the first connection gets free, and the second one takes it.
  const int hole = ::dup(0);
  std::string bytes;
  REQUIRE(read_all(client, 0, 1000, bytes).ok());
  ::close(hole);
  source.misbehave(Fault::silent);
  auto running = std::async(std::launch::async, [&] {
    std::string more;
    return read_all(client, 1000, 1000, more);
  });
  while (source.requests() < 2 && running.wait_for(1ms) != std::future_status::ready) continue;
  const Strangers strangers;
  client.interrupt();
  REQUIRE(running.wait_for(30s) == std::future_status::ready);
  CHECK(running.get().error().code == ErrorCode::cancelled);
  CHECK(strangers.are_well());
  CHECK(client.size().error().code == ErrorCode::cancelled);
}

}  // namespace swapmeet::transfer_swarm
