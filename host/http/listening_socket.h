// The socket that a front listens on. When the process has no descriptor left for a connection, it
// is accepted with one kept in reserve and told so, instead of knocking for ever.
// Threads: one thread's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "swapmeet/http.h"
#include "swapmeet/result.h"

namespace swapmeet::http {

struct Accepted {
  int socket = -1;
  std::string address;  // IP, as text, or kLocalAddress
  std::uint16_t port = 0;
};

class ListeningSocket {
 public:
  // `unavailable`: the address is taken or not this machine's.
  static Result<ListeningSocket> open(const HostPort& address);
  static constexpr std::size_t kLongestPath = 107;  // bytes, of a local socket
  // A Unix socket at that path, for this user alone; one that was left there is replaced, and
  // close() removes it. `invalid_argument`: the path is longer than such sockets' may be.
  static Result<ListeningSocket> open_local(const std::filesystem::path& path);
  ListeningSocket(ListeningSocket&& other) noexcept;
  ListeningSocket& operator=(ListeningSocket&&) = delete;
  ~ListeningSocket();

  enum class Outcome { accepted, nobody, turned_away, out_of_files };
  // out_of_files: not even the reserve helped; wait a moment before the next try.
  Outcome accept(Accepted& accepted);
  // Nobody is let in any more.
  void close();
  int descriptor() const { return socket_; }
  std::uint16_t port() const;

 private:
  explicit ListeningSocket(int socket, std::filesystem::path local = {});
  // With the last descriptor: tells who waits first that there is none.
  Outcome turn_away();

  int socket_;
  int reserve_;
  std::filesystem::path local_;
};

// What a client is told that finds no place here.
void say_full(int socket);

}  // namespace swapmeet::http
