// All auth plugins of a host as one: asks them in order who somebody is, and keeps what they need
// not keep: sessions, pauses after failed log-ins, and what guests may do.
// Threads: thread-safe; identify() waits for no plugin and no disk.
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <vector>

#include "host/auth/attempts.h"
#include "host/auth/auth.h"
#include "host/auth/device_book.h"
#include "host/auth/plugin_calls.h"
#include "host/auth/session_table.h"
#include "swapmeet/host.h"
#include "swapmeet/settings.h"

namespace swapmeet {

// What whoever has not logged in may do: nothing, search and browse, or register a peer as well.
enum class Guests : std::uint8_t { refuse, read, share };

struct AuthRules {
  std::optional<Guests> guests = {};  // nullopt: share where nobody can log in, else refuse
  std::chrono::milliseconds session_length = std::chrono::hours(24 * 7);
  std::chrono::milliseconds recheck = std::chrono::seconds(30);
  AttemptLimits limits{};

  static AuthRules from(const Settings& settings);  // the host's own keys of [auth]
};

class AuthGroup final : public Auth, public Sessions {
 public:
  struct Parts {
    std::filesystem::path data;
    Clock& clock;
    Log log;
    // Log-ins that one plugin may look at at once.
    std::size_t most_calls = 2;
    // A plugin was found to let an account do something else; nullopt: nothing any more.
    std::function<void(const std::string& account, const std::optional<Identity>& now)> changed =
        {};
  };
  // `has_accounts`: a plugin is an Authenticator.
  static Result<std::unique_ptr<AuthGroup>> open(Parts parts, const AuthRules& rules,
                                                 bool has_accounts);

  // Those that are asked, in that order, once they have started. Sessions of others end.
  Result<void> set_plugins(const std::vector<Provider>& providers);
  void set_rules(const AuthRules& rules);

  bool has_accounts() const override { return attempts_ != nullptr; }
  Result<Identity> identify(std::string_view token) override;
  std::optional<Scopes> scopes(std::string_view token) override { return table_->scopes(token); }
  void log_in(const LogIn& wanted, const Visit& visit, LoggedIn done) override;
  Result<void> begin_confirming(const std::string& account) override;
  void confirmed(const std::string& account) override;
  SessionTable& table() override { return *table_; }

  // Of a plugin's own accounts. `unavailable` until set_plugins().
  Result<void> change(const Authenticator& whose, const Grant& now) override;
  Result<void> end(const Authenticator& whose, const std::string& account) override;

  // To be called every second or so: takes away what has run out, and asks the plugins, every
  // `recheck`, what those who have sessions may do now. May take as long as the plugins do.
  void tend();
  // Whoever waits for a plugin waits no more.
  void stop();
  // Waits so long for the calls that are under way. False: one hangs in a plugin, and uses it.
  bool idle(std::chrono::milliseconds patience);
  std::size_t waiting() const;                        // log-ins that wait for their turn
  std::uint64_t failed() const { return failed_; }    // log-ins with a wrong name or password
  std::uint64_t refused() const { return refused_; }  // that were not looked at
  std::size_t sessions() const { return table_->size(); }

 private:
  using Calls = std::vector<std::shared_ptr<PluginCalls>>;

  AuthGroup(Parts parts, const AuthRules& rules);
  AuthRules rules() const;
  Calls plugins() const;
  Result<Identity> guest() const;
  // Somebody who wants to be logged in, on the way through the plugins.
  struct Entering;
  using EnteringPtr = std::shared_ptr<Entering>;
  LogInCaller caller_of(const LogIn& wanted, const Visit& visit) const;
  void ask(const EnteringPtr& who);
  void answered(const EnteringPtr& who, PluginCalls::Answer answer);
  void end(const EnteringPtr& who, Result<Session> session);
  Result<Session> admit(const Entering& who, const Grant& grant);
  Result<void> refuse_namesake(const Calls& plugins, std::size_t before, const std::string& account,
                               Instant until);
  void recheck(const Calls& plugins, const AccountKey& account, std::set<std::string>& away);
  void learn(const AccountKey& account, const std::optional<Grant>& now,
             const SessionTable::Meanwhile& meanwhile);
  std::string owner_of(const Authenticator& whose) const;

  const Parts parts_;
  std::unique_ptr<Attempts> attempts_;  // nullptr, as the next: nobody can log in
  std::unique_ptr<DeviceBook> devices_;
  std::unique_ptr<SessionTable> table_;
  mutable std::shared_mutex mutex_;  // guards what follows
  AuthRules rules_;
  Calls plugins_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint64_t> failed_{0};
  std::atomic<std::uint64_t> refused_{0};
  std::mutex tending_;  // guards what follows
  std::optional<Instant> last_round_;
  std::set<std::string> silent_;  // plugins that do not say what an account may do now
  std::mutex told_mutex_;         // guards the next
  std::set<AccountKey> told_;     // accounts of two plugins that the log has named
};

}  // namespace swapmeet
