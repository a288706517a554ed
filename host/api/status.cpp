#include <memory>
#include <mutex>
#include <optional>

#include "host/api/api.h"
#include "host/api/request.h"
#include "host/services/side_thread.h"

namespace swapmeet {
namespace {

http::Response plain(std::string text, std::string type) {
  http::Response response;
  response.headers.set("Content-Type", std::move(type));
  response.body = std::move(text);
  return response;
}

// How long a part of the answer is waited for: the rest must be answered in time as well.
std::chrono::milliseconds patience_of(const http::Request& request, const Clock& clock,
                                      std::chrono::milliseconds most) {
  return request.deadline.left(clock, 2 * most) / 2;
}

// Asks a plugin for something that /api/v1/status can do without, on a thread beside, so that a
// plugin that hangs keeps nobody waiting for more than a moment. What was learned last stands in
// for what is not learned in time.
template <class Answer>
class Beside {
 public:
  Beside(Clock& clock, Gate* gate, std::string what, std::function<Result<Answer>()> ask)
      : clock_(clock), known_(std::make_shared<Known>()), thread_(clock) {
    ask_ = [known = known_, gate, what = std::move(what), ask = std::move(ask)] {
      auto answer = through(gate, what, ask);
      const std::lock_guard lock(known->mutex);
      known->answer = std::move(answer);
    };
  }
  // nullopt: nothing was ever learned.
  std::optional<Result<Answer>> ask(const http::Request& request) {
    static_cast<void>(thread_.run(ask_, patience_of(request, clock_, kPatience)));
    const std::lock_guard lock(known_->mutex);
    return known_->answer;
  }

 private:
  static constexpr std::chrono::seconds kPatience{2};
  struct Known {
    std::mutex mutex;
    std::optional<Result<Answer>> answer;
  };
  Clock& clock_;
  const std::shared_ptr<Known> known_;
  std::function<void()> ask_;
  SideThread thread_;
};

// What is wrong with plugins may name files and hosts, and is their owner's business.
void keep_from_strangers(wire::StatusReport& report) {
  report.reload.reset();
  report.cautions.clear();
  for (auto& plugin : report.plugins) plugin.reason.clear();
}

}  // namespace

void add_status(Api& api) {
  const auto& context = api.context();
  api.add("GET", "/healthz",
          [](http::Request&) -> Result<http::Response> { return plain("ok\n", "text/plain"); },
          {.quick = true});
  api.add("GET", "/metrics", [&context](http::Request& request) -> Result<http::Response> {
    const auto patience = patience_of(request, context.clock, Metrics::kPatience);
    return plain(context.metrics.text(patience), "text/plain; version=0.0.4");
  });
  std::shared_ptr<Beside<RegistryCounts>> counts;
  if (context.registry)
    counts = std::make_shared<Beside<RegistryCounts>>(
        context.clock, context.gate(Registry::kInterface), "counts()",
        [registry = context.registry] { return registry->counts(); });
  std::shared_ptr<Beside<TransferTotals>> totals;
  if (context.uploads)
    totals = std::make_shared<Beside<TransferTotals>>(
        context.clock, context.gate(Uploads::kInterface), "totals()",
        [uploads = context.uploads] { return uploads->totals(); });
  api.add("GET", "/api/v1/status",
          [&context, counts, totals](http::Request& request) -> Result<http::Response> {
            auto report = context.status();
            // A peer asks its index, which may take its time: for its owner only.
            if (report.role == "peer" && request.identity.is_guest()) {
              report.index_problem.clear();
              report.unreachable.clear();
            } else if (counts) {
              const auto known = counts->ask(request);
              if (known && *known)
                report.counts = known->value();
              else
                report.index_problem =
                    known ? known->error().message : "the registry has not answered in time";
            }
            if (!check_person(request)) keep_from_strangers(report);
            if (totals && !request.identity.is_guest())
              if (const auto known = totals->ask(request); known && *known)
                report.transferred = known->value();
            return http::json(wire::to_json(report));
          });
}

}  // namespace swapmeet
