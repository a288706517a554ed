#include "host/api/remedies.h"

#include <algorithm>

#include "host/api/auditing.h"
#include "host/api/request.h"
#include "host/limits/bans.h"
#include "swapmeet/wire/bans.h"

namespace swapmeet {
namespace {

// How long an id may be taken over: whoever knows of it could be the first.
constexpr std::chrono::hours kTransfer{1};
constexpr std::chrono::hours kTransferToAccount{24 * 30};
constexpr std::size_t kForgottenAtOnce = 100;  // peers, in one call of the registry

Result<http::Response> transfer(const ApiContext& context, http::Request& request) {
  auto id = id_of<PeerId>(request, "id");
  if (!id) return std::move(id).error();
  auto order = body_of<wire::TransferOrder>(request);
  if (!order) return std::move(order).error();
  if (!order->account.empty() && context.accounts)
    if (auto account = through(context.gate(Accounts::kInterface), "get()",
                               [&] { return context.accounts->get(order->account); });
        !account)
      return std::move(account).error();
  const auto length =
      order->length.value_or(order->account.empty() ? kTransfer : kTransferToAccount);
  const Transfer to{order->account, context.clock.now() + length};
  if (auto done = context.registry->transfer(*id, to); !done) return std::move(done).error();
  record(context, request, "peer.transferred", id->text(),
         to.account.empty() ? "to anybody" : "to " + to.account);
  return http::json(wire::to_json(to));
}

wire::BanRecord record_of(const Ban& ban) {
  return {.number = static_cast<std::uint64_t>(ban.number),
          .peer = ban.peer,
          .addresses = ban.addresses ? ban.addresses->text() : std::string(),
          .reason = ban.reason,
          .by = ban.by,
          .made = ban.made,
          .until = ban.until};
}

// Those whom a ban means.
Result<std::vector<PeerId>> peers_of(Registry& registry, const Ban& ban) {
  std::vector<PeerId> peers;
  if (ban.peer) peers.push_back(*ban.peer);
  if (!ban.addresses) return peers;
  PeerQuery query{.page = {.limit = 1000, .after = {}}, .name = {}, .present_only = false};
  do {
    auto page = registry.peers(query);
    if (!page) return std::move(page).error();
    for (const auto& peer : page->items)
      if (ban.addresses->contains(peer.seen_address) && peer.id != ban.peer)
        peers.push_back(peer.id);
    query.page.after = std::move(page->next);
  } while (!query.page.after.empty());
  return peers;
}

Result<std::size_t> forget(Registry& registry, const std::vector<PeerId>& peers) {
  std::size_t forgotten = 0;
  for (std::size_t at = 0; at < peers.size(); at += kForgottenAtOnce) {
    const auto end = std::min(peers.size(), at + kForgottenAtOnce);
    const auto count = registry.forget({peers.begin() + static_cast<std::ptrdiff_t>(at),
                                        peers.begin() + static_cast<std::ptrdiff_t>(end)});
    if (!count) return count.error();
    forgotten += *count;
  }
  return forgotten;
}

// First the ban, so that nobody comes back while their peers are forgotten.
Result<http::Response> ban(const ApiContext& context, http::Request& request) {
  auto order = body_of<wire::BanOrder>(request);
  if (!order) return std::move(order).error();
  Ban wanted;
  wanted.peer = order->peer;
  wanted.reason = std::move(order->reason);
  wanted.by = request.identity.account;
  if (order->length) wanted.until = context.clock.now() + *order->length;
  if (!order->addresses.empty()) {
    auto range = AddressRange::parse(order->addresses);
    if (!range) return std::move(range).error();
    wanted.addresses = *range;
  }
  auto made = context.bans->add(std::move(wanted));
  if (!made) return std::move(made).error();
  auto shown = record_of(*made);
  record(context, request, "peer.banned", shown.peer ? shown.peer->text() : shown.addresses,
         (shown.peer && !shown.addresses.empty() ? "and " + shown.addresses + ": " : "") +
             made->reason);
  auto peers = peers_of(*context.registry, *made);
  auto forgotten = peers ? forget(*context.registry, *peers) : peers.error();
  if (!forgotten && forgotten.error().code != ErrorCode::unsupported)
    return std::move(forgotten).error();
  if (forgotten) shown.forgotten = *forgotten;
  return http::json(wire::to_json(shown), 201);
}

Result<http::Response> list_bans(const ApiContext& context, http::Request&) {
  std::vector<wire::BanRecord> records;
  for (const auto& one : context.bans->all()) records.push_back(record_of(one));
  return http::json(wire::to_json(records));
}

Result<http::Response> lift(const ApiContext& context, http::Request& request) {
  const auto& text = request.params.at("number");
  const auto number = parse_integer(text);
  if (!number) return not_found("there is no ban " + text);
  if (auto lifted = context.bans->lift(*number); !lifted) return std::move(lifted).error();
  record(context, request, "ban.lifted", text);
  return no_content();
}

}  // namespace

Result<http::Response> forget_peer(const ApiContext& context, http::Request& request) {
  if (auto allowed = check_person(request); !allowed) return std::move(allowed).error();
  auto id = id_of<PeerId>(request, "id");
  if (!id) return std::move(id).error();
  const auto count = context.registry->forget({*id});
  if (!count) return count.error();
  if (*count == 0) return not_found("the peer " + id->text() + " is not registered here");
  record(context, request, "peer.forgotten", id->text());
  return no_content();
}

void add_remedies(Api& api) {
  const auto add = [&api](const char* method, const char* pattern, auto call) {
    api.add(method, pattern,
            [&context = api.context(), call](http::Request& request) -> Result<http::Response> {
              if (!context.registry) return not_here("registry");
              if (auto allowed = check_person(request); !allowed) return std::move(allowed).error();
              return call(context, request);
            });
  };
  const auto with_bans = [](auto call) {
    return [call](const ApiContext& context, http::Request& request) -> Result<http::Response> {
      if (!context.bans) return unsupported("this host bans nobody: it is no index");
      return call(context, request);
    };
  };
  add("POST", "/api/v1/peers/{id}/forget", forget_peer);
  add("PATCH", "/api/v1/peers/{id}", transfer);
  add("POST", "/api/v1/bans", with_bans(ban));
  add("GET", "/api/v1/bans", with_bans(list_bans));
  add("DELETE", "/api/v1/bans/{number}", with_bans(lift));
}

}  // namespace swapmeet
