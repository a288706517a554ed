#include "transfer/swarm/inbox/inbox_routes.h"

#include "transfer/swarm/inbox/offer_message.h"

namespace swapmeet::transfer_swarm {
namespace {

http::RouteOptions options() { return {.max_body = 1 << 20}; }  // the names of a whole folder

std::string token_of(const http::Request& request) {
  constexpr std::string_view kScheme = "Bearer ";
  const auto* header = request.headers.find("Authorization");
  return header != nullptr && header->starts_with(kScheme) ? header->substr(kScheme.size()) : "";
}

template <class T>
Result<http::Response> answer(const Result<T>& value, int status = 200) {
  if (!value) return value.error();
  return http::json(wire::to_json(*value), status);
}

Result<http::Response> receive(PeerInbox& inbox, const http::Request& request) {
  const auto message = wire::from_json<wire::OfferMessage>(request.body);
  if (!message) return message.error();
  return answer(inbox.receive(*message, token_of(request), request.remote_address), 201);
}

Result<http::Response> show(PeerInbox& inbox, const http::Request& request) {
  const auto message = inbox.show(request.params.at("id"), token_of(request));
  const auto* brief = request.query_value("digest");
  if (!message || !brief || *brief != "true") return answer(message);
  return http::json(digest_of(*message));
}

Result<http::Response> hear(PeerInbox& inbox, const http::Request& request) {
  const auto news = wire::from_json<wire::OfferNews>(request.body);
  if (!news) return news.error();
  return answer(inbox.hear(request.params.at("id"), token_of(request), *news));
}

}  // namespace

Result<std::vector<Registration>> add_inbox_routes(http::Routes& routes, PeerInbox& inbox) {
  std::vector<Registration> registrations;
  const auto add = [&](const char* method, const char* pattern, auto work) -> Result<void> {
    auto added = routes.add(
        method, pattern,
        [&inbox, work](http::Request& request) {
          auto response = sqlite::attempt([&] { return work(inbox, request); });
          return response ? std::move(*response) : http::problem(response.error(), request.id);
        },
        options());
    if (!added) return added.error();
    registrations.push_back(std::move(*added));
    return {};
  };
  if (auto added = add("POST", "/inbox", receive); !added) return added.error();
  if (auto added = add("GET", "/inbox/{id}", show); !added) return added.error();
  if (auto added = add("POST", "/inbox/{id}", hear); !added) return added.error();
  return registrations;
}

}  // namespace swapmeet::transfer_swarm
