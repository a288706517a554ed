#include "host/http/mailbox.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <utility>

namespace swapmeet::http {

Mailbox::Mailbox() : event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

template <class Leave>
void Mailbox::add(Leave leave) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = mail_.empty();
    leave();
  }
  if (first) wake();
}

void Mailbox::leave(Answer answer) {
  add([&] { mail_.answers.push_back(std::move(answer)); });
}

void Mailbox::leave(Handshakes::Step handshake) {
  add([&] { mail_.handshakes.push_back(handshake); });
}

void Mailbox::kick(std::uint64_t connection) {
  add([&] { mail_.kicked.push_back(connection); });
}

void Mailbox::set_limits(const ListenOptions& limits) {
  add([&] { mail_.limits = limits; });
}

void Mailbox::wake() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto n = ::write(event_.descriptor(), &one, sizeof one);
}

Mailbox::Mail Mailbox::take() {
  // Before the mail: what is left after it wakes again.
  std::uint64_t count = 0;
  [[maybe_unused]] const auto n = ::read(event_.descriptor(), &count, sizeof count);
  const std::lock_guard lock(mutex_);
  return std::exchange(mail_, {});
}

}  // namespace swapmeet::http
