#include "swapmeet/testing/auth_contract.h"

#include <set>

#include "is_error.h"
#include "samples.h"
#include "swapmeet/testing/catch.h"

namespace swapmeet::testing {
namespace {

using namespace std::chrono_literals;

const std::string kPassword = "correct horse";

Session log_in(Authenticator& auth, const std::string& name,
               const std::string& password = kPassword) {
  auto session = auth.log_in(name, password, "203.0.113.9");
  INFO((session ? "" : session.error().message));
  REQUIRE(session.ok());
  return std::move(*session);
}

// A token that is none makes nobody more than a guest; where guests are turned away, it says how
// to log in. Nobody logs in where nobody is known.
void check_strangers(AuthSubject& subject) {
  auto& auth = subject.authenticator();
  const auto guest = auth.identify("");
  if (guest) {
    CHECK(guest->is_guest());
    CHECK(guest->roles.empty());
    CHECK(guest->groups.empty());
  } else {
    CHECK(is_error(guest, ErrorCode::unauthenticated));
  }
  for (const std::string& token :
       {std::string("x"), std::string(40, 'a'), std::string(100'000, 'a'), std::string("a\0b", 3),
        std::string("a.b.c"), std::string("\xff\xfe")}) {
    const auto who = auth.identify(token);
    if (who)
      CHECK((who->is_guest() && who->roles.empty() && who->groups.empty()));
    else
      CHECK(is_error(who, ErrorCode::unauthenticated));
  }
  for (const auto& [name, password] :
       {std::pair<std::string, std::string>{"nobody", kPassword}, {"", ""}, {"admin", "admin"}}) {
    const auto session = auth.log_in(name, password, "203.0.113.9");
    REQUIRE_FALSE(session.ok());
    CHECK((is_error(session, ErrorCode::unauthenticated) ||
           is_error(session, ErrorCode::unsupported)));
  }
}

// What was issued is accepted as it was meant, by this host only, unchanged, until it expires.
// Where no ticket is needed the text is empty, and no ticket is accepted for one.
void check_tickets(AuthSubject& subject) {
  auto& auth = subject.authenticator();
  const Time expires = ManualClock().now() + 10min;
  const TicketClaims claims{content_number(1), "ann", {"staff", "choir"}, expires};
  const auto ticket = auth.issue_ticket(claims);
  REQUIRE(ticket.ok());
  for (const char* none : {"", "x", "a.b.c", "!"}) {
    const auto checked = auth.check_ticket(none);
    CHECK((is_error(checked, ErrorCode::unauthenticated) ||
           (ticket->empty() && is_error(checked, ErrorCode::unsupported))));
  }
  if (ticket->empty()) return;
  CHECK(*auth.check_ticket(*ticket) == claims);
  // It travels in a URL.
  CHECK(ticket->find_first_of(" /?&#%+\n") == std::string::npos);
  for (std::size_t i = 0; i < ticket->size(); ++i) {
    auto changed = *ticket;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    INFO("changed at " << i);
    const auto checked = auth.check_ticket(changed);
    CHECK((!checked.ok() || *checked == claims));
    if (i + 2 < ticket->size()) CHECK_FALSE(checked.ok());
  }
  CHECK(is_error(auth.check_ticket(*ticket + "A"), ErrorCode::unauthenticated));
  CHECK(is_error(auth.check_ticket(ticket->substr(0, ticket->size() / 2)),
                 ErrorCode::unauthenticated));
  const TicketClaims guest{content_number(2), "", {}, expires};
  CHECK(*auth.check_ticket(*auth.issue_ticket(guest)) == guest);
  subject.restart();
  CHECK(*subject.authenticator().check_ticket(*ticket) == claims);
  subject.advance(11min);
  CHECK(is_error(subject.authenticator().check_ticket(*ticket), ErrorCode::not_allowed));
}

// A person makes an account, logs in, and is who they are; wrong passwords and unknown names get
// the same answer.
void check_logging_in(AuthSubject& subject) {
  auto* accounts = subject.accounts();
  if (!accounts) return;
  auto& auth = subject.authenticator();
  REQUIRE(accounts->create("ann", kPassword).ok());
  const auto session = log_in(auth, "ann");
  CHECK_FALSE(session.token.empty());
  CHECK(session.identity.account == "ann");
  CHECK(session.identity.roles.empty());
  CHECK(session.expires > ManualClock().now());
  CHECK(*auth.identify(session.token) == session.identity);
  const auto wrong = auth.log_in("ann", "wrong horse", "203.0.113.9");
  const auto unknown = auth.log_in("nobody", "wrong horse", "203.0.113.9");
  CHECK(is_error(wrong, ErrorCode::unauthenticated));
  REQUIRE_FALSE(unknown.ok());
  CHECK(wrong.error().message == unknown.error().message);
  // A changed token is nobody's; a session outlives a restart or ends with it, but never changes
  // hands.
  auto changed = session.token;
  changed[changed.size() / 2] = changed[changed.size() / 2] == 'A' ? 'B' : 'A';
  const auto stranger = auth.identify(changed);
  CHECK((!stranger.ok() || stranger->is_guest()));
  subject.restart();
  const auto after = subject.authenticator().identify(session.token);
  CHECK((!after.ok() || after->account == "ann"));
  CHECK(log_in(subject.authenticator(), "ann").identity.account == "ann");
  // It expires when it says.
  const auto last = log_in(subject.authenticator(), "ann");
  subject.advance(last.expires - ManualClock().now() + 1min);
  const auto expired = subject.authenticator().identify(last.token);
  CHECK((!expired.ok() || expired->is_guest()));
}

// What is changed of an account counts at once, for running sessions as well.
void check_changing(AuthSubject& subject) {
  auto* accounts = subject.accounts();
  if (!accounts) return;
  auto& auth = subject.authenticator();
  REQUIRE(accounts->create("ann", kPassword).ok());
  const auto session = log_in(auth, "ann");
  AccountChange change;
  change.groups = {"staff", "music"};
  change.roles = {"admin"};
  REQUIRE(accounts->change("ann", change).ok());
  CHECK(accounts->get("ann")->groups == *change.groups);
  CHECK(auth.identify(session.token)->groups == *change.groups);
  CHECK(auth.identify(session.token)->has_role("admin"));
  // What is not set stays.
  REQUIRE(
      accounts->change("ann", {.password = {}, .groups = {}, .roles = {{}}, .disabled = {}}).ok());
  CHECK(accounts->get("ann")->groups == *change.groups);
  CHECK_FALSE(auth.identify(session.token)->has_role("admin"));
  const auto ended = [&](const std::string& token) {
    const auto who = auth.identify(token);
    return !who.ok() || who->is_guest();
  };
  // Another password ends the sessions; so does disabling, and nobody logs in until it is enabled.
  AccountChange password;
  password.password = "another horse";
  REQUIRE(accounts->change("ann", password).ok());
  CHECK(ended(session.token));
  CHECK(is_error(auth.log_in("ann", kPassword, "203.0.113.9"), ErrorCode::unauthenticated));
  const auto second = log_in(auth, "ann", "another horse");
  AccountChange disabled;
  disabled.disabled = true;
  REQUIRE(accounts->change("ann", disabled).ok());
  CHECK(accounts->get("ann")->disabled);
  CHECK(ended(second.token));
  CHECK(is_error(auth.log_in("ann", "another horse", "203.0.113.9"), ErrorCode::unauthenticated));
  disabled.disabled = false;
  REQUIRE(accounts->change("ann", disabled).ok());
  CHECK(ended(second.token));
  const auto third = log_in(auth, "ann", "another horse");
  // Removed is gone; an account that is made anew under the name is somebody else's.
  REQUIRE(accounts->remove("ann").ok());
  CHECK(ended(third.token));
  CHECK(is_error(accounts->get("ann"), ErrorCode::not_found));
  CHECK(is_error(accounts->remove("ann"), ErrorCode::not_found));
  CHECK(is_error(accounts->change("ann", password), ErrorCode::not_found));
  REQUIRE(accounts->create("ann", kPassword).ok());
  CHECK(ended(third.token));
}

void check_account_list(AuthSubject& subject) {
  auto* accounts = subject.accounts();
  if (!accounts) return;
  // Names of 1 to 64 of a-z 0-9 . _ -, beginning with a letter or digit; passwords of 8 characters.
  for (const std::string& name :
       {std::string(), std::string("Ann"), std::string("a b"), std::string("-ann"),
        std::string(".ann"), std::string("änn"), std::string("ann\n"), std::string(65, 'a')}) {
    INFO("name '" << name << "'");
    CHECK(is_error(accounts->create(name, kPassword), ErrorCode::invalid_argument));
  }
  CHECK(is_error(accounts->create("ann", "1234567"), ErrorCode::invalid_argument));
  CHECK(is_error(accounts->get("ann"), ErrorCode::not_found));
  for (const char* name : {"ann", "0.b_c-d", "eve", "x"}) {
    const auto made = accounts->create(name, kPassword);
    REQUIRE(made.ok());
    CHECK(made->name == name);
    CHECK_FALSE(made->disabled);
    CHECK(made->groups.empty());
  }
  CHECK(is_error(accounts->create("eve", kPassword), ErrorCode::already_exists));
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

class AuthPlugin final : public AuthSubject {
 public:
  AuthPlugin(const std::filesystem::path& file, const RawSettings& settings)
      : plugin_(file, settings) {
    plugin_.start();
  }
  Authenticator& authenticator() override { return plugin_.get<Authenticator>(); }
  Accounts* accounts() override { return plugin_.find<Accounts>(); }
  void advance(std::chrono::milliseconds time) override { plugin_.host().advance(time); }
  void restart() override { plugin_.restart(); }

 private:
  PluginUnderTest plugin_;
};

}  // namespace

std::unique_ptr<AuthSubject> auth_plugin(const std::filesystem::path& file,
                                         const RawSettings& settings) {
  return std::make_unique<AuthPlugin>(file, settings);
}

void auth_contract(const MakeAuth& make) {
  const auto subject = make();
  SECTION("strangers") { check_strangers(*subject); }
  SECTION("tickets") { check_tickets(*subject); }
  SECTION("logging in") { check_logging_in(*subject); }
  SECTION("changing accounts") { check_changing(*subject); }
  SECTION("the list of accounts") { check_account_list(*subject); }
}

}  // namespace swapmeet::testing
