#include "search/memory/turns.h"

#include <thread>
#include <vector>

#include "catch.h"

using swapmeet::search_memory::Turns;

TEST_CASE("A turn goes to those who wait in the order in which they came") {
  Turns turns;
  std::vector<int> order;  // under turns
  std::vector<std::thread> threads;
  turns.lock();
  CHECK(turns.size() == 1);
  for (int i = 0; i < 5; ++i) {
    threads.emplace_back([&, i] {
      turns.lock();
      order.push_back(i);
      turns.unlock();
    });
    while (turns.size() < static_cast<std::uint32_t>(i) + 2) std::this_thread::yield();
  }
  CHECK(order.empty());
  turns.unlock();
  for (auto& thread : threads) thread.join();
  CHECK(order == std::vector<int>{0, 1, 2, 3, 4});
  CHECK(turns.size() == 0);
}

TEST_CASE("Who comes back at once waits behind those who are there") {
  Turns turns;
  bool other = false;
  turns.lock();
  std::thread waiting([&] {
    turns.lock();
    other = true;
    turns.unlock();
  });
  while (turns.size() < 2) std::this_thread::yield();
  turns.unlock();
  turns.lock();
  CHECK(other);
  turns.unlock();
  waiting.join();
}
