// One connection through a path (path_proxy.h): its two sockets, and what is on its way between
// them. Threads: the one of the path.
#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <deque>
#include <string_view>
#include <vector>

#include "path_rules.h"

namespace fakes {

inline constexpr PathTime kNever = PathTime::max();

// Readiness is told once, when it changes, and holds until a call finds otherwise.
struct PathSocket {
  explicit PathSocket(int descriptor = -1) : fd(descriptor) {}
  ~PathSocket();
  PathSocket(const PathSocket&) = delete;
  PathSocket& operator=(const PathSocket&) = delete;

  const int fd;
  bool readable = false;
  bool writable = false;
};

// One direction of a connection: what was read and has not been written.
class PathWay {
 public:
  // They arrive from `due` - `span` until `due`, and no earlier than what came before.
  void put(std::string_view bytes, PathTime due, PathSpan span = {});
  void end(PathTime due);  // nothing follows
  std::uint64_t bytes() const { return bytes_; }
  bool ended() const { return ended_; }
  PathTime due(const PathSocket& to) const;  // when there is something to write

  enum class Writing { waits, wrote, fails };
  struct Written {
    Writing how = Writing::waits;
    std::uint64_t bytes = 0;
    PathTime begun{};  // to arrive
    PathTime due{};
  };
  // Of what is due by now, the next bytes, at most `most`; and the end, after all of them.
  Written write(PathSocket& to, PathTime now, std::uint64_t most);

 private:
  struct Portion {
    PathTime due;
    PathSpan span;
    std::vector<char> bytes;
    std::size_t sent = 0;
  };
  std::deque<Portion> portions_;
  std::uint64_t bytes_ = 0;
  PathTime last_due_{};
  PathTime ends_ = kNever;
  bool ended_ = false;
};

struct PathConnection {
  // Opens the socket to the server.
  PathConnection(int client_socket, const sockaddr_in& to);

  bool over() const { return broken || cut || (up.ended() && down.ended()); }
  PathTime due(PathTime now) const;  // when there is something to do about it
  // Once the client has all that is on its way to it; otherwise not yet.
  void try_to_cut(bool by_reset);
  void reset() const;  // closing will be so

  PathSocket client;
  PathSocket server;
  PathWay up;
  PathWay down;
  PathTime opened{};  // as the client sees it
  PathLink link;
  RequestHeads heads;
  std::uint64_t left = UINT64_MAX;  // bytes towards the client until it is cut
  bool broken = false;
  bool cut = false;
};

}  // namespace fakes
