#include "host/api/api.h"
#include "host/api/request.h"

namespace swapmeet {
namespace {

Result<http::Response> offer_answer(const Result<Offer>& offer, int status = 200) {
  if (!offer) return offer.error();
  return http::json(wire::to_json(*offer), status);
}

}  // namespace

void add_inbox(Api& api) {
  const auto add = [&api](const char* method, const char* pattern, auto call) {
    api.add(method, pattern,
            [inbox = api.context().inbox, call](http::Request& request) -> Result<http::Response> {
              if (!inbox)
                return Error{ErrorCode::unsupported,
                             "this host has no inbox: no plugin of its configuration keeps one",
                             {}};
              if (auto allowed = check_person(request); !allowed) return std::move(allowed).error();
              return call(*inbox, request);
            });
  };
  add("GET", "/api/v1/inbox", [](Inbox& inbox, http::Request& request) -> Result<http::Response> {
    auto page = page_of(request);
    if (!page) return std::move(page).error();
    auto offers = inbox.list(*page);
    if (!offers) return std::move(offers).error();
    return http::json(wire::to_json(*offers));
  });
  add("POST", "/api/v1/inbox", [](Inbox& inbox, http::Request& request) -> Result<http::Response> {
    auto wanted = body_of<SendRequest>(request);
    if (!wanted) return std::move(wanted).error();
    return offer_answer(inbox.send(*wanted), 201);
  });
  add("GET", "/api/v1/inbox/{id}", [](Inbox& inbox, http::Request& request) {
    return offer_answer(inbox.get(request.params.at("id")));
  });
  add("POST", "/api/v1/inbox/{id}/accept", [](Inbox& inbox, http::Request& request) {
    return offer_answer(inbox.accept(request.params.at("id")));
  });
  add("POST", "/api/v1/inbox/{id}/refuse", [](Inbox& inbox, http::Request& request) {
    return offer_answer(inbox.refuse(request.params.at("id")));
  });
}

}  // namespace swapmeet
