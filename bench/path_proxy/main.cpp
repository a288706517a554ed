// A long path before a server on loopback (tests/fakes/path_proxy.h), as a program:
//
//   path_proxy --listen 127.0.0.1:0 --to 127.0.0.1:PORT --rtt MILLISECONDS --rate BYTES_PER_SECOND
//              [--connection-rate BYTES] [--queue BYTES] [--cut FROM-TO] [--end-by reset|fin]
//              [--seed N]
//              [--stall-after BYTES] [--flip-every BYTES] [--tell yes]
//
// Prints its address when it listens, and what it has counted, a line of JSON, at every SIGUSR1 and
// at SIGTERM, which ends it. `--tell yes`: connections, requests, idle times and cuts on standard
// error. `--to ADDRESS:0` is the port that it listens at itself.
#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <map>
#include <stdexcept>
#include <string>

#include "path_proxy.h"

namespace {

using Words = std::map<std::string, std::string>;

Words words_of(int count, char** words) {
  Words given{{"listen", "127.0.0.1:0"},
              {"to", ""},
              {"rtt", "0"},
              {"rate", "0"},
              {"queue", "0"},
              {"connection-rate", "0"},
              {"cut", "0-0"},
              {"end-by", "reset"},
              {"seed", "1"},
              {"stall-after", "0"},
              {"flip-every", "0"},
              {"tell", "no"}};
  for (int at = 1; at < count; at += 2) {
    const std::string name = words[at];
    const auto known = given.find(name.substr(0, 2) == "--" ? name.substr(2) : "");
    if (known == given.end() || at + 1 == count)
      throw std::runtime_error(name + ": see the top of bench/path_proxy/main.cpp");
    known->second = words[at + 1];
  }
  return given;
}

fakes::PathOptions options_of(const Words& given) {
  const auto number = [&](const char* name) { return std::stoull(given.at(name)); };
  fakes::PathOptions options;
  options.listen = given.at("listen");
  options.to = given.at("to");
  constexpr double kMicro = 1000;
  options.round_trip =
      std::chrono::microseconds(static_cast<std::int64_t>(std::stod(given.at("rtt")) * kMicro));
  options.rate = number("rate");
  options.connection_rate = number("connection-rate");
  options.queue = number("queue");
  const auto& cut = given.at("cut");
  options.cut_from = std::stoull(cut);
  options.cut_to = std::stoull(cut.substr(cut.find('-') + 1));
  options.cut_by_reset = given.at("end-by") != "fin";
  options.seed = static_cast<std::uint32_t>(number("seed"));
  options.stall_after = number("stall-after");
  options.flip_every = number("flip-every");
  const auto began = std::chrono::steady_clock::now();
  if (given.at("tell") == "yes")
    options.tell = [began](std::string_view what) {
      const std::chrono::duration<double> at = std::chrono::steady_clock::now() - began;
      fmt::print(stderr, "{:9.3f} {}\n", at.count(), what);
    };
  return options;
}

void print(const fakes::PathCounts& counts) {
  fmt::print(
      R"({{"connections": {}, "open": {}, "requests": {}, "to_server": {}, "to_client": {}, "cuts": {}, )"
      R"("idle_round_trips": {}, "idle": {:.2f}}})"
      "\n",
      counts.connections, counts.open, counts.requests, counts.to_server, counts.to_client,
      counts.cuts, counts.idle_round_trips, counts.idle);
  std::fflush(stdout);
}

}  // namespace

int main(int count, char** words) try {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGTERM, SIGINT, SIGUSR1}) sigaddset(&signals, number);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const fakes::PathProxy proxy(options_of(words_of(count, words)));
  fmt::print("{}\n", proxy.address());
  std::fflush(stdout);
  for (int number = SIGUSR1; number == SIGUSR1;) {
    sigwait(&signals, &number);
    print(proxy.counts());
  }
  return 0;
} catch (const std::exception& problem) {
  fmt::print(stderr, "path_proxy: {}\n", problem.what());
  return 2;
}
