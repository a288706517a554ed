// The part of the auth suite for plugins that administer accounts.
#include <algorithm>
#include <set>

#include "auth_checks.h"
#include "is_error.h"

namespace swapmeet::testing {
namespace {

const std::string kPassword = "correct horse";

std::string version_of(Authenticator& auth, const std::string& password = kPassword) {
  const auto answer = ask(auth, "ann", password);
  if (!rule(is_granted(answer), "'ann' logs in with her password", in_words(answer))) return {};
  return (*answer)->version;
}

// The host is told at once, in the words of the account as it is now.
void was_told(AuthSubject& subject, const Grant& now, const std::string& of_what) {
  const auto changes = subject.sessions().take_changes();
  rule(!changes.empty() && changes.back() == now,
       "Sessions::change() is told of " + of_what + ", with the Grant as it is now",
       changes.empty() ? "nothing was told" : in_words(Answer(std::optional(changes.back()))));
}

void was_ended(AuthSubject& subject, const std::string& why) {
  const auto ended = subject.sessions().take_ended();
  rule(std::find(ended.begin(), ended.end(), "ann") != ended.end(),
       "Sessions::end() is told when an account " + why, "nothing was told");
}

}  // namespace

// What is changed of an account counts at once, for log-ins and for those who have a session.
void check_changing_accounts(AuthSubject& subject) {
  auto* accounts = subject.accounts();
  if (!accounts) return;
  auto& auth = subject.authenticator();
  REQUIRE(accounts->create("ann", kPassword, true).ok());
  const auto version = version_of(auth);
  AccountChange change;
  change.groups = {"staff", "music"};
  change.roles = {"admin"};
  REQUIRE(accounts->change("ann", change).ok());
  CHECK(accounts->get("ann")->groups == *change.groups);
  was_told(subject,
           {.account = "ann", .groups = *change.groups, .roles = *change.roles, .version = version},
           "other groups and roles");
  // What is not set stays.
  REQUIRE(
      accounts->change("ann", {.password = {}, .groups = {}, .roles = {{}}, .disabled = {}}).ok());
  CHECK(accounts->get("ann")->groups == *change.groups);
  was_told(subject, {.account = "ann", .groups = *change.groups, .roles = {}, .version = version},
           "a role less");
  // Another password is another version; disabling ends, and nobody logs in until it is enabled.
  AccountChange password;
  password.password = "another horse";
  REQUIRE(accounts->change("ann", password).ok());
  rule(is_refused(ask(auth, "ann", kPassword)), "the old password is refused");
  const auto second = version_of(auth, "another horse");
  rule(second != version, "another password is another version, so that older sessions end");
  was_told(subject, {.account = "ann", .groups = *change.groups, .roles = {}, .version = second},
           "another password");
  AccountChange disabled;
  disabled.disabled = true;
  REQUIRE(accounts->change("ann", disabled).ok());
  CHECK(accounts->get("ann")->disabled);
  was_ended(subject, "is disabled");
  auto answer = ask(auth, "ann", "another horse");
  rule(is_refused(answer), "a disabled account is refused, and is nobody else's", in_words(answer));
  answer = auth.current("ann");
  rule(is_not_mine(answer), "current() of a disabled account is nullopt", in_words(answer));
  disabled.disabled = false;
  REQUIRE(accounts->change("ann", disabled).ok());
  const auto third = version_of(auth, "another horse");
  rule(third != second, "sessions from before it was disabled stay ended: another version");
  // Removed is gone; an account that is made anew under the name is somebody else's.
  REQUIRE(accounts->remove("ann").ok());
  was_ended(subject, "is removed");
  answer = ask(auth, "ann", "another horse");
  rule(is_not_mine(answer), "a removed account is not known", in_words(answer));
  CHECK(is_error(accounts->get("ann"), ErrorCode::not_found));
  CHECK(is_error(accounts->remove("ann"), ErrorCode::not_found));
  CHECK(is_error(accounts->change("ann", password), ErrorCode::not_found));
  REQUIRE(accounts->create("ann", "another horse", true).ok());
  rule(version_of(auth, "another horse") != third,
       "an account that is made anew has another version: its namesake's sessions are not its own");
}

void check_account_list(AuthSubject& subject) {
  auto* accounts = subject.accounts();
  if (!accounts) return;
  // Names of 1 to 64 of a-z 0-9 . _ -, beginning with a letter or digit; passwords of 8 characters.
  for (const std::string& name :
       {std::string(), std::string("  "), std::string("a b"), std::string("-ann"),
        std::string(".ann"), std::string("änn"), std::string("an\nn"), std::string(65, 'a')}) {
    INFO("name '" << name << "'");
    CHECK(is_error(accounts->create(name, kPassword, true), ErrorCode::invalid_argument));
  }
  CHECK(is_error(accounts->create("ann", "1234567", true), ErrorCode::invalid_argument));
  CHECK(is_error(accounts->get("ann"), ErrorCode::not_found));
  for (const char* name : {"ann", "0.b_c-d", "eve", "x"}) {
    const auto made = accounts->create(name, kPassword, true);
    REQUIRE(made.ok());
    CHECK(made->name == name);
    CHECK_FALSE(made->disabled);
    CHECK(made->groups.empty());
  }
  CHECK(is_error(accounts->create("eve", kPassword, true), ErrorCode::already_exists));
  // Phones begin with a capital by themselves.
  rule(is_error(accounts->create(" Eve ", kPassword, true), ErrorCode::already_exists),
       "names are folded before they are looked up: ' Eve ' is 'eve'");
  rule(is_error(accounts->create("Admin", kPassword, false), ErrorCode::invalid_argument),
       "only an admin can take a name that looks like somebody in charge");
  // Every account once, a page at a time; also after a restart.
  subject.restart();
  accounts = subject.accounts();
  std::set<std::string> names;
  PageRequest request{3, ""};
  do {
    const auto page = accounts->list(request);
    REQUIRE(page.ok());
    REQUIRE(page->items.size() <= 3);
    for (const auto& account : page->items) CHECK(names.insert(account.name).second);
    request.after = page->next;
  } while (!request.after.empty());
  CHECK(names == std::set<std::string>{"ann", "0.b_c-d", "eve", "x"});
}

}  // namespace swapmeet::testing
