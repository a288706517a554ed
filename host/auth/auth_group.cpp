#include "host/auth/auth_group.h"

#include <algorithm>
#include <utility>

#include "host/auth/names.h"
#include "host/auth/networks.h"
#include "swapmeet/accounts.h"

namespace swapmeet {
namespace {

using std::chrono::seconds;

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

LogInCaller confirming(const std::string& account) {
  LogInCaller caller;
  caller.name = account;
  caller.device = "(the old password)";
  return caller;
}

Error nobody_can() {
  return unsupported(
      "nobody can log in here, for no auth plugin of this host has accounts: go on without");
}

// Who is known waits for nobody but their own; of the others each network has its turn, and one
// name is not guessed at by two at a time.
Turn turn_of(const Attempt& attempt) {
  const auto& caller = attempt.caller;
  if (attempt.standing == Standing::known) return {.rank = 0, .path = {caller.name}};
  Turn turn{.rank = static_cast<std::size_t>(attempt.standing),
            .path = networks_of(caller.address),
            .alone = caller.name};
  turn.path.push_back(caller.name);
  return turn;
}

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
    : parts_(std::move(parts)), rules_(rules) {}

Result<std::unique_ptr<AuthGroup>> AuthGroup::open(Parts parts, const AuthRules& rules,
                                                   bool has_accounts) {
  return sqlite::attempt([&]() -> Result<std::unique_ptr<AuthGroup>> {
    std::unique_ptr<AuthGroup> group(new AuthGroup(std::move(parts), rules));
    auto& [data, clock, log, most_calls, changed] = group->parts_;
    group->table_ = std::make_unique<SessionTable>(data, clock);
    if (!has_accounts) return group;
    group->devices_ = std::make_unique<DeviceBook>(data, clock);
    group->attempts_ = std::make_unique<Attempts>(clock, rules.limits);
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
  if (has_accounts())
    if (auto kept = table_->keep_only(ids); !kept) return kept;
  const std::unique_lock lock(mutex_);
  plugins_ = std::move(plugins);
  return {};
}

void AuthGroup::set_rules(const AuthRules& rules) {
  if (attempts_) attempts_->set_limits(rules.limits);
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
  const auto guests = rules().guests.value_or(has_accounts() ? Guests::refuse : Guests::share);
  if (guests == Guests::refuse) return log_in_first("guests have no access here");
  Identity guest;
  guest.read_only = guests == Guests::read;
  return guest;
}

// Where nobody can log in, a token that an earlier configuration handed out is no reason to turn
// its holder away.
Result<Identity> AuthGroup::identify(std::string_view token) {
  if (token.empty()) return guest();
  if (auto who = table_->identify(token)) return std::move(*who);
  if (!has_accounts()) return guest();
  return log_in_first("the session has ended or run out, or is none of this host");
}

struct AuthGroup::Entering {
  Entering(LogIn who, Visit its_visit, Attempt its_attempt, Calls its_plugins, LoggedIn tell,
           SessionTable& table)
      : wanted(std::move(who)),
        visit(std::move(its_visit)),
        attempt(std::move(its_attempt)),
        plugins(std::move(its_plugins)),
        done(std::move(tell)),
        meanwhile(table) {}

  LogIn wanted;
  Visit visit;
  Attempt attempt;
  Calls plugins;
  LoggedIn done;
  SessionTable::Meanwhile meanwhile;
  std::size_t at = 0;  // the plugin that is asked
};

LogInCaller AuthGroup::caller_of(const LogIn& wanted, const Visit& visit) const {
  LogInCaller caller{folded_account_name(wanted.account), counted_address(wanted.address)};
  caller.device = devices_->device(visit.device, caller.name);
  caller.knows_address = devices_->knows_address(caller.address, caller.name);
  return caller;
}

void AuthGroup::log_in(const LogIn& wanted, const Visit& visit, LoggedIn done) {
  auto plugins = this->plugins();
  if (!has_accounts() || plugins.empty()) return done(nobody_can());
  auto attempt = attempts_->begin(caller_of(wanted, visit));
  if (!attempt) {
    ++refused_;
    parts_.log(LogLevel::debug, "log-in refused",
               {{"address", wanted.address}, {"why", attempt.error().message}});
    return done(std::move(attempt).error());
  }
  if (!is_worth_asking(wanted)) return done(wrong_credentials());
  ask(std::make_shared<Entering>(wanted, visit, std::move(*attempt), std::move(plugins),
                                 std::move(done), *table_));
}

void AuthGroup::ask(const EnteringPtr& who) {
  if (who->at == who->plugins.size()) {
    // What was typed is only logged once a plugin knows it: it may be a password in the wrong
    // field.
    parts_.log(LogLevel::info, "log-in failed",
               {{"account", "(unknown)"}, {"address", who->wanted.address}});
    return end(who, wrong_credentials());
  }
  who->plugins[who->at]->check(
      who->wanted, turn_of(who->attempt),
      [this, who](PluginCalls::Answer answer) { answered(who, std::move(answer)); });
}

void AuthGroup::answered(const EnteringPtr& who, PluginCalls::Answer answer) {
  if (answer && *answer) return end(who, admit(*who, **answer));
  if (answer) {
    ++who->at;
    return ask(who);
  }
  const LogField from{"address", who->wanted.address};
  const LogField by{"plugin", who->plugins[who->at]->plugin()};
  const auto& error = answer.error();
  if (error.code == ErrorCode::unauthenticated) {
    parts_.log(LogLevel::info, "log-in failed", {{"account", who->wanted.account}, from, by});
    return end(who, wrong_credentials());
  }
  if (error.code == ErrorCode::not_allowed)
    parts_.log(LogLevel::info, "log-in refused",
               {{"account", who->wanted.account}, from, by, {"why", error.message}});
  else if (error.code != ErrorCode::too_many)
    parts_.log(LogLevel::warning, "cannot log anybody in", {by, from, {"why", error.message}});
  end(who, error);
}

// Tells whoever waits, and counts.
void AuthGroup::end(const EnteringPtr& who, Result<Session> session) {
  const auto code = session ? ErrorCode::internal : session.error().code;
  if (code == ErrorCode::unauthenticated) ++failed_;
  if (code == ErrorCode::too_many) ++refused_;
  if (session)
    attempts_->succeeded(who->attempt);
  else if (code == ErrorCode::too_many)
    attempts_->put_off(who->attempt);
  else if (code != ErrorCode::unauthenticated)
    attempts_->withdrawn(who->attempt);
  if (session) {
    const auto& caller = who->attempt.caller;
    auto device = devices_->logged_in(who->visit.device, caller.name, caller.address);
    if (device)
      session->device = std::move(*device);
    else
      parts_.log(LogLevel::warning, "a device that has logged in is not remembered",
                 {{"why", device.error().message}});
  }
  who->done(std::move(session));
}

Result<Session> AuthGroup::admit(const Entering& who, const Grant& grant) {
  const auto& plugin = who.plugins[who.at]->plugin();
  if (auto checked = check_grant(grant); !checked) {
    parts_.log(LogLevel::error, "grants what cannot be",
               {{"plugin", plugin}, {"why", checked.error().message}});
    return internal_error(plugin + " has failed; the log of this host says why");
  }
  // Those before it do not know what was typed; it may stand for a name that they do know.
  if (grant.account != who.wanted.account)
    if (auto refused = refuse_namesake(who.plugins, who.at, grant.account,
                                       parts_.clock.steady() + kRecheckPatience);
        !refused)
      return std::move(refused).error();
  auto session = table_->open(plugin, grant, rules().session_length, who.meanwhile,
                              {who.wanted.address, who.visit.agent});
  if (session)
    parts_.log(LogLevel::info, "logged in",
               {{"account", grant.account}, {"address", who.wanted.address}, {"plugin", plugin}});
  return session;
}

// They are counted as one device, which no log-in is.
Result<void> AuthGroup::begin_confirming(const std::string& account) {
  if (!has_accounts()) return nobody_can();
  auto attempt = attempts_->begin(confirming(account));
  if (!attempt) return std::move(attempt).error();
  return {};
}

void AuthGroup::confirmed(const std::string& account) {
  if (has_accounts()) attempts_->succeeded({confirming(account), Standing::known});
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
  if (plugin.empty() || !has_accounts()) return unavailable("the host has not started yet");
  if (auto checked = check_grant(now); !checked) return checked;
  auto changed = table_->change(plugin, now);
  if (!changed) return std::move(changed).error();
  return {};
}

Result<void> AuthGroup::end(const Authenticator& whose, const std::string& account) {
  const auto plugin = owner_of(whose);
  if (plugin.empty() || !has_accounts()) return unavailable("the host has not started yet");
  auto ended = table_->end({plugin, account});
  if (!ended) return std::move(ended).error();
  return {};
}

void AuthGroup::tend() {
  for (const auto& plugin : plugins()) plugin->tend();
  const std::lock_guard tending(tending_);
  if (auto swept = table_->sweep(); !swept)
    parts_.log(LogLevel::warning, "sessions that have run out stay on the disk",
               {{"why", swept.error().message}});
  const auto now = parts_.clock.steady();
  if (last_round_ && now - *last_round_ < rules().recheck) return;
  last_round_ = now;
  const auto plugins = this->plugins();
  std::set<std::string> away;
  if (!has_accounts()) return;
  for (const auto& account : table_->accounts())
    if (account != kOwner) recheck(plugins, account, away);
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

std::size_t AuthGroup::waiting() const {
  std::size_t all = 0;
  for (const auto& plugin : plugins()) all += plugin->waiting();
  return all;
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
