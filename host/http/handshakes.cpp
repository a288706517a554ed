#include "host/http/handshakes.h"

#include <utility>

namespace swapmeet::http {

Handshakes::Handshakes(std::size_t threads, std::function<void(Step)> tell)
    : most_threads_(threads), tell_(std::move(tell)) {}

Handshakes::~Handshakes() { stop(); }

void Handshakes::post(std::uint64_t connection, Channel& channel) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    waiting_.push_back({connection, &channel});
    if (threads_.size() < most_threads_) threads_.emplace_back([this] { work(); });
  }
  posted_.notify_one();
}

void Handshakes::stop() {
  std::vector<std::thread> threads;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    threads.swap(threads_);
  }
  posted_.notify_all();
  for (auto& thread : threads) thread.join();
}

void Handshakes::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    posted_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    const auto next = waiting_.front();
    waiting_.pop_front();
    lock.unlock();
    tell_({next.connection, next.channel->shake_hands()});
    lock.lock();
  }
}

}  // namespace swapmeet::http
