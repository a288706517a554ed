#include "swapmeet/testing/auth_contract.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <thread>

#include "auth_checks.h"

namespace swapmeet::testing {
namespace {

// The known one, or one that is made.
KnownAccount somebody(AuthSubject& subject) {
  auto known = subject.known();
  if (!known.account.empty()) return known;
  auto* accounts = subject.accounts();
  if (!accounts)
    FAIL(
        "the suite needs somebody to log in: give auth_plugin() a KnownAccount that the plugin "
        "lets in with these settings (or provide Accounts)");
  known = {.account = "ann",
           .password = "correct horse",
           .groups = {"friends", "music"},
           .roles = {"admin"},
           .remove = [accounts] { REQUIRE(accounts->remove("ann").ok()); }};
  REQUIRE(accounts->create(known.account, known.password, true).ok());
  AccountChange change;
  change.groups = known.groups;
  change.roles = known.roles;
  REQUIRE(accounts->change(known.account, change).ok());
  return known;
}

// A name that nobody has is the next plugin's business.
void check_strangers(AuthSubject& subject) {
  auto& auth = subject.authenticator();
  const auto known = somebody(subject);
  for (const std::string name : {"nobody-has-this-name", "zz"}) {
    const auto answer = ask(auth, name, known.password);
    rule(is_not_mine(answer),
         "check() of a name that the plugin does not know answers nullopt, so that the next auth "
         "plugin is asked; the name was '" +
             name + "'",
         in_words(answer));
  }
  for (const std::string& name :
       {std::string(1024, 'a'), std::string("*"), std::string(":"), known.account + ':',
        known.account + ' ', ' ' + known.account, std::string("../../etc/passwd"),
        std::string("(uid=*)"), std::string("'; --"), std::string("%s%n"), std::string("\n"),
        known.account + '\n', std::string("ä\xc2\xa0")}) {
    const auto answer = ask(auth, name, known.password);
    rule(
        is_not_mine(answer) || is_refused(answer) ||
            (is_granted(answer) && (*answer)->account == known.account),
        "a strange name is not known (nullopt) or refused (unauthenticated), and no outage; it was "
        "'" +
            name + "'",
        in_words(answer));
  }
}

void check_grant_of(const KnownAccount& known, const Answer& answer) {
  if (!rule(is_granted(answer), "check() of '" + known.account + "' with its password is a Grant",
            in_words(answer)))
    return;
  auto grant = **answer;
  auto wanted = known;
  for (auto* names : {&grant.groups, &grant.roles, &wanted.groups, &wanted.roles})
    std::sort(names->begin(), names->end());
  rule(grant.account == known.account && grant.groups == wanted.groups &&
           grant.roles == wanted.roles,
       "the Grant has the account, the groups and the roles that the test says", in_words(answer));
  for (const auto& role : grant.roles)
    rule(role == "admin", "the only role that there is is 'admin'", in_words(answer));
  rule(grant.account != "owner", "'owner' is whoever has the host's api.token, and no account",
       in_words(answer));
}

void check_logging_in(AuthSubject& subject) {
  const auto known = somebody(subject);
  auto& auth = subject.authenticator();
  const auto first = ask(auth, known.account, known.password);
  check_grant_of(known, first);
  std::vector<std::string> wrong = {"wrong",
                                    known.password + 'x',
                                    'x' + known.password,
                                    known.password.substr(0, known.password.size() - 1),
                                    std::string(1024, 'x'),
                                    known.account,
                                    "*",
                                    " "};
  for (const auto& password : wrong) {
    if (password.empty() || password == known.password) continue;
    const auto answer = ask(auth, known.account, password);
    rule(is_refused(answer),
         "a wrong password is `unauthenticated`: no outage, and nothing for the next plugin; it "
         "was '" +
             password.substr(0, 40) + "'",
         in_words(answer));
  }
  check_grant_of(known, ask(auth, known.account, known.password));
  subject.restart();
  const auto later = ask(subject.authenticator(), known.account, known.password);
  check_grant_of(known, later);
  if (is_granted(first) && is_granted(later))
    rule((*first)->version == (*later)->version,
         "the version stays the same over a restart, or else everyone's session ends there",
         "'" + (*first)->version + "', then '" + (*later)->version + "'");
}

// What current() says is what check() grants; and it knows no strangers.
void check_current(AuthSubject& subject) {
  const auto known = somebody(subject);
  auto& auth = subject.authenticator();
  const auto granted = ask(auth, known.account, known.password);
  const auto now = auth.current(known.account);
  if (!now && now.error().code == ErrorCode::unsupported) return;
  rule(is_granted(now), "current() of an account that can log in is a Grant", in_words(now));
  if (is_granted(granted) && is_granted(now))
    rule(**granted == **now,
         "current() grants what check() does, version included: sessions would change, or end",
         in_words(now) + ", where check() was " + in_words(granted));
  const auto stranger = auth.current("nobody-has-this-name");
  rule(is_not_mine(stranger), "current() of a name that the plugin does not know is nullopt",
       in_words(stranger));
  if (!known.remove) return;
  known.remove();
  const auto gone = auth.current(known.account);
  rule(is_not_mine(gone), "current() of an account that was taken away is nullopt", in_words(gone));
  const auto again = ask(auth, known.account, known.password);
  rule(is_not_mine(again) || is_refused(again), "who was taken away does not log in",
       in_words(again));
}

// For a thread of its own, where nobody catches.
Answer ask_guarded(Authenticator& auth, const std::string& account, const std::string& password) {
  try {
    return ask(auth, account, password);
  } catch (...) {
    return internal_error("it threw");
  }
}

// From many threads at once everyone gets their own answer, or is told to come back.
void check_many_at_once(AuthSubject& subject) {
  const auto known = somebody(subject);
  auto& auth = subject.authenticator();
  std::atomic<int> wrong_answers{0};
  std::array<std::thread, 4> threads;
  for (std::size_t i = 0; i < threads.size(); ++i)
    threads[i] = std::thread([&, i] {
      for (int j = 0; j < 3; ++j) {
        const auto answer =
            ask_guarded(auth, known.account, i % 2 ? known.password : known.password + "x");
        const bool is_busy = !answer && (answer.error().code == ErrorCode::too_many ||
                                         answer.error().code == ErrorCode::unavailable);
        const bool is_right =
            i % 2 ? is_granted(answer) && (*answer)->account == known.account : is_refused(answer);
        if (!is_busy && !is_right) ++wrong_answers;
      }
    });
  for (auto& thread : threads) thread.join();
  rule(wrong_answers == 0,
       "check() may be called from several threads at once, and each gets its own answer",
       std::to_string(wrong_answers) + " of 12 were wrong");
}

class AuthPlugin final : public AuthSubject {
 public:
  AuthPlugin(const std::filesystem::path& file, const RawSettings& settings, KnownAccount known)
      : known_(std::move(known)), plugin_(file, settings) {
    plugin_.start();
  }
  Authenticator& authenticator() override { return plugin_.get<Authenticator>(); }
  Accounts* accounts() override { return plugin_.find<Accounts>(); }
  KnownAccount known() override { return known_; }
  FakeSessions& sessions() override { return plugin_.host().sessions(); }
  void advance(std::chrono::milliseconds time) override { plugin_.host().advance(time); }
  void restart() override { plugin_.restart(); }

 private:
  const KnownAccount known_;
  PluginUnderTest plugin_;
};

}  // namespace

std::unique_ptr<AuthSubject> auth_plugin(const std::filesystem::path& file,
                                         const RawSettings& settings, const KnownAccount& known) {
  return std::make_unique<AuthPlugin>(file, settings, known);
}

void auth_contract(const MakeAuth& make) {
  const auto subject = make();
  SECTION("strangers") { check_strangers(*subject); }
  SECTION("logging in") { check_logging_in(*subject); }
  SECTION("what an account may do now") { check_current(*subject); }
  SECTION("many at once") { check_many_at_once(*subject); }
  SECTION("changing accounts") { check_changing_accounts(*subject); }
  SECTION("the list of accounts") { check_account_list(*subject); }
}

}  // namespace swapmeet::testing
