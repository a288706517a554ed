#include "host/http/handlers.h"

#include <exception>
#include <utility>

#include "host/http/refusal.h"

namespace swapmeet::http {

Response Handlers::run(Request& request, Route& route) const {
  const auto began = clock_.steady();
  Response response;
  try {
    auto stopped = hooks_.guard ? hooks_.guard(request) : std::nullopt;
    if (!stopped) stopped = route.run(request);
    response =
        stopped ? std::move(*stopped) : refusal(404, "there is nothing here any more", request.id);
  } catch (const std::exception& exception) {
    response = failed(request, exception.what());
  } catch (...) {
    response = failed(request, "it threw what is no exception");
  }
  if (auto* later = std::get_if<LaterBody>(&response.body))
    tell_later(request, *later, began);
  else
    tell(request, response.status, began);
  return response;
}

// Once the answer is there. It may come when all else of the front is gone.
void Handlers::tell_later(const Request& request, LaterBody& later, Instant began) const {
  if (!hooks_.on_request) return;
  Request asked;
  asked.id = request.id;
  asked.method = request.method;
  asked.path = request.path;
  asked.remote_address = request.remote_address;
  later.begin = [begin = std::move(later.begin), tell = hooks_.on_request, asked, began,
                 &clock = clock_](LaterBody::Answer answer) {
    begin([answer = std::move(answer), tell, asked, began, &clock](Response&& response) {
      tell(asked, response.status,
           std::chrono::duration_cast<std::chrono::microseconds>(clock.steady() - began));
      answer(std::move(response));
    });
  };
}

std::optional<Response> Handlers::run_at_once(Request& request, Route& route) const {
  const auto began = clock_.steady();
  try {
    auto response = hooks_.guard ? hooks_.guard(request) : std::nullopt;
    if (!response) response = route.run_at_once(request);
    if (response) tell(request, response->status, began);
    return response;
  } catch (...) {
    return std::nullopt;
  }
}

void Handlers::prepare(Request& request, Route& route) const {
  request.method = "HEAD";
  try {
    if (auto response = route.run(request)) forget(*response);
  } catch (...) {  // the handler says so again in its turn
  }
}

Response Handlers::failed(const Request& request, const char* why) const {
  if (hooks_.log)
    hooks_.log(LogLevel::error, "a handler failed",
               {{"path", request.path}, {"request", request.id}, {"why", why}});
  return refusal(500, "something went wrong here; the log has more under this request id",
                 request.id);
}

void Handlers::tell(const Request& request, int status, Instant began) const {
  if (!hooks_.on_request) return;
  hooks_.on_request(request, status,
                    std::chrono::duration_cast<std::chrono::microseconds>(clock_.steady() - began));
}

}  // namespace swapmeet::http
