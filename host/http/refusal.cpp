#include "host/http/refusal.h"

#include <string_view>
#include <utility>

namespace swapmeet::http {
namespace {

ErrorCode code_of(int status) {
  switch (status) {
    case 404: return ErrorCode::not_found;
    case 408: return ErrorCode::timed_out;
    case 413:
    case 414:
    case 431: return ErrorCode::too_large;
    case 500: return ErrorCode::internal;
    case 501:
    case 505: return ErrorCode::unsupported;
    case 503: return ErrorCode::unavailable;
    case 504: return ErrorCode::timed_out;
    default: return ErrorCode::invalid_argument;
  }
}

}  // namespace

Response refusal(int status, const std::string& reason, const std::string& request_id) {
  Response response = problem({code_of(status), reason, {}}, request_id);
  if (response.status != status) {  // the document says the status that is sent
    auto& body = std::get<std::string>(response.body);
    const std::string from = "\"status\":" + std::to_string(response.status);
    body.replace(body.find(from), from.size(), "\"status\":" + std::to_string(status));
    response.status = status;
  }
  if (status == 503) response.headers.set("Retry-After", "5");
  return response;
}

Response wrong_method(const Request& request, const std::vector<std::string>& methods) {
  std::string allowed;
  const auto allow = [&](std::string_view method) {
    (allowed += allowed.empty() ? "" : ", ") += method;
  };
  for (const auto& method : methods) {
    allow(method);
    if (method == "GET") allow("HEAD");
  }
  allow("OPTIONS");
  Response response =
      request.method == "OPTIONS"
          ? Response{.status = 204, .headers = {}, .body = std::string()}
          : refusal(405, request.method + " is not possible here; " + allowed + " is", request.id);
  response.headers.set("Allow", allowed);
  return response;
}

void forget(Response& response) {
  if (auto* file = std::get_if<FileBody>(&response.body); file && file->on_end)
    std::exchange(file->on_end, nullptr)(false);
}

}  // namespace swapmeet::http
