// An HTTP client that costs next to nothing, so that a machine's cores are left to the host that is
// measured: one connection that stays, one request at a time, answers with a Content-Length.
// Threads: one object, one thread.
#pragma once

#include <string>
#include <string_view>

namespace swapmeet::bench {

class PlainClient {
 public:
  // To a port of 127.0.0.1; `from` is the address of this machine that it comes from.
  explicit PlainClient(int port, std::string from = "127.0.0.1");
  ~PlainClient();
  PlainClient(const PlainClient&) = delete;
  PlainClient& operator=(const PlainClient&) = delete;

  // The status, or 0: no whole answer came. `fields`: lines that each end with "\r\n". body() is
  // good until the next request.
  int request(std::string_view method, std::string_view target, std::string_view fields = {},
              std::string_view body = {});
  std::string_view body() const { return body_; }

 private:
  bool connect();
  void close();
  bool send_all(std::string_view bytes);
  int receive();

  const int port_;
  const std::string from_;
  int socket_ = -1;
  std::string request_;
  std::string answer_;
  std::string_view body_;
};

}  // namespace swapmeet::bench
