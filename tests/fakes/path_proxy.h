// A long path in user space, between clients and one server on loopback: TCP through it takes half
// a round trip each way, shares a rate towards the clients, and is cut, stalled or garbled on
// demand. It counts what goes by. A connection costs a round trip as it does over a real path,
// although the loopback opens it at once: what the client sends first leaves a round trip late.
// Between server and client lie no more bytes than fill the path and its queue, so a server feels
// how fast its bytes leave. Threads: one of its own does all; the methods are thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace fakes {

struct PathOptions {
  std::string listen = "127.0.0.1:0";
  std::string to = {};  // ADDRESS:PORT of the server; port 0: the one that this listens at
  std::chrono::microseconds round_trip{0};
  // Towards the clients, bytes a second: of all together, and of each connection. 0: no limit.
  std::uint64_t rate = 0;
  std::uint64_t connection_rate = 0;
  // Bytes that may wait for their turn towards the clients; 0: what leaves in 20 ms, at least 64
  // KiB.
  std::uint64_t queue = 0;

  // Each connection is cut after a number of bytes towards its client, drawn from `seed`, from
  // `cut_from` to `cut_to`. 0: none is.
  std::uint64_t cut_from = 0;
  std::uint64_t cut_to = 0;
  std::uint32_t seed = 1;
  bool cut_by_reset = true;  // otherwise it just ends

  std::uint64_t stall_after = 0;  // bytes towards the clients, then never another; 0: never
  std::uint64_t flip_every = 0;   // flips a bit once in so many bytes towards the clients; 0: never

  // Hears of connections, requests, idle times and cuts, in the path's thread.
  std::function<void(std::string_view)> tell = {};
};

struct PathCounts {
  std::uint64_t connections = 0;  // that were ever opened
  std::uint64_t open = 0;
  std::uint64_t requests = 0;   // heads that ended
  std::uint64_t to_server = 0;  // bytes
  std::uint64_t to_client = 0;  // bytes that arrived
  std::uint64_t cuts = 0;
  // Whole round trips in which nothing came to a client that had asked; and with the parts of such.
  std::uint64_t idle_round_trips = 0;
  double idle = 0;
};

class PathProxy {
 public:
  // Throws std::runtime_error when it cannot listen.
  explicit PathProxy(const PathOptions& options);
  ~PathProxy();
  PathProxy(const PathProxy&) = delete;
  PathProxy& operator=(const PathProxy&) = delete;

  std::string address() const;  // ADDRESS:PORT, where the server seems to be
  std::uint16_t port() const;
  PathCounts counts() const;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace fakes
