#include "host/api/api.h"
#include "host/api/event_streams.h"
#include "host/api/request.h"
#include "host/api/watch_list.h"

namespace swapmeet {
namespace {
constexpr std::chrono::seconds kHeartbeat{15};
constexpr std::size_t kMostReaders = 256;
}  // namespace

void add_events(Api& api) {
  auto* events = api.context().events;
  auto* watches = api.context().watch_list;
  // Owned by the route: its thread ends with it.
  auto streams =
      events ? std::make_shared<EventStreams>(*events, api.context().clock, kHeartbeat) : nullptr;
  api.add("GET", "/api/v1/events",
          [streams, watches](http::Request& request) -> Result<http::Response> {
            if (!streams) return Error{ErrorCode::unsupported, "this host publishes no events", {}};
            const auto* asked = request.query_value("watch");
            const auto watch = asked ? *asked : std::string();
            const auto listening = std::make_shared<Registration>();
            if (asked && watches) *listening = watches->listen(watch);
            if (asked && !*listening)
              return Error{
                  ErrorCode::not_found,
                  "there is no watch '" + watch + "' (any more): POST /api/v1/watches makes one",
                  {}};
            if (streams->size() >= kMostReaders)
              return Error{
                  ErrorCode::too_many, "too many follow the events already; come back later", {}};
            http::Response response;
            response.headers.set("Content-Type", "text/event-stream");
            response.headers.set("Cache-Control", "no-store");
            // Weak: the front may open the stream when the API has gone.
            response.body = http::StreamBody{[weak = std::weak_ptr(streams), watch, listening,
                                              all = request.identity.has_role("admin")](
                                                 std::shared_ptr<http::StreamWriter> writer) {
              if (const auto open = weak.lock())
                open->add(std::move(writer), all, watch, listening);
              else
                writer->close();
            }};
            return response;
          });
}

}  // namespace swapmeet
