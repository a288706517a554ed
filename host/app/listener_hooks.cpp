#include "host/app/listener_hooks.h"

#include <array>
#include <memory>
#include <vector>

#include "host/app/log.h"
#include "host/plugins/inside.h"

namespace swapmeet {
namespace {

const std::vector<double> kHowLong{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                   0.05,   0.1,   0.25,   0.5,   1,    5};  // seconds

}  // namespace

// In /metrics, answers by the first digit of their status, and how long they took.
http::Hooks ListenerHooks::of(const std::string& source, const std::string& listener) {
  http::Hooks hooks;
  std::array<std::shared_ptr<Counter>, 6> answers;
  for (std::size_t first = 1; first < answers.size(); ++first)
    answers[first] =
        metrics_.counter("http_requests_total", "Requests answered.",
                         {{"code", std::to_string(first) + "xx"}, {"listener", listener}});
  const auto took = metrics_.histogram("http_request_duration_seconds",
                                       "How long requests took, without sending the answer.",
                                       kHowLong, {{"listener", listener}});
  hooks.on_request = [source, answers, took](const http::Request& request, int status,
                                             std::chrono::microseconds time) {
    if (status >= 100 && status < 600) answers[static_cast<std::size_t>(status) / 100]->add();
    took->observe(time);
    if (!is_logged(LogLevel::debug)) return;
    write_log(source, LogLevel::debug, "request",
              {{"method", request.method},
               {"path", request.path},
               {"status", std::to_string(status)},
               {"us", std::to_string(time.count())},
               {"address", request.remote_address},
               {"request", request.id}});
  };
  hooks.turned_away =
      [of_address = metrics_.counter(
           "limited_connections_total",
           "Connections refused by max_connections_per_address of [http] or [transfer]."),
       in_all = metrics_.counter("limited_connections_in_all_total",
                                 "Connections refused by max_connections.")](bool address) {
        (address ? of_address : in_all)->add();
      };
  hooks.log = [source](LogLevel level, std::string_view message,
                       std::initializer_list<LogField> fields) {
    write_log(source, level, message, fields);
  };
  hooks.call_deadline = [this] { return call_deadline_.load(std::memory_order_relaxed); };
  hooks.inside = [] { return &whereabouts().plugin; };
  return hooks;
}

}  // namespace swapmeet
