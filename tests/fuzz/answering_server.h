// A server on the loopback whose answer to everything is the same bytes, and then the end: what a
// hostile host sends to a client. One for all runs of a target.
// Threads: answer_with() by the one that asks; it has a thread of its own.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace swapmeet::fuzz {

class AnsweringServer {
 public:
  AnsweringServer();
  ~AnsweringServer();
  AnsweringServer(const AnsweringServer&) = delete;
  AnsweringServer& operator=(const AnsweringServer&) = delete;

  const std::string& url() const { return url_; }
  void answer_with(std::string_view bytes);

 private:
  void work();
  void answer(int connection);

  int listening_;
  std::string url_;
  std::mutex mutex_;
  std::string bytes_;
  std::thread thread_;
};

}  // namespace swapmeet::fuzz
