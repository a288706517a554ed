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
  // Finds the host: --config, --host, SWAPMEET_HOST, or the default configuration; and the token
  // for it: SWAPMEET_TOKEN, the configuration's, or that of the last log-in.
  // `clock` must outlive the session.
  static Result<Session> open(Arguments arguments, Clock& clock);

  const std::vector<std::string>& words() const { return arguments_.words; }
  const Arguments& arguments() const { return arguments_; }
  bool json() const { return arguments_.has("--json"); }
  Clock& clock() const { return *clock_; }
  const std::string& url() const { return client_->url(); }

  // For calls from then on that take longer than one usually waits.
  void wait_for_answers(std::chrono::milliseconds timeout);
  // The body of the answer.
  Result<std::string> call(const std::string& method, const std::string& target,
                           const std::string& body = "");
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
  Arguments arguments_;
  Clock* clock_;
  wire::ClientOptions options_;
  std::unique_ptr<wire::Client> client_;
};

// The JSON of the API, fit for a terminal. Returns 0.
int print_json(const std::string& json);
// The sentence on standard error, and the exit code that goes with it.
int fail(const Error& error);
int exit_code_of(ErrorCode code);
// Wrong usage of a command: exit code 2.
Error wrong_usage(const std::string& sentence);

}  // namespace swapmeet::cli
