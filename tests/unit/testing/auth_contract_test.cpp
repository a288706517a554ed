// The auth contract against auth that breaks one rule each: it must say which. The broken ones are
// hidden tests of this program, which the visible one runs.
#include "swapmeet/testing/auth_contract.h"

#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "catch.h"

namespace swapmeet::testing {
namespace {

// Knows one account, and does one thing wrong.
class OneAccount final : public Authenticator {
 public:
  explicit OneAccount(std::string fault) : fault_(std::move(fault)) {}

  Result<std::optional<Grant>> check(const LogIn& wanted) override {
    if (wanted.account != "ann") {
      if (fault_ == "strangers are refused") return unauthenticated("who?");
      return std::optional<Grant>();
    }
    if (wanted.password == "correct horse") return std::optional(grant());
    if (fault_ == "wrong is an outage") return unavailable("status 401");
    if (fault_ == "wrong is not mine") return std::optional<Grant>();
    if (fault_ == "a longer password" && wanted.password.starts_with("correct horse"))
      return std::optional(grant());
    return unauthenticated("wrong");
  }
  Result<std::optional<Grant>> current(const std::string& account) override {
    if (account != "ann") return std::optional<Grant>();
    auto now = grant();
    if (fault_ == "another version") now.version = "2";
    return std::optional(now);
  }

 private:
  Grant grant() const {
    Grant granted{.account = "ann", .groups = {"friends"}, .version = "1"};
    if (fault_ == "no groups") granted.groups.clear();
    return granted;
  }
  const std::string fault_;
};

class OneSubject final : public AuthSubject {
 public:
  explicit OneSubject(const std::string& fault) : auth_(fault), fault_(fault) {}
  Authenticator& authenticator() override { return auth_; }
  Accounts* accounts() override { return nullptr; }
  KnownAccount known() override {
    if (fault_ == "nobody") return {};
    return {.account = "ann", .password = "correct horse", .groups = {"friends"}};
  }
  FakeSessions& sessions() override { return sessions_; }
  void advance(std::chrono::milliseconds) override {}
  void restart() override {}

 private:
  OneAccount auth_;
  FakeSessions sessions_;
  const std::string fault_;
};

void contract_of(const std::string& fault) {
  auth_contract([&] { return std::make_unique<OneSubject>(fault); });
}

// What this program says when it runs that hidden test, and whether it passed.
std::pair<std::string, bool> run_hidden(const std::string& name) {
  const auto program = std::filesystem::read_symlink("/proc/self/exe").string();
  FILE* run = ::popen((program + " '" + name + "' 2>&1").c_str(), "r");
  REQUIRE(run);
  std::string said;
  std::array<char, 4096> part{};
  while (std::fgets(part.data(), static_cast<int>(part.size()), run)) said += part.data();
  return {said, ::pclose(run) == 0};
}

}  // namespace

TEST_CASE("auth that keeps the contract passes it") { contract_of("none"); }

TEST_CASE("fault: wrong is an outage", "[.]") { contract_of("wrong is an outage"); }
TEST_CASE("fault: wrong is not mine", "[.]") { contract_of("wrong is not mine"); }
TEST_CASE("fault: strangers are refused", "[.]") { contract_of("strangers are refused"); }
TEST_CASE("fault: a longer password", "[.]") { contract_of("a longer password"); }
TEST_CASE("fault: no groups", "[.]") { contract_of("no groups"); }
TEST_CASE("fault: another version", "[.]") { contract_of("another version"); }
TEST_CASE("fault: nobody", "[.]") { contract_of("nobody"); }

TEST_CASE("auth that breaks a rule of the contract is told which") {
  const std::pair<std::string, std::string> expected[] = {
      {"wrong is an outage", "Broken: a wrong password is `unauthenticated`: no outage"},
      {"wrong is an outage", "Answered: unavailable: status 401"},
      {"wrong is not mine", "nothing for the next plugin"},
      {"strangers are refused", "answers nullopt, so that the next auth plugin is asked"},
      {"a longer password", "it was 'correct horsex'"},
      {"no groups", "the Grant has the account, the groups and the roles"},
      {"another version", "current() grants what check() does, version included"},
      {"nobody", "the suite needs somebody to log in"}};
  for (const auto& [fault, sentence] : expected) {
    const auto [said, passed] = run_hidden("fault: " + fault);
    // Catch2 breaks long lines.
    auto words = said;
    for (std::size_t at; (at = words.find("\n  ")) != words.npos;) words.replace(at, 3, " ");
    INFO(said);
    CHECK_FALSE(passed);
    CHECK(words.find(sentence) != std::string::npos);
  }
}

}  // namespace swapmeet::testing
