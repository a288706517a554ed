#include "bench/search/plain_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <utility>

namespace swapmeet::bench {
namespace {

// Field names as this project's host writes them.
std::size_t content_length(std::string_view head) {
  constexpr std::string_view kField = "Content-Length: ";
  const auto at = head.find(kField);
  std::size_t length = 0;
  if (at != std::string_view::npos)
    std::from_chars(head.data() + at + kField.size(), head.data() + head.size(), length);
  return length;
}

}  // namespace

PlainClient::PlainClient(int port, std::string from) : port_(port), from_(std::move(from)) {}
PlainClient::~PlainClient() { close(); }

void PlainClient::close() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
}

bool PlainClient::connect() {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in own{};
  own.sin_family = AF_INET;
  ::inet_pton(AF_INET, from_.c_str(), &own.sin_addr);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port_));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int yes = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (::bind(socket_, reinterpret_cast<const sockaddr*>(&own), sizeof own) == 0 &&
      ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
    return true;
  close();
  return false;
}

bool PlainClient::send_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

int PlainClient::receive() {
  std::size_t have = 0;
  std::size_t wanted = 0;  // of head and body; 0: the head is not whole yet
  std::size_t head = 0;
  answer_.resize(std::max<std::size_t>(answer_.size(), 64 << 10));
  while (wanted == 0 || have < wanted) {
    if (have == answer_.size()) answer_.resize(2 * have);
    const auto got = ::recv(socket_, answer_.data() + have, answer_.size() - have, 0);
    if (got <= 0) return 0;
    have += static_cast<std::size_t>(got);
    const auto end = wanted == 0 ? std::string_view(answer_).substr(0, have).find("\r\n\r\n")
                                 : std::string_view::npos;
    if (end == std::string_view::npos) continue;
    head = end + 4;
    wanted = head + content_length(std::string_view(answer_).substr(0, head));
  }
  body_ = std::string_view(answer_).substr(head, wanted - head);
  return std::atoi(answer_.c_str() + sizeof("HTTP/1.1"));
}

int PlainClient::request(std::string_view method, std::string_view target, std::string_view fields,
                         std::string_view body) {
  body_ = {};
  if (socket_ < 0 && !connect()) return 0;
  request_.assign(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: 127.0.0.1:");
  request_.append(std::to_string(port_)).append("\r\n").append(fields);
  if (!body.empty()) request_.append("Content-Length: ").append(std::to_string(body.size()));
  request_.append(body.empty() ? "\r\n" : "\r\n\r\n").append(body);
  const int status = send_all(request_) ? receive() : 0;
  if (status == 0) close();
  return status;
}

}  // namespace swapmeet::bench
