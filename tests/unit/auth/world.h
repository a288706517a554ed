// An AuthGroup over plugins that the test makes, in a temporary folder, with a clock that the test
// turns. Threads: the clock and the log may be used by any.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "catch.h"
#include "host/auth/auth_group.h"
#include "swapmeet/testing/manual_clock.h"
#include "swapmeet/testing/temporary_folder.h"

namespace swapmeet::testing {

// An auth plugin that knows the names that the test tells it.
class FakePlugin : public Authenticator {
 public:
  struct Known {
    std::string password;
    Grant grant;
  };

  Result<std::optional<Grant>> check(const LogIn& wanted) override {
    std::unique_lock lock(mutex_);
    ++checked;
    names_.push_back(wanted.account);
    seen = wanted;
    came_.notify_all();
    open_.wait(lock, [this] { return !blocked_; });
    if (away) return *away;
    const auto found = accounts.find(wanted.account);
    if (found == accounts.end()) return std::optional<Grant>();
    if (found->second.password != wanted.password) return unauthenticated("wrong");
    return std::optional(found->second.grant);
  }
  Result<std::optional<Grant>> current(const std::string& account) override {
    const std::lock_guard lock(mutex_);
    ++asked;
    if (!tells_current) return unsupported("no");
    if (away) return *away;
    for (const auto& [name, known] : accounts)
      if (known.grant.account == account) return std::optional(known.grant);
    return std::optional<Grant>();
  }

  void know(const std::string& name, const std::string& password = "right") {
    const std::lock_guard lock(mutex_);
    accounts[name] = {password, {.account = name}};
  }
  void block() {
    const std::lock_guard lock(mutex_);
    blocked_ = true;
  }
  void unblock() {
    const std::lock_guard lock(mutex_);
    blocked_ = false;
    open_.notify_all();
  }
  // Until so many have come to check().
  void await_checks(int count) {
    std::unique_lock lock(mutex_);
    came_.wait(lock, [&] { return checked >= count; });
  }

  // How many were checked before this one.
  std::size_t checked_before(const std::string& name) {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::find(names_.begin(), names_.end(), name) - names_.begin());
  }

  // Of the test, when no other thread is at work.
  std::map<std::string, Known> accounts;
  std::optional<Error> away;
  bool tells_current = true;
  int checked = 0;
  int asked = 0;
  LogIn seen;

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::condition_variable open_;
  bool blocked_ = false;
  std::vector<std::string> names_;  // in the order of being checked
};

struct World {
  explicit World(AuthRules wanted = {}) : rules(wanted) { open(); }
  ~World() {
    for (auto* plugin : {&first, &second}) plugin->unblock();
    if (group) CHECK(group->idle(std::chrono::hours(1)));
  }

  // As a host that starts over the same data. `order`: the plugins of its configuration.
  void open(std::vector<std::string> order = {"auth.first", "auth.second"}) {
    if (group) group->idle(std::chrono::hours(1));
    group.reset();
    auto opened = AuthGroup::open(
        {.data = folder.path,
         .clock = clock,
         .log =
             [this](LogLevel, std::string_view message, std::initializer_list<LogField> fields) {
               const std::lock_guard lock(mutex);
               log += message;
               for (const auto& field : fields)
                 (log += ' ') += std::string(field.key) + '=' + field.value;
               log += '\n';
             },
         .most_calls = 2,
         .changed =
             [this](const std::string& account, const std::optional<Identity>& now) {
               changed.emplace_back(account, now);
             }},
        rules, !order.empty());
    REQUIRE(opened.ok());
    group = std::move(*opened);
    std::vector<Provider> providers;
    for (const auto& id : order) {
      auto& plugin = id == "auth.first" ? first : second;
      auto& gate = id == "auth.first" ? first_gate : second_gate;
      providers.push_back({id, static_cast<void*>(static_cast<Authenticator*>(&plugin)), &gate});
    }
    REQUIRE(group->set_plugins(providers).ok());
  }

  Result<Session> log_in(const std::string& name, const std::string& password = "right",
                         const std::string& address = "192.0.2.1",
                         const std::string& device = {}) const {
    return start(name, password, address, device).get();
  }
  // Goes on without the answer.
  std::future<Result<Session>> start(const std::string& name, const std::string& password = "right",
                                     const std::string& address = "192.0.2.1",
                                     const std::string& device = {}) const {
    auto promise = std::make_shared<std::promise<Result<Session>>>();
    group->log_in(
        {.account = name, .password = password, .address = address, .deadline = Deadline()},
        {.device = device, .agent = "a test"},
        [promise](Result<Session> session) { promise->set_value(std::move(session)); });
    return promise->get_future();
  }
  std::string token(const std::string& name) const {
    auto session = log_in(name);
    INFO((session ? "" : session.error().message));
    REQUIRE(session.ok());
    return session->token;
  }
  std::string who(const std::string& token) const {
    const auto identity = group->identify(token);
    return identity ? identity->account : std::string(name_of(identity.error().code));
  }
  // As the host does, once it is time to.
  void recheck() {
    clock.advance(rules.recheck);
    group->tend();
  }
  bool logged(const std::string& text) {
    const std::lock_guard lock(mutex);
    return log.find(text) != std::string::npos;
  }

  TemporaryFolder folder;
  ManualClock clock;
  AuthRules rules;
  FakePlugin first;
  FakePlugin second;
  std::vector<std::string> threw;
  Gate first_gate{"auth.first", [this](auto, auto what) { threw.emplace_back(what); }};
  Gate second_gate{"auth.second", [this](auto, auto what) { threw.emplace_back(what); }};
  std::mutex mutex;
  std::string log;
  std::vector<std::pair<std::string, std::optional<Identity>>> changed;
  std::unique_ptr<AuthGroup> group;
};

template <class T>
std::string code_of(const Result<T>& result) {
  return result ? "ok" : std::string(name_of(result.error().code));
}

}  // namespace swapmeet::testing
