// One run of a command: its arguments, the host it speaks to, and how failures end it.
// Threads: one.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "host/cli/arguments.h"
#include "swapmeet/page.h"
#include "swapmeet/result.h"
#include "swapmeet/time.h"
#include "swapmeet/wire/client.h"
#include "swapmeet/wire/event_stream.h"
#include "swapmeet/wire/json.h"

namespace swapmeet::cli {

class Session {
 public:
  // Finds the host: --config, --host, SWAPMEET_HOST, or the default configuration; the token for
  // it: SWAPMEET_TOKEN, the configuration's, or that of the last log-in; and whom to believe there:
  // the key behind '#' or of an earlier log-in, --ca-file, or the authorities of this machine.
  // `not_allowed`: the token would leave this machine in clear.
  // `clock` must outlive the session.
  static Result<Session> open(Arguments arguments, Clock& clock);

  const std::vector<std::string>& words() const { return arguments_.words; }
  const Arguments& arguments() const { return arguments_; }
  bool json() const { return arguments_.has("--json"); }
  Clock& clock() const { return *clock_; }
  const std::string& url() const { return client_->url(); }
  const std::string& fingerprint() const { return options_.fingerprint; }  // of its key; or empty

  // Before a password is typed: that it goes to the right host and cannot be read on the way. A
  // host that nobody vouches for is shown to the person, who may know its key; it is believed from
  // then on.
  Result<void> make_sure_of_host();
  // For calls from then on that take longer than one usually waits.
  void wait_for_answers(std::chrono::milliseconds timeout);
  // The body of the answer.
  Result<std::string> call(const std::string& method, const std::string& target,
                           const std::string& body = "", http::Headers headers = {});
  template <class T>
  Result<T> ask(const std::string& method, const std::string& target,
                const std::string& body = "") {
    auto answer = call(method, target, body);
    if (!answer) return std::move(answer).error();
    return wire::from_json<T>(*answer);
  }
  std::unique_ptr<wire::EventStream> open_stream() const;
  // All pages of a list, as one. `target` has a query already.
  template <class T>
  Result<Page<T>> all(const std::string& target) {
    Page<T> all;
    std::string after;
    do {
      auto page = ask<Page<T>>("GET", target + "&limit=1000&after=" + wire::percent_encode(after));
      if (!page) return page;
      for (auto& item : page->items) all.items.push_back(std::move(item));
      after = std::move(page->next);
    } while (!after.empty());
    return all;
  }

 private:
  Session(Arguments arguments, Clock& clock) : arguments_(std::move(arguments)), clock_(&clock) {}
  // `not_allowed`: everybody on the way could read it.
  Result<void> may_send_secrets() const;

  Arguments arguments_;
  Clock* clock_;
  bool insecure_ = false;  // the person says that secrets may go in clear
  wire::ClientOptions options_;
  std::unique_ptr<wire::Client> client_;
};

// The JSON of the API, fit for a terminal. Returns 0.
int print_json(const std::string& json);
// The sentence on standard error, and the exit code that goes with it.
int fail(const Error& error);
int exit_code_of(ErrorCode code);
// What an answer of the API says, without how a program would go on.
std::string for_people(const std::string& message);
// Wrong usage of a command: exit code 2.
Error wrong_usage(const std::string& sentence);

}  // namespace swapmeet::cli
