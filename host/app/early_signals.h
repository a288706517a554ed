// Takes the signals that come while the host starts, or takes new settings, so that it can be told
// to stop even when a plugin never returns from that. Threads: one of its own, until finish().
#pragma once

#include <csignal>
#include <functional>
#include <thread>

#include "swapmeet/http.h"

namespace swapmeet {

class EarlySignals {
 public:
  // These are blocked in all threads. `stop` is called once, on that thread, at the first of them
  // that is no SIGHUP.
  EarlySignals(const sigset_t& signals, std::function<void()> stop);
  ~EarlySignals();
  EarlySignals(const EarlySignals&) = delete;
  EarlySignals& operator=(const EarlySignals&) = delete;

  struct Taken {
    bool stop = false;
    bool reload = false;
  };
  // What has come. From here on signals are somebody else's.
  Taken finish();

 private:
  void take(const std::function<void()>& stop);

  const http::OpenFile signals_;
  const http::OpenFile finished_;
  Taken taken_;
  std::thread thread_;
};

}  // namespace swapmeet
