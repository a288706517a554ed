// Who is to be woken when the feed has something new (ChangeFeed::on_advance).
// Thread-safe; a registration that goes waits for a call that is running.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include "swapmeet/registration.h"

namespace swapmeet::registry_sqlite {

class Wakers {
 public:
  // `waker` must not wait, and must not end a registration of this. The registration may outlive
  // this.
  Registration add(std::function<void()> waker);
  void wake() const;

 private:
  struct State {
    std::mutex mutex;  // held while wakers are called
    std::map<int, std::function<void()>> wakers;
    int next = 0;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace swapmeet::registry_sqlite
