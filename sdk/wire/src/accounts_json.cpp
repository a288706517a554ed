#include "json_tools.h"
#include "swapmeet/wire/accounts.h"

namespace swapmeet::wire {
namespace {

void write_fields_of(JsonWriter& out, const ApiKey& key) {
  out.begin().text("id", key.id).text("name", key.name).text("account", key.account);
  out.texts("scopes", key.scopes).time("made", key.made).time("expires", key.expires);
  if (!key.token.empty()) out.text("token", key.token);
  out.end();
}

ApiKey read_key(JsonReader& in) {
  ApiKey key;
  key.id = in.text("id");
  key.name = in.text("name");
  key.account = in.text("account");
  key.scopes = in.texts("scopes");
  key.made = in.time("made");
  key.expires = in.time("expires");
  key.token = in.text("token", false);
  return key;
}

void write_fields_of(JsonWriter& out, const Invitation& invitation, const std::string& code) {
  out.begin().text("id", invitation.id).text("made_by", invitation.made_by);
  out.text("note", invitation.note).time("made", invitation.made);
  out.time("expires", invitation.expires).texts("groups", invitation.groups);
  out.texts("roles", invitation.roles);
  if (!code.empty()) out.text("code", code);
  out.end();
}

Invitation read_invitation(JsonReader& in) {
  Invitation invitation;
  invitation.id = in.text("id");
  invitation.made_by = in.text("made_by");
  invitation.note = in.text("note", false);
  invitation.made = in.time("made");
  invitation.expires = in.time("expires");
  invitation.groups = in.texts("groups");
  invitation.roles = in.texts("roles");
  return invitation;
}

SessionInfo read_session(JsonReader& in) {
  SessionInfo session;
  session.id = in.text("id");
  session.account = in.text("account");
  session.started = in.time("started");
  session.expires = in.time("expires");
  session.address = in.text("address", false);
  session.agent = in.text("agent", false);
  session.current = in.boolean("current", false);
  return session;
}

AuditEntry read_entry(JsonReader& in) {
  AuditEntry entry;
  entry.number = in.number("number");
  entry.at = in.time("at");
  entry.who = in.text("who", false);
  entry.address = in.text("address", false);
  entry.what = in.text("what");
  entry.whom = in.text("whom", false);
  entry.detail = in.text("detail", false);
  return entry;
}

// {"NAME":[…]}
template <class T, class ReadOne>
Result<std::vector<T>> list_from_json(const char* name, std::string_view text, ReadOne read_one) {
  JsonReader in(text);
  std::vector<T> items;
  in.list(name, [&](JsonReader& one) { items.push_back(read_one(one)); });
  return in.finish(std::move(items));
}

}  // namespace

std::string to_json(const KeyRequest& request) {
  JsonWriter out;
  out.begin().text("name", request.name).texts("scopes", request.scopes);
  if (request.days != 0) out.number("days", request.days);
  return out.end().take();
}
template <>
Result<KeyRequest> from_json(std::string_view text) {
  JsonReader in(text);
  KeyRequest request;
  request.name = in.text("name");
  request.scopes = in.texts("scopes");
  request.days = in.number("days", false);
  return in.finish(std::move(request));
}

std::string to_json(const ApiKey& key) {
  JsonWriter out;
  write_fields_of(out, key);
  return out.take();
}
template <>
Result<ApiKey> from_json(std::string_view text) {
  JsonReader in(text);
  auto key = read_key(in);
  return in.finish(std::move(key));
}
std::string keys_to_json(const std::vector<ApiKey>& keys) {
  JsonWriter out;
  out.begin().list("keys", keys, [&](const ApiKey& key) { write_fields_of(out, key); });
  return out.end().take();
}
template <>
Result<std::vector<ApiKey>> from_json(std::string_view text) {
  return list_from_json<ApiKey>("keys", text, read_key);
}

std::string to_json(const InvitationRequest& request) {
  JsonWriter out;
  out.begin().text("note", request.note).texts("groups", request.groups);
  out.texts("roles", request.roles);
  if (request.days != 0) out.number("days", request.days);
  return out.end().take();
}
template <>
Result<InvitationRequest> from_json(std::string_view text) {
  JsonReader in(text);
  InvitationRequest request;
  request.note = in.text("note", false);
  request.groups = in.texts("groups");
  request.roles = in.texts("roles");
  request.days = in.number("days", false);
  return in.finish(std::move(request));
}

std::string to_json(const IssuedInvitation& issued) {
  JsonWriter out;
  write_fields_of(out, issued.invitation, issued.code);
  return out.take();
}
template <>
Result<IssuedInvitation> from_json(std::string_view text) {
  JsonReader in(text);
  IssuedInvitation issued{read_invitation(in), in.text("code")};
  return in.finish(std::move(issued));
}
std::string invitations_to_json(const std::vector<Invitation>& invitations) {
  JsonWriter out;
  out.begin().list("invitations", invitations,
                   [&](const Invitation& one) { write_fields_of(out, one, ""); });
  return out.end().take();
}
template <>
Result<std::vector<Invitation>> from_json(std::string_view text) {
  return list_from_json<Invitation>("invitations", text, read_invitation);
}

std::string sessions_to_json(const std::vector<SessionInfo>& sessions) {
  JsonWriter out;
  out.begin().list("sessions", sessions, [&](const SessionInfo& one) {
    out.begin().text("id", one.id).text("account", one.account).time("started", one.started);
    out.time("expires", one.expires).text("address", one.address).text("agent", one.agent);
    out.boolean("current", one.current).end();
  });
  return out.end().take();
}
template <>
Result<std::vector<SessionInfo>> from_json(std::string_view text) {
  return list_from_json<SessionInfo>("sessions", text, read_session);
}

std::string to_json(const Page<AuditEntry>& page) {
  return page_json("entries", page, [](JsonWriter& out, const AuditEntry& one) {
    out.begin().number("number", one.number).time("at", one.at).text("who", one.who);
    out.text("address", one.address).text("what", one.what).text("whom", one.whom);
    out.text("detail", one.detail).end();
  });
}
template <>
Result<Page<AuditEntry>> from_json(std::string_view text) {
  return page_from_json<AuditEntry>("entries", text, read_entry);
}

}  // namespace swapmeet::wire
