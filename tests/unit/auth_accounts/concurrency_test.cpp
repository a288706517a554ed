// Everything at once, for the thread sanitizer, and for what must hold whatever the order.
#include <thread>

#include "world.h"

using namespace swapmeet;
using namespace swapmeet::auth_accounts;

TEST_CASE("logging in, asking, changing and removing may all happen at once") {
  World world({.limits = {.per_account = 1'000'000, .per_address = 0}});
  for (const std::string name : {"a", "b", "c"}) world.make(name);
  std::atomic<bool> stop{false};
  std::atomic<int> identified{0};
  const auto token = world.token("a");
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i)
    threads.emplace_back([&] {
      while (!stop) {
        if (world.authority->identify(token)) ++identified;
        static_cast<void>(world.authority->identify(""));
        static_cast<void>(world.authority->list({}));
      }
    });
  threads.emplace_back([&] {
    for (int i = 0; i < 60; ++i) {
      static_cast<void>(world.authority->log_in("b", i % 3 ? "password" : "wrong", "x"));
      static_cast<void>(world.authority->issue_ticket({}));
    }
  });
  threads.emplace_back([&] {
    for (int i = 0; i < 30; ++i) {
      static_cast<void>(world.authority->change("c", {"password" + std::to_string(i), {}, {}, {}}));
      auto policy = world.policy;
      policy.guests = i % 2 ? Guests::read : Guests::refuse;
      policy.cost.passes = 1 + static_cast<unsigned>(i % 2);
      world.authority->set_policy(policy);
    }
  });
  threads.emplace_back([&] {
    for (int i = 0; i < 30; ++i) {
      static_cast<void>(world.authority->create("d", "password"));
      static_cast<void>(world.authority->remove("d"));
    }
  });
  for (std::size_t i = 2; i < threads.size(); ++i) threads[i].join();
  stop = true;
  for (std::size_t i = 0; i < 2; ++i) threads[i].join();
  CHECK(identified > 0);
  CHECK(world.knows(token));
  CHECK(world.authority->size() == 3);
}

TEST_CASE("of many who make one account at once, one does") {
  World world;
  std::atomic<int> made{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&, i] {
      if (world.authority->create("alice", "password" + std::to_string(i))) ++made;
    });
  for (auto& thread : threads) thread.join();
  CHECK(made == 1);
  CHECK(world.authority->size() == 1);
}

TEST_CASE("many at once guess no more often than one after the other") {
  World world({.limits = {.per_account = 3, .per_address = 0}});
  world.make("alice");
  std::atomic<int> tried{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (int j = 0; j < 10; ++j)
        if (code_of(world.log_in("alice", "guess")) == "unauthenticated") ++tried;
    });
  for (auto& thread : threads) thread.join();
  CHECK(tried == 3);
}
