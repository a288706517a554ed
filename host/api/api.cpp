#include "host/api/api.h"

#include <stdexcept>

#include "host/api/request.h"
#include "host/plugins/guard.h"

namespace swapmeet {

Api::Api(ApiContext context) : context_(std::move(context)) {
  add_openapi(*this);
  add_status(*this);
  add_sessions(*this);
  add_accounts(*this);
  add_peers(*this);
  add_announcing(*this);
  add_search(*this);
  add_contents(*this);
  add_shares(*this);
  add_downloads(*this);
  add_uploads(*this);
  add_inbox(*this);
  add_events(*this);
}

void Api::add(const std::string& method, const std::string& pattern, Call call,
              const http::RouteOptions& options) {
  auto handler = [call = std::move(call)](http::Request& request) {
    auto response = guarded([&]() -> Result<http::Response> {
      if (auto readable = check_text(request); !readable) return std::move(readable).error();
      return call(request);
    });
    return response ? std::move(*response) : http::problem(response.error(), request.id);
  };
  auto added = context_.routes.add(method, pattern, std::move(handler), options);
  if (!added) throw std::logic_error(added.error().message);
  routes_.push_back(std::move(*added));
}

}  // namespace swapmeet
