#include "host/api/api.h"
#include "host/api/remedies.h"
#include "host/api/request.h"
#include "host/plugins/answers.h"
#include "host/reach/address_proofs.h"

namespace swapmeet {
namespace {

Result<void> check_new_peer(const ApiContext& context, const http::Request& request,
                            const PeerId& id) {
  if (!context.limits) return {};
  const auto known = context.registry->peer(id);
  if (known || known.error().code != ErrorCode::not_found) return {};
  return context.limits->take(Limited::new_peers, request);
}

// For who administers the host: what a peer that has no token for it would ask for.
bool is_remedy(const http::Request& request) {
  return request.identity.has_role("admin") && !request.headers.find("Swapmeet-Peer-Token");
}

Result<http::Response> leave(const ApiContext& context, http::Request& request) {
  if (is_remedy(request)) return forget_peer(context, request);
  auto id = own_peer_of(context, request);
  if (!id) return std::move(id).error();
  if (auto rate = check_rate(context, request, Limited::registrations); !rate)
    return std::move(rate).error();
  auto left = context.registry->leave(*id, peer_token_of(request));
  if (!left) return std::move(left).error();
  return no_content();
}

Result<http::Response> enroll(const ApiContext& context, http::Request& request) {
  auto id = own_peer_of(context, request);
  if (!id) return std::move(id).error();
  if (auto rate = check_rate(context, request, Limited::registrations); !rate)
    return std::move(rate).error();
  auto enrollment = body_of<Enrollment>(request);
  if (!enrollment) return std::move(enrollment).error();
  if (auto rate = check_new_peer(context, request, *id); !rate) return std::move(rate).error();
  enrollment->id = *id;
  enrollment->token = peer_token_of(request);
  if (const auto* former = request.headers.find("Swapmeet-Former-Token"))
    enrollment->former_token = *former;
  auto enrolled = context.registry->enroll(*enrollment, {request.identity, request.remote_address});
  if (!enrolled) return std::move(enrolled).error();
  if (context.proofs) {
    context.proofs->look(*id, request.remote_address);
    if (auto now = context.registry->peer(*id, request.identity)) enrolled->peer = std::move(*now);
  }
  return http::json(wire::to_json(*enrolled));
}

Result<http::Response> list_peers(const ApiContext& context, http::Request& request) {
  auto page = page_of(request);
  if (!page) return std::move(page).error();
  PeerQuery query{.page = *page, .name = {}, .present_only = true};
  if (const auto* name = request.query_value("name")) query.name = *name;
  auto all = flag_of(request, "all");
  if (!all) return std::move(all).error();
  query.present_only = !*all;
  query.viewer = request.identity;
  auto peers = context.registry->peers(query);
  if (!peers) return std::move(peers).error();
  check_answer(*peers, query);
  return http::json(wire::to_json(*peers));
}

// For whatever the peer lets a member have.
Result<void> add_ticket(const ApiContext& context, const Identity& viewer, PeerRecord& peer) {
  if (!context.ticket_issuer || viewer.is_guest() || !peer.ticket.empty()) return {};
  auto ticket = context.ticket_issuer->issue({.content = {},
                                              .account = viewer.account,
                                              .groups = viewer.groups,
                                              .expires = {},
                                              .source = peer.id});
  if (!ticket) return std::move(ticket).error();
  peer.ticket = std::move(*ticket);
  return {};
}

Result<BrowseQuery> browse_query(http::Request& request) {
  auto page = page_of(request);
  if (!page) return std::move(page).error();
  BrowseQuery query{
      .page = *page, .folder = {}, .viewer = request.identity, .deadline = request.deadline};
  if (const auto* folder = request.query_value("folder")) query.folder = *folder;
  return query;
}

// Whom else a file is for is not for everyone to know.
void hide_others(std::vector<Listing>& files, const Identity& viewer) {
  if (viewer.has_role("admin")) return;
  for (auto& file : files) file.audience = file.audience.as_known_to(viewer);
}

Result<http::Response> browse(const ApiContext& context, http::Request& request) {
  auto id = id_of<PeerId>(request, "id");
  if (!id) return std::move(id).error();
  const auto query = browse_query(request);
  if (!query) return query.error();
  auto files = context.registry->browse(*id, *query);
  if (!files) return std::move(files).error();
  check_answer(*files, *query);
  hide_others(files->items, request.identity);
  return http::json(wire::to_json(*files));
}

Result<http::Response> browse_level(const ApiContext& context, http::Request& request) {
  auto id = id_of<PeerId>(request, "id");
  if (!id) return std::move(id).error();
  const auto query = browse_query(request);
  if (!query) return query.error();
  auto level = context.registry->level(*id, *query);
  if (!level) return std::move(level).error();
  check_answer(*level, *query);
  hide_others(level->files, request.identity);
  return http::json(wire::to_json(*level));
}

}  // namespace

void add_peers(Api& api) {
  // Runs `call` where there is a registry.
  const auto add = [&api](const char* method, const char* pattern, auto call) {
    api.add(method, pattern,
            [&context = api.context(), call](http::Request& request) -> Result<http::Response> {
              if (!context.registry) return not_here("registry");
              return call(context, request);
            });
  };
  add("GET", "/api/v1/peers", list_peers);
  add("PUT", "/api/v1/peers/{id}", enroll);
  add("GET", "/api/v1/peers/{id}/files", browse);
  add("GET", "/api/v1/peers/{id}/folders", browse_level);
  add("GET", "/api/v1/peers/{id}",
      [](const ApiContext& context, http::Request& request) -> Result<http::Response> {
        auto id = id_of<PeerId>(request, "id");
        if (!id) return std::move(id).error();
        auto peer = context.registry->peer(*id, request.identity);
        if (!peer) return std::move(peer).error();
        check_answer(*peer);
        if (auto ticketed = add_ticket(context, request.identity, *peer); !ticketed)
          return std::move(ticketed).error();
        return http::json(wire::to_json(*peer));
      });
  add("POST", "/api/v1/peers/{id}/lease",
      [](const ApiContext& context, http::Request& request) -> Result<http::Response> {
        auto id = own_peer_of(context, request);
        if (!id) return std::move(id).error();
        auto lease = context.registry->renew(*id, peer_token_of(request));
        if (!lease) return std::move(lease).error();
        if (context.proofs) context.proofs->look(*id, request.remote_address);
        return http::json(wire::lease_to_json(*lease));
      });
  add("DELETE", "/api/v1/peers/{id}", leave);
}

}  // namespace swapmeet
