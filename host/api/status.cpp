#include "host/api/api.h"
#include "host/api/request.h"

namespace swapmeet {
namespace {

http::Response plain(std::string text, std::string type) {
  http::Response response;
  response.headers.set("Content-Type", std::move(type));
  response.body = std::move(text);
  return response;
}

}  // namespace

void add_status(Api& api) {
  const auto& context = api.context();
  api.add("GET", "/healthz",
          [](http::Request&) -> Result<http::Response> { return plain("ok\n", "text/plain"); },
          {.quick = true});
  api.add("GET", "/metrics", [&context](http::Request&) -> Result<http::Response> {
    return plain(context.metrics.text(), "text/plain; version=0.0.4");
  });
  api.add("GET", "/api/v1/status", [&context](http::Request& request) -> Result<http::Response> {
    auto report = context.status();
    // A peer asks its index, which may take its time: for its owner only.
    if (report.role == "peer" && request.identity.is_guest()) {
      report.index_problem.clear();
    } else if (context.registry) {
      auto counts = context.registry->counts();
      if (counts)
        report.counts = *counts;
      else
        report.index_problem = counts.error().message;
    }
    if (!check_person(request)) report.reload.reset();  // tells of the configuration
    if (context.uploads && !request.identity.is_guest())
      if (auto totals = context.uploads->totals()) report.transferred = *totals;
    return http::json(wire::to_json(report));
  });
}

}  // namespace swapmeet
