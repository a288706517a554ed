// Invitations: who gets one makes an account of their own, once.
#include "host/api/api.h"
#include "host/api/auditing.h"
#include "host/api/request.h"
#include "swapmeet/wire/accounts.h"

namespace swapmeet {
namespace {

constexpr std::uint64_t kUsualInvitationDays = 7;
constexpr std::uint64_t kMostInvitationDays = 366;

Result<http::Response> invite(const ApiContext& context, http::Request& request) {
  auto wanted = body_of<wire::InvitationRequest>(request);
  if (!wanted) return std::move(wanted).error();
  if (wanted->days > kMostInvitationDays)
    return invalid_argument("an invitation lasts 366 days at most");
  const auto days = wanted->days == 0 ? kUsualInvitationDays : wanted->days;
  Invitation invitation;
  invitation.made_by = request.identity.account;
  invitation.note = std::move(wanted->note);
  invitation.expires = context.clock.now() + std::chrono::hours(24 * days);
  invitation.groups = std::move(wanted->groups);
  invitation.roles = std::move(wanted->roles);
  const auto issued = context.accounts->invite(invitation);
  if (!issued) return issued.error();
  record(context, request, "invitation.made", issued->invitation.id, issued->invitation.note);
  auto response = http::json(wire::to_json(*issued), 201);
  response.headers.set("Cache-Control", "no-store");
  return response;
}

Result<http::Response> list_invitations(const ApiContext& context, http::Request&) {
  const auto all = context.accounts->invitations();
  if (!all) return all.error();
  return http::json(wire::invitations_to_json(*all));
}

Result<http::Response> withdraw(const ApiContext& context, http::Request& request) {
  const auto& id = request.params.at("id");
  auto withdrawn = context.accounts->withdraw_invitation(id);
  if (!withdrawn) return std::move(withdrawn).error();
  record(context, request, "invitation.withdrawn", id);
  return no_content();
}

}  // namespace

void add_invitations(Api& api) {
  const auto add = [&api](const char* method, const char* pattern, auto call) {
    api.add(
        method, pattern,
        [&context = api.context(), call](http::Request& request) -> Result<http::Response> {
          if (!context.accounts)
            return unsupported("this host has no accounts: [auth] plugin = accounts keeps them");
          if (auto person = check_person(request); !person) return std::move(person).error();
          return call(context, request);
        });
  };
  add("POST", "/api/v1/invitations", invite);
  add("GET", "/api/v1/invitations", list_invitations);
  add("DELETE", "/api/v1/invitations/{id}", withdraw);
}

}  // namespace swapmeet
