// Everything at once, for the thread sanitizer, and for what must hold whatever the order.
#include <thread>

#include "world.h"

using namespace swapmeet;
using namespace swapmeet::auth_accounts;

TEST_CASE("checking, asking, changing and removing may all happen at once") {
  World world;
  for (const std::string name : {"a", "b", "c"}) world.make(name);
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i)
    threads.emplace_back([&] {
      while (!stop) {
        static_cast<void>(world.authority->current("c"));
        static_cast<void>(world.authority->list({}));
      }
    });
  threads.emplace_back([&] {
    for (int i = 0; i < 60; ++i) static_cast<void>(world.check("b", i % 3 ? "password" : "wrong"));
  });
  threads.emplace_back([&] {
    for (int i = 0; i < 30; ++i) {
      static_cast<void>(world.authority->change("c", {"password" + std::to_string(i), {}, {}, {}}));
      auto policy = world.policy;
      policy.cost.passes = 1 + static_cast<unsigned>(i % 2);
      world.authority->set_policy(policy);
    }
  });
  threads.emplace_back([&] {
    for (int i = 0; i < 30; ++i) {
      static_cast<void>(world.authority->create("d", "password", true));
      static_cast<void>(world.authority->remove("d"));
    }
  });
  for (std::size_t i = 2; i < threads.size(); ++i) threads[i].join();
  stop = true;
  for (std::size_t i = 0; i < 2; ++i) threads[i].join();
  CHECK(world.authority->size() == 3);
  // Whoever changed it last, the sessions were told the account as it is.
  CHECK(world.sessions.take_changes().back() == *world.authority->current("c"));
}

TEST_CASE("of many who make one account at once, one does") {
  World world;
  std::atomic<int> made{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&, i] {
      if (world.authority->create("alice", "password" + std::to_string(i), true)) ++made;
    });
  for (auto& thread : threads) thread.join();
  CHECK(made == 1);
  CHECK(world.authority->size() == 1);
}
