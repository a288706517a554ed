#include "host/api/api.h"

#include <stdexcept>

#include "host/api/request.h"
#include "swapmeet/watch.h"

namespace swapmeet {
namespace {
constexpr std::chrono::hours kLongest{24};  // of a request without a deadline
}

Api::Api(ApiContext context) : context_(std::move(context)) {
  add_openapi(*this);
  add_status(*this);
  add_events(*this);
  add_resource({}, add_sessions);
  add_resource({}, add_keys);
  add_resource({}, add_audit);
  add_resource(Accounts::kInterface, add_accounts);
  add_resource(Accounts::kInterface, add_invitations);
  add_resource(Registry::kInterface, add_peers);
  add_resource(Registry::kInterface, add_remedies);
  add_resource(Registry::kInterface, add_changes);
  add_resource(Registry::kInterface, add_contents);
  add_resource(Search::kInterface, add_search);
  add_resource(Watches::kInterface, add_watches);
  add_resource(Shares::kInterface, add_shares);
  add_resource(Downloads::kInterface, add_downloads);
  add_resource(Uploads::kInterface, add_uploads);
  add_resource(Inbox::kInterface, add_inbox);
}

void Api::add_resource(std::string_view interface_id, void (*add_routes)(Api&)) {
  gate_ = context_.gate(interface_id);
  if (context_.routes_of) its_routes_ = context_.routes_of(interface_id);
  add_routes(*this);
  its_routes_.reset();
  gate_ = nullptr;
}

void Api::add(const std::string& method, const std::string& pattern, Call call,
              const http::RouteOptions& options) {
  auto handler = [call = std::move(call), gate = gate_,
                  &clock = context_.clock](http::Request& request) {
    const auto checked = [&]() -> Result<http::Response> {
      if (auto readable = check_text(request); !readable) return std::move(readable).error();
      return call(request);
    };
    // What the host's own code throws, the front makes an answer of.
    const Doing doing(request.method, request.path, request.id);
    const Serving serving(doing);
    auto response =
        gate ? gate->call(doing, checked, request.deadline.left(clock, kLongest)) : checked();
    return response ? std::move(*response) : http::problem(response.error(), request.id);
  };
  auto& routes = its_routes_ ? *its_routes_ : context_.routes;
  auto added = routes.add(method, pattern, std::move(handler), options);
  if (!added) throw std::logic_error(added.error().message);
  routes_.push_back(std::move(*added));
}

}  // namespace swapmeet
