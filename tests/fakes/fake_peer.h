// A peer that has many contents: counts what is fetched from it and how many requests were on their
// way together, and misbehaves for single contents on demand. Speaks HTTP on a free port of
// 127.0.0.1, plain or over TLS, and answers in the order of the requests.
// Threads: one accepts, one a connection; all methods are thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "swapmeet/id.h"

namespace fakes {

class FakePeer {
 public:
  enum class Answer {
    right,
    missing,      // 404
    wrong_bytes,  // one bit of the last byte
    other_size,   // one byte less than the content has
    in_trouble,   // 500
    full,         // 503: in a second, and the third in the queue
    not_for_all,  // 404 without the right ticket
    cut,          // half of it, and the connection ends
  };

  FakePeer();
  ~FakePeer();

  swapmeet::ContentId add(std::string file);
  void answers(const swapmeet::ContentId& content, Answer how);
  void answers_all(Answer how);
  void takes_ticket(const std::string& ticket);
  // From now on over TLS and no other way; the fingerprint of its key. Before the first connection.
  std::string speak_tls();
  // Answers so many requests, and no more until it is told again or released.
  void hold_at(std::uint64_t requests);
  void release();
  // Each connection ends after so many answers; 0: never.
  void close_after(std::uint64_t answers);

  std::uint16_t port() const;
  std::string url() const;         // "http://127.0.0.1:port"
  std::uint64_t requests() const;  // that have come
  std::uint64_t requests(const swapmeet::ContentId& content) const;
  std::uint64_t connections() const;    // that there were
  std::uint64_t most_together() const;  // requests of one connection, unanswered
  bool is_busy() const;                 // it has something to answer and is not held
  // Until so many requests have come; false after a minute.
  bool wait_until_asked(std::uint64_t requests) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fakes
