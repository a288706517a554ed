#include "json_tools.h"

namespace swapmeet::wire {
namespace {

constexpr const char* kTicketAlgorithm = "Ed25519";

void write_account_ban(JsonWriter& out, const AccountBan& ban) {
  out.key("ban").begin().text("reason", ban.reason);
  if (ban.until) out.time("until", *ban.until);
  out.end();
}

std::optional<AccountBan> read_account_ban(JsonReader& in) {
  auto its = in.object("ban");
  if (!its) return std::nullopt;
  AccountBan ban;
  ban.reason = its->text("reason", false);
  if (its->has("until")) ban.until = its->time("until");
  in.adopt(*its);
  return ban;
}

void write(JsonWriter& out, const Account& account) {
  out.begin().text("name", account.name).texts("groups", account.groups);
  out.texts("roles", account.roles).boolean("disabled", account.disabled);
  out.time("created", account.created);
  if (account.ban) write_account_ban(out, *account.ban);
  if (account.last_login) out.time("last_login", *account.last_login);
  out.end();
}

Account read_account(JsonReader& in) {
  Account account;
  account.name = in.text("name");
  account.groups = in.texts("groups");
  account.roles = in.texts("roles");
  account.disabled = in.boolean("disabled", false);
  account.created = in.time("created");
  account.ban = read_account_ban(in);
  if (in.has("last_login")) account.last_login = in.time("last_login");
  return account;
}

}  // namespace

std::string to_json(const Credentials& credentials) {
  JsonWriter out;
  out.begin().text("account", credentials.account);
  out.text("password", credentials.password);
  if (!credentials.invitation.empty()) out.text("invitation", credentials.invitation);
  return out.end().take();
}
template <>
Result<Credentials> from_json(std::string_view text) {
  JsonReader in(text);
  Credentials credentials{in.text("account"), in.text("password"), in.text("invitation", false)};
  return in.finish(std::move(credentials));
}

std::string to_json(const Session& session) {
  JsonWriter out;
  out.begin().text("token", session.token).time("expires", session.expires);
  out.text("account", session.identity.account).texts("groups", session.identity.groups);
  out.texts("roles", session.identity.roles);
  if (!session.device.empty()) out.text("device", session.device);
  return out.end().take();
}
template <>
Result<Session> from_json(std::string_view text) {
  JsonReader in(text);
  Session session;
  session.token = in.text("token");
  session.expires = in.time("expires");
  session.identity = {in.text("account"), in.texts("groups"), in.texts("roles")};
  session.device = in.text("device", false);
  return in.finish(std::move(session));
}

std::string to_json(const TicketKey& key) {
  JsonWriter out;
  out.begin().text("algorithm", kTicketAlgorithm);
  return out.text("key", to_hex(key.bytes.data(), key.bytes.size())).end().take();
}
template <>
Result<TicketKey> from_json(std::string_view text) {
  JsonReader in(text);
  TicketKey key;
  const auto algorithm = in.text("algorithm");
  const auto digits = in.text("key");
  auto read = in.finish(key);
  if (read &&
      (algorithm != kTicketAlgorithm || !from_hex(digits, read->bytes.data(), read->bytes.size())))
    return unsupported("the key for tickets is none of Ed25519");
  return read;
}

std::string to_json(const Account& account) {
  JsonWriter out;
  write(out, account);
  return out.take();
}
template <>
Result<Account> from_json(std::string_view text) {
  JsonReader in(text);
  auto account = read_account(in);
  return in.finish(std::move(account));
}

std::string to_json(const Page<Account>& page) {
  return page_json("accounts", page, [](JsonWriter& out, const Account& one) { write(out, one); });
}
template <>
Result<Page<Account>> from_json(std::string_view text) {
  return page_from_json<Account>("accounts", text, read_account);
}

std::string to_json(const AccountChange& change) {
  JsonWriter out;
  out.begin();
  if (change.password) out.text("password", *change.password);
  if (change.groups) out.texts("groups", *change.groups);
  if (change.roles) out.texts("roles", *change.roles);
  if (change.disabled) out.boolean("disabled", *change.disabled);
  if (change.ban && *change.ban) write_account_ban(out, **change.ban);
  if (change.ban && !*change.ban) out.boolean("ban", false);
  if (change.old_password) out.text("old_password", *change.old_password);
  return out.end().take();
}
template <>
Result<AccountChange> from_json(std::string_view text) {
  JsonReader in(text);
  AccountChange change;
  if (in.has("password")) change.password = in.text("password");
  if (in.has("groups")) change.groups = in.texts("groups");
  if (in.has("roles")) change.roles = in.texts("roles");
  if (in.has("disabled")) change.disabled = in.boolean("disabled", false);
  if (const auto* ban = in.find("ban"))
    change.ban = ban->IsFalse() ? std::optional<AccountBan>() : read_account_ban(in);
  if (in.has("old_password")) change.old_password = in.text("old_password");
  return in.finish(std::move(change));
}

}  // namespace swapmeet::wire
