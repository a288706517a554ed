#include "tests/fuzz/answering_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

namespace swapmeet::fuzz {

AnsweringServer::AnsweringServer() : listening_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listening_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(listening_, 16) != 0 ||
      ::getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    std::abort();
  url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  thread_ = std::thread([this] { work(); });
}

AnsweringServer::~AnsweringServer() {
  ::shutdown(listening_, SHUT_RDWR);
  thread_.join();
  ::close(listening_);
}

void AnsweringServer::answer_with(std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  bytes_ = bytes;
}

void AnsweringServer::work() {
  for (int connection = 0; (connection = ::accept(listening_, nullptr, nullptr)) >= 0;) {
    answer(connection);
    ::close(connection);
  }
}

// All of it at once, when something was asked; then what the client still sends is read to its end,
// for a reset could overtake the answer.
void AnsweringServer::answer(int connection) {
  char asked[4096];
  if (::recv(connection, asked, sizeof asked, 0) <= 0) return;
  std::string bytes;
  {
    const std::lock_guard lock(mutex_);
    bytes = bytes_;
  }
  ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  ::shutdown(connection, SHUT_WR);
  while (::recv(connection, asked, sizeof asked, 0) > 0) {
  }
}

}  // namespace swapmeet::fuzz
