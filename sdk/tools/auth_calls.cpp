// An auth plugin: names and passwords that nobody has, from many threads at once.
#include <utility>

#include "calls.h"
#include "samples.h"
#include "swapmeet/authenticator.h"

namespace swapmeet::tools {
namespace {

constexpr unsigned kThreads = 16;
constexpr const char* kContract = "the contract suite, auth_contract, says more";

// What a host lets through.
bool may_be_asked(const std::string& text) {
  return !text.empty() && text.size() <= 1024 && is_utf8(text) &&
         text.find('\0') == std::string::npos;
}

// True: it could not tell, as a server is away.
bool ask(Authenticator& auth, const std::string& account, const std::string& password) {
  const LogIn log_in{account, password, "127.0.0.1", {}};
  const auto answer = called("check()", [&] { return auth.check(log_in); });
  if (answer && *answer)
    throw Failure(
        "check() lets '" + account.substr(0, 40) + "' in with a password that makes no sense",
        "return nullopt for a name that you do not know");
  if (answer) return false;
  const auto code = answer.error().code;
  if (code == ErrorCode::unavailable || code == ErrorCode::timed_out) return true;
  if (code != ErrorCode::unauthenticated && code != ErrorCode::too_many)
    throw Failure("check() answered '" + account.substr(0, 40) + "' with " +
                      std::string(name_of(code)) + ": " + answer.error().message,
                  kContract);
  return false;
}

}  // namespace

Outcome check_log_ins(const Subject& subject) {
  Bench bench(subject);
  const auto running = bench.started();
  auto* auth = running->find<Authenticator>();
  if (!auth) throw Failure("interface() has no authenticator, though it provides one", "");
  Random random(subject.seed);
  const auto texts = nonsense(random);
  std::atomic<bool> away = false;
  in_threads(kThreads, [&](unsigned number) {
    for (std::size_t i = number; i < texts.size(); i += kThreads) {
      const auto& text = texts[i];
      if (!may_be_asked(text)) continue;
      const std::pair<std::string, std::string> tries[] = {
          {text, text}, {"nobody " + text, "x"}, {"ann", "x" + text}};
      for (const auto& [account, password] : tries)
        if (ask(*auth, account, password)) away = true;
      const auto now = called("current()", [&] { return auth->current("nobody " + text); });
      if (now && *now)
        throw Failure("current() knows '" + text.substr(0, 40) + "', which nobody is called",
                      "return nullopt for an account that there is not");
    }
  });
  running->stop();
  if (away) return {Verdict::skipped, "it asks another server, which is away"};
  return {Verdict::ok, "names and passwords that nobody has, from 16 threads"};
}

}  // namespace swapmeet::tools
