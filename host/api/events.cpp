#include "host/api/api.h"
#include "host/api/event_streams.h"
#include "host/api/request.h"

namespace swapmeet {
namespace {
constexpr std::chrono::seconds kHeartbeat{15};
constexpr std::size_t kMostReaders = 256;
}  // namespace

void add_events(Api& api) {
  auto* events = api.context().events;
  // Owned by the route: its thread ends with it.
  auto streams = events ? std::make_shared<EventStreams>(*events, kHeartbeat) : nullptr;
  api.add("GET", "/api/v1/events", [streams](http::Request& request) -> Result<http::Response> {
    if (!streams) return Error{ErrorCode::unsupported, "this host publishes no events", {}};
    if (streams->size() >= kMostReaders)
      return Error{ErrorCode::too_many, "too many follow the events already; come back later", {}};
    http::Response response;
    response.headers.set("Content-Type", "text/event-stream");
    response.headers.set("Cache-Control", "no-store");
    // Weak: the front may open the stream when the API has gone.
    response.body =
        http::StreamBody{[weak = std::weak_ptr(streams), all = request.identity.has_role("admin")](
                             std::shared_ptr<http::StreamWriter> writer) {
          if (const auto open = weak.lock())
            open->add(std::move(writer), all);
          else
            writer->close();
        }};
    return response;
  });
}

}  // namespace swapmeet
