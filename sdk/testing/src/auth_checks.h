// How the auth suite asks, and how it says what was broken.
#pragma once

#include <optional>
#include <string>

#include "swapmeet/authenticator.h"
#include "swapmeet/testing/auth_contract.h"
#include "swapmeet/testing/catch.h"

namespace swapmeet::testing {

using Answer = Result<std::optional<Grant>>;

inline Answer ask(Authenticator& auth, const std::string& account, const std::string& password) {
  return auth.check(
      {.account = account, .password = password, .address = "203.0.113.9", .deadline = Deadline()});
}

// "a Grant for 'ann' in friends", "nullopt", "unauthenticated: wrong password".
inline std::string in_words(const Answer& answer) {
  if (!answer) return std::string(name_of(answer.error().code)) + ": " + answer.error().message;
  if (!*answer) return "nullopt";
  std::string words = "a Grant for '" + (*answer)->account + "'";
  for (const auto& group : (*answer)->groups) words += " in " + group;
  for (const auto& role : (*answer)->roles) words += " as " + role;
  return words;
}

// Fails with the rule and what was answered instead.
inline bool rule(bool kept, const std::string& sentence, const std::string& answered = {}) {
  if (kept)
    SUCCEED(sentence);
  else
    FAIL_CHECK("Broken: " << sentence << (answered.empty() ? "" : "\nAnswered: ") << answered);
  return kept;
}

inline bool is_refused(const Answer& answer) {
  return !answer && answer.error().code == ErrorCode::unauthenticated;
}
inline bool is_not_mine(const Answer& answer) { return answer.ok() && !*answer; }
inline bool is_granted(const Answer& answer) { return answer.ok() && answer->has_value(); }

// Of a plugin that administers accounts.
void check_changing_accounts(AuthSubject& subject);
void check_account_list(AuthSubject& subject);

}  // namespace swapmeet::testing
