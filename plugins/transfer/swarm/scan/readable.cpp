#include "transfer/swarm/scan/readable.h"

#include <poll.h>
#include <sys/eventfd.h>

#include <utility>

namespace swapmeet::transfer_swarm {

Readable::Readable(int descriptor, std::function<void()> ready)
    : descriptor_(descriptor),
      ready_(std::move(ready)),
      bell_(eventfd(0, EFD_CLOEXEC)),
      thread_([this] { run(); }) {}

Readable::~Readable() {
  stopping_ = true;
  again();
  thread_.join();
}

void Readable::again() { static_cast<void>(eventfd_write(bell_.descriptor(), 1)); }

void Readable::run() {
  while (!stopping_) {  // asked anew after each ring, which may have been the last
    pollfd watched[] = {{bell_.descriptor(), POLLIN, 0}, {descriptor_, POLLIN, 0}};
    poll(watched, 2, -1);
    if (stopping_) return;
    if (watched[1].revents == 0) continue;
    ready_();
    eventfd_t rings = 0;
    static_cast<void>(eventfd_read(bell_.descriptor(), &rings));
  }
}

}  // namespace swapmeet::transfer_swarm
