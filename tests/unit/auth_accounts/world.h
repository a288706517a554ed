// An authority in a temporary folder, with a clock that the test turns and the cheapest hashes.
// Threads: the clock may be read by any.
#pragma once

#include <stdlib.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>

#include "auth/accounts/authority.h"
#include "catch.h"
#include "swapmeet/testing/fake_sessions.h"
#include "swapmeet/testing/manual_clock.h"

namespace swapmeet::auth_accounts {

namespace fs = std::filesystem;

struct TemporaryFolder {
  TemporaryFolder() {
    std::string name = (fs::temp_directory_path() / "swapmeet-accounts-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
    path = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  fs::path path;
};

// Argon2id at libsodium's minimum.
inline PasswordCost cheapest() { return {.memory = 8192, .passes = 1, .slots = 4}; }

struct World {
  World() { open(); }
  explicit World(const Policy& wanted) : policy(wanted) {
    policy.cost = cheapest();
    open();
  }

  void open() {
    authority.reset();
    auto opened = Authority::open(
        folder.path, clock, policy, &sessions,
        [this](LogLevel, std::string_view message, std::initializer_list<LogField> fields) {
          const std::lock_guard lock(mutex);
          log += message;
          for (const auto& field : fields)
            (log += ' ') += std::string(field.key) + '=' + field.value;
          log += '\n';
        });
    REQUIRE(opened.ok());
    authority = std::move(*opened);
  }
  void make(const std::string& name, const std::string& password = "password") const {
    REQUIRE(authority->create(name, password, true).ok());
  }
  Result<std::optional<Grant>> check(const std::string& name,
                                     const std::string& password = "password") const {
    return authority->check(
        {.account = name, .password = password, .address = "192.0.2.1", .deadline = Deadline()});
  }
  Grant grant(const std::string& name, const std::string& password = "password") const {
    const auto checked = check(name, password);
    REQUIRE((checked.ok() && checked->has_value()));
    return **checked;
  }

  TemporaryFolder folder;
  testing::ManualClock clock;
  testing::FakeSessions sessions;
  Policy policy{.cost = cheapest()};
  std::mutex mutex;
  std::string log;
  std::unique_ptr<Authority> authority;
};

template <class T>
std::string code_of(const Result<T>& result) {
  return result ? "ok" : std::string(name_of(result.error().code));
}

}  // namespace swapmeet::auth_accounts
