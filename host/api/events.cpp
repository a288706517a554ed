#include "host/api/api.h"
#include "host/api/event_streams.h"
#include "host/api/request.h"
#include "host/api/watch_list.h"

namespace swapmeet {
namespace {

constexpr std::chrono::seconds kHeartbeat{15};

Result<EventFilter> filter_of(const http::Request& request) {
  EventFilter filter{.owner = request.identity.has_role("admin")};
  if (const auto* watch = request.query_value("watch")) filter.watch = *watch;
  if (const auto* asked = request.query_value("topics")) {
    auto topics = topics_from(*asked);
    if (!topics) return std::move(topics).error();
    filter.topics = std::move(*topics);
  }
  return filter;
}

Result<http::Response> open(const std::shared_ptr<EventStreams>& streams, WatchList* watches,
                            Limits* limits, const http::Request& request) {
  if (!streams) return Error{ErrorCode::unsupported, "this host publishes no events", {}};
  auto filter = filter_of(request);
  if (!filter) return std::move(filter).error();
  const auto* watch = request.query_value("watch");
  const auto listening = std::make_shared<Registration>();
  if (watch && watches) *listening = watches->listen(*watch);
  if (watch && !*listening)
    return Error{ErrorCode::not_found,
                 "there is no watch '" + *watch + "' (any more): POST /api/v1/watches makes one",
                 {}};
  auto place = std::make_shared<Registration>();
  if (limits) {
    auto taken = limits->open_stream(request);
    if (!taken) return std::move(taken).error();
    *place = std::move(*taken);
  }
  const auto* last = request.headers.find("Last-Event-ID");
  http::Response response;
  response.headers.set("Content-Type", "text/event-stream");
  response.headers.set("Cache-Control", "no-store");
  // Weak: the front may open the stream when the API has gone.
  response.body = http::StreamBody{
      [weak = std::weak_ptr(streams), filter = std::move(*filter), listening, place,
       last = last ? *last : std::string()](std::shared_ptr<http::StreamWriter> writer) {
        if (const auto open = weak.lock())
          open->add(std::move(writer), filter, {listening, place}, last);
        else
          writer->close();
      }};
  return response;
}

}  // namespace

void add_events(Api& api) {
  auto* events = api.context().events;
  auto* watches = api.context().watch_list;
  // Owned by the route: its thread ends with it.
  auto streams =
      events ? std::make_shared<EventStreams>(*events, api.context().clock, kHeartbeat) : nullptr;
  api.add("GET", "/api/v1/events",
          [streams, watches, limits = api.context().limits](http::Request& request) {
            return open(streams, watches, limits, request);
          });
}

}  // namespace swapmeet
