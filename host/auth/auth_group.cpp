#include "host/auth/auth_group.h"

#include <algorithm>
#include <utility>

#include "host/auth/names.h"
#include "swapmeet/text.h"

namespace swapmeet {
namespace {

using std::chrono::seconds;

constexpr seconds kLogInPatience{10};
constexpr seconds kRecheckPatience{5};
constexpr std::size_t kMostTold = 1000;

Error log_in_first(const std::string& why) {
  return unauthenticated(why +
                         ": log in (POST /api/v1/sessions with account and password) and send the "
                         "token as 'Authorization: Bearer …'");
}

Error wrong_credentials() {
  return unauthenticated("wrong name or password, or the account is disabled");
}

Error nobody_can() {
  return unsupported(
      "nobody can log in here, for no auth plugin of this host has accounts: go on without");
}

// Raised when nobody waits any more.
struct Patience {
  std::shared_ptr<std::atomic<bool>> over = std::make_shared<std::atomic<bool>>(false);
  ~Patience() { over->store(true); }
};

}  // namespace

AuthRules AuthRules::from(const Settings& settings) {
  AuthRules rules;
  const auto& guests = settings.text("guests");
  if (guests == "share") rules.guests = Guests::share;
  if (guests == "read") rules.guests = Guests::read;
  if (guests == "refuse") rules.guests = Guests::refuse;
  rules.session_length = settings.duration("session_length");
  rules.recheck = settings.duration("recheck");
  rules.limits.per_account = static_cast<int>(settings.integer("max_failed_logins"));
  rules.limits.per_address = static_cast<int>(settings.integer("max_failed_logins_per_address"));
  return rules;
}

AuthGroup::AuthGroup(Parts parts, const AuthRules& rules)
    : parts_(std::move(parts)), attempts_(parts_.clock, rules.limits), rules_(rules) {}

Result<std::unique_ptr<AuthGroup>> AuthGroup::open(Parts parts, const AuthRules& rules,
                                                   bool has_accounts) {
  return sqlite::attempt([&]() -> Result<std::unique_ptr<AuthGroup>> {
    std::unique_ptr<AuthGroup> group(new AuthGroup(std::move(parts), rules));
    if (has_accounts)
      group->table_ = std::make_unique<SessionTable>(group->parts_.data, group->parts_.clock);
    return group;
  });
}

Result<void> AuthGroup::set_plugins(const std::vector<Provider>& providers) {
  Calls plugins;
  std::set<std::string> ids;
  for (const auto& provider : providers) {
    plugins.push_back(std::make_shared<PluginCalls>(provider, parts_.clock, parts_.most_calls));
    ids.insert(provider.id);
  }
  if (table_)
    if (auto kept = table_->keep_only(ids); !kept) return kept;
  const std::unique_lock lock(mutex_);
  plugins_ = std::move(plugins);
  return {};
}

void AuthGroup::set_rules(const AuthRules& rules) {
  attempts_.set_limits(rules.limits);
  const std::unique_lock lock(mutex_);
  rules_ = rules;
}

AuthRules AuthGroup::rules() const {
  const std::shared_lock lock(mutex_);
  return rules_;
}

AuthGroup::Calls AuthGroup::plugins() const {
  const std::shared_lock lock(mutex_);
  return plugins_;
}

Result<Identity> AuthGroup::guest() const {
  const auto guests = rules().guests.value_or(table_ ? Guests::refuse : Guests::share);
  if (guests == Guests::refuse) return log_in_first("guests have no access here");
  Identity guest;
  guest.read_only = guests == Guests::read;
  return guest;
}

// Where nobody can log in, a token that an earlier configuration handed out is no reason to turn
// its holder away.
Result<Identity> AuthGroup::identify(std::string_view token) {
  if (token.empty() || !table_) return guest();
  if (auto who = table_->identify(token)) return std::move(*who);
  return log_in_first("the session has ended or run out, or is none of this host");
}

Result<Session> AuthGroup::log_in(const LogIn& wanted) {
  const auto plugins = this->plugins();
  if (!table_ || plugins.empty()) return nobody_can();
  const auto counted = to_lower(wanted.account);
  if (auto allowed = attempts_.begin(counted, wanted.address); !allowed) {
    parts_.log(LogLevel::debug, "log-in refused",
               {{"address", wanted.address}, {"why", allowed.error().message}});
    return std::move(allowed).error();
  }
  if (!is_worth_asking(wanted)) return wrong_credentials();
  const Patience patience;
  auto asked = wanted;
  asked.deadline = Deadline(std::min(wanted.deadline.at(), parts_.clock.steady() + kLogInPatience),
                            patience.over);
  auto session = ask(plugins, asked);
  if (session)
    attempts_.succeeded(counted, wanted.address);
  else if (session.error().code != ErrorCode::unauthenticated)
    attempts_.withdrawn(counted, wanted.address);
  return session;
}

// What was typed is only logged once a plugin knows it: it may be a password in the wrong field.
Result<Session> AuthGroup::ask(const Calls& plugins, const LogIn& wanted) {
  const LogField from{"address", wanted.address};
  const SessionTable::Meanwhile meanwhile(*table_);
  for (std::size_t at = 0; at < plugins.size(); ++at) {
    const LogField by{"plugin", plugins[at]->plugin()};
    auto answer = plugins[at]->check(wanted);
    if (answer && !*answer) continue;
    if (answer) return admit(plugins, at, wanted, **answer, meanwhile);
    if (answer.error().code == ErrorCode::unauthenticated) {
      parts_.log(LogLevel::info, "log-in failed", {{"account", wanted.account}, from, by});
      return wrong_credentials();
    }
    if (answer.error().code != ErrorCode::too_many)
      parts_.log(LogLevel::warning, "cannot log anybody in",
                 {by, from, {"why", answer.error().message}});
    return std::move(answer).error();
  }
  parts_.log(LogLevel::info, "log-in failed", {{"account", "(unknown)"}, from});
  return wrong_credentials();
}

Result<Session> AuthGroup::admit(const Calls& plugins, std::size_t at, const LogIn& wanted,
                                 const Grant& grant, const SessionTable::Meanwhile& meanwhile) {
  const auto& plugin = plugins[at]->plugin();
  if (auto checked = check_grant(grant); !checked) {
    parts_.log(LogLevel::error, "grants what cannot be",
               {{"plugin", plugin}, {"why", checked.error().message}});
    return internal_error(plugin + " has failed; the log of this host says why");
  }
  // Those before it do not know what was typed; it may stand for a name that they do know.
  if (grant.account != wanted.account)
    if (auto refused = refuse_namesake(plugins, at, grant.account, wanted.deadline.at()); !refused)
      return std::move(refused).error();
  auto session = table_->open(plugin, grant, rules().session_length, meanwhile);
  if (session)
    parts_.log(LogLevel::info, "logged in",
               {{"account", grant.account}, {"address", wanted.address}, {"plugin", plugin}});
  return session;
}

// A name is the account of the first plugin that knows it.
Result<void> AuthGroup::refuse_namesake(const Calls& plugins, std::size_t before,
                                        const std::string& account, Instant until) {
  for (std::size_t i = 0; i < before; ++i) {
    const auto found = plugins[i]->current(account, until);
    if (!found && found.error().code == ErrorCode::unsupported) continue;
    if (!found) return found.error();
    if (!*found) continue;
    const auto& plugin = plugins[before]->plugin();
    const std::lock_guard lock(told_mutex_);
    if (told_.size() < kMostTold && told_.emplace(plugin, account).second)
      parts_.log(LogLevel::warning, "an account of two plugins: the first one's counts",
                 {{"account", account}, {"first", plugins[i]->plugin()}, {"second", plugin}});
    return wrong_credentials();
  }
  return {};
}

std::string AuthGroup::owner_of(const Authenticator& whose) const {
  for (const auto& plugin : plugins())
    if (plugin->interface() == static_cast<const void*>(&whose)) return plugin->plugin();
  return {};
}

Result<void> AuthGroup::change(const Authenticator& whose, const Grant& now) {
  const auto plugin = owner_of(whose);
  if (plugin.empty() || !table_) return unavailable("the host has not started yet");
  if (auto checked = check_grant(now); !checked) return checked;
  auto changed = table_->change(plugin, now);
  if (!changed) return std::move(changed).error();
  return {};
}

Result<void> AuthGroup::end(const Authenticator& whose, const std::string& account) {
  const auto plugin = owner_of(whose);
  if (plugin.empty() || !table_) return unavailable("the host has not started yet");
  auto ended = table_->end({plugin, account});
  if (!ended) return std::move(ended).error();
  return {};
}

void AuthGroup::tend() {
  if (!table_) return;
  const std::lock_guard tending(tending_);
  if (auto swept = table_->sweep(); !swept)
    parts_.log(LogLevel::warning, "sessions that have run out stay on the disk",
               {{"why", swept.error().message}});
  const auto now = parts_.clock.steady();
  if (last_round_ && now - *last_round_ < rules().recheck) return;
  last_round_ = now;
  const auto plugins = this->plugins();
  std::set<std::string> away;
  for (const auto& account : table_->accounts()) recheck(plugins, account, away);
}

// The account's own plugin is asked, and those before it, for whom it may have become theirs.
// `away`: those that cannot tell this time.
void AuthGroup::recheck(const Calls& plugins, const AccountKey& account,
                        std::set<std::string>& away) {
  const auto& [id, name] = account;
  for (const auto& plugin : plugins) {
    const bool is_its_own = plugin->plugin() == id;
    if (stopping_ || away.contains(plugin->plugin())) return;
    if (!silent_.contains(plugin->plugin())) {
      const SessionTable::Meanwhile meanwhile(*table_);
      const auto found = plugin->current(name, parts_.clock.steady() + kRecheckPatience);
      if (!found && found.error().code == ErrorCode::unsupported) {
        silent_.insert(plugin->plugin());
      } else if (!found) {
        away.insert(plugin->plugin());
        if (stopping_) return;
        parts_.log(LogLevel::warning, "cannot tell what accounts may do now",
                   {{"plugin", plugin->plugin()}, {"why", found.error().message}});
        return;
      } else if (is_its_own || *found) {
        return learn(account, is_its_own ? *found : std::nullopt, meanwhile);
      }
    }
    if (is_its_own) return;
  }
}

void AuthGroup::learn(const AccountKey& account, const std::optional<Grant>& now,
                      const SessionTable::Meanwhile& meanwhile) {
  const auto& [id, name] = account;
  if (const auto checked = now ? check_grant(*now) : Result<void>(); !checked) {
    parts_.log(LogLevel::error, "grants what cannot be",
               {{"plugin", id}, {"why", checked.error().message}});
    return;
  }
  const auto learned = table_->learn(account, now, meanwhile);
  if (!learned)
    parts_.log(LogLevel::warning, "a change of an account is not kept",
               {{"account", name}, {"why", learned.error().message}});
  if (learned && !*learned) return;
  parts_.log(LogLevel::info, now ? "an account has changed" : "an account has ended",
             {{"account", name}, {"plugin", id}});
  if (parts_.changed)
    parts_.changed(name,
                   now ? std::optional(Identity{name, now->groups, now->roles}) : std::nullopt);
}

void AuthGroup::stop() {
  stopping_ = true;
  for (const auto& plugin : plugins()) plugin->cancel();
}

bool AuthGroup::idle(std::chrono::milliseconds patience) {
  const auto until = parts_.clock.steady() + patience;
  bool idle = true;
  for (const auto& plugin : plugins()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - parts_.clock.steady());
    idle = plugin->idle(std::max(left, std::chrono::milliseconds(0))) && idle;
  }
  return idle;
}

}  // namespace swapmeet
