// What a plugin registers with its host: routes, tasks and listeners, as a host and its clients
// would call them.
#include "calls.h"
#include "samples.h"

namespace swapmeet::tools {
namespace {

constexpr unsigned kThreads = 16;

// "/a/{id}/{rest...}" with a text in the place of each parameter.
std::string target_of(std::string pattern, const std::string& text) {
  std::string hex = "%";
  for (auto open = pattern.find('{'); open != std::string::npos; open = pattern.find('{')) {
    const auto close = pattern.find('}', open);
    if (close == std::string::npos) break;
    std::string encoded;
    for (const char byte : text.substr(0, 100)) {
      constexpr char kDigits[] = "0123456789abcdef";
      const auto value = static_cast<unsigned char>(byte);
      encoded += {'%', kDigits[value >> 4], kDigits[value & 15]};
    }
    pattern.replace(open, close - open + 1, encoded.empty() ? "x" : encoded);
  }
  return pattern;
}

void call_route(testing::FakeHost& host, const std::string& route, const std::string& text) {
  const auto blank = route.find(' ');
  const auto method = route.substr(0, blank);
  auto target = target_of(route.substr(blank + 1), text);
  if (method == "GET")
    target += "?q=" + target_of("{q}", text) + "&limit=" + target_of("{n}", text);
  http::Request request;
  request.body = text;
  request.remote_address = "127.0.0.1";
  const auto answer = called("a route's handler", [&] {
    return host.memory_routes().call(method, target, std::move(request));
  });
  if (answer.status == 500 || answer.status < 100 || answer.status > 599)
    throw Failure(
        route + " answered " + std::to_string(answer.status) + " to a request that makes no sense",
        "what is wrong with a request is its sender's fault: 400, by http::problem()");
}

void check_patterns(const Bench& bench, const std::set<std::string>& routes) {
  const std::string id = bench.info().id;
  const auto below = "/api/v1/ext/" + id.substr(id.find('.') + 1) + '/';
  for (const auto& route : routes)
    if (!route.substr(route.find(' ') + 1).starts_with(below))
      throw Failure("registers " + route + ", which a host does not let it",
                    "its routes are below " + below);
}

}  // namespace

Outcome check_routes(const Subject& subject) {
  Bench bench(subject);
  const auto running = bench.started();
  auto& host = bench.host();
  const auto routes = host.memory_routes().registered();
  check_patterns(bench, routes);
  Random random(subject.seed);
  const auto texts = nonsense(random);
  in_threads(kThreads, [&](unsigned number) {
    for (std::size_t i = number; i < texts.size(); i += kThreads)
      for (const auto& route : routes) call_route(host, route, texts[i]);
  });
  in_threads(kThreads, [&](unsigned) {
    for (const char* topic : {"", "peer.joined", "download.ended", "nothing.known"})
      called("a listener", [&] {
        host.publish({.topic = topic,
                      .fields = {{"peer", peer_number(1).text()}, {"size", std::uint64_t{7}}}});
      });
  });
  called("a task", [&] { host.advance(std::chrono::hours(1)); });
  running->stop();
  if (const auto left = host.memory_routes().registered(); !left.empty())
    throw Failure("leaves " + *left.begin() + " registered after stop()",
                  "reset every Registration in stop()");
  return {Verdict::ok, routes.empty()
                           ? "it registers none; tasks and listeners were called"
                           : std::to_string(routes.size()) + ", with nonsense from 16 threads"};
}

}  // namespace swapmeet::tools
