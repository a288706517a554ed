// The watches that were asked for over the API. Each has an id that nobody can guess, which is all
// that it takes to hear what it finds; one that nobody listens to ends after a while.
// Threads: thread-safe.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>

#include "host/app/event_bus.h"
#include "swapmeet/watch.h"

namespace swapmeet {

class WatchList {
 public:
  struct Limits {
    std::size_t all = 20'000;
    std::size_t of_one = 100;  // asker
    std::chrono::steady_clock::duration unheard = std::chrono::minutes(10);
  };
  WatchList(Watches& watches, EventBus& events, Limits limits);
  WatchList(Watches& watches, EventBus& events) : WatchList(watches, events, Limits()) {}
  WatchList(const WatchList&) = delete;
  WatchList& operator=(const WatchList&) = delete;

  // The id. What is found is published as events "match". `asker`: whose limit it counts to.
  // Errors as of Watches::watch.
  Result<std::string> add(const WatchRequest& request, const std::string& asker);
  // Somebody listens: it lasts on. False: there is none, or no longer.
  bool keep(const std::string& id);
  bool remove(const std::string& id);

 private:
  struct Entry {
    std::string asker;
    std::chrono::steady_clock::time_point until;
    Registration registration;
  };
  using Entries = std::map<std::string, Entry>;
  Entries take_unheard();  // with mutex_ held

  Watches& watches_;
  EventBus& events_;
  const Limits limits_;
  std::mutex mutex_;
  Entries entries_;
};

}  // namespace swapmeet
