#include <algorithm>

#include "json_tools.h"
#include "swapmeet/wire/bans.h"

namespace swapmeet::wire {
namespace {

constexpr std::uint64_t kLongestBan = std::uint64_t{100} * 366 * 24 * 3600;  // no sum overflows

std::optional<std::chrono::seconds> read_length(JsonReader& in) {
  if (!in.has("seconds")) return std::nullopt;
  const auto seconds = in.number("seconds");
  if (seconds == 0 || seconds > kLongestBan) in.fail("seconds", "must be from 1 to 3162240000");
  return std::chrono::seconds(std::min(seconds, kLongestBan));
}

void write_length(JsonWriter& out, const std::optional<std::chrono::seconds>& length) {
  if (length) out.number("seconds", static_cast<std::uint64_t>(length->count()));
}

std::optional<PeerId> read_peer_id(JsonReader& in) {
  if (!in.has("peer")) return std::nullopt;
  return in.id<PeerId>("peer");
}

void write(JsonWriter& out, const BanRecord& ban) {
  out.begin().number("number", ban.number);
  if (ban.peer) out.text("peer", ban.peer->text());
  if (!ban.addresses.empty()) out.text("addresses", ban.addresses);
  out.text("reason", ban.reason).text("by", ban.by).time("made", ban.made);
  if (ban.until) out.time("until", *ban.until);
  if (ban.forgotten) out.number("forgotten", *ban.forgotten);
  out.end();
}

BanRecord read_ban(JsonReader& in) {
  BanRecord ban;
  ban.number = in.number("number");
  ban.peer = read_peer_id(in);
  ban.addresses = in.text("addresses", false);
  ban.reason = in.text("reason");
  ban.by = in.text("by", false);
  ban.made = in.time("made");
  if (in.has("until")) ban.until = in.time("until");
  if (in.has("forgotten")) ban.forgotten = in.number("forgotten");
  return ban;
}

}  // namespace

std::string to_json(const BanOrder& order) {
  JsonWriter out;
  out.begin();
  if (order.peer) out.text("peer", order.peer->text());
  if (!order.addresses.empty()) out.text("addresses", order.addresses);
  out.text("reason", order.reason);
  write_length(out, order.length);
  return out.end().take();
}
template <>
Result<BanOrder> from_json(std::string_view text) {
  JsonReader in(text);
  BanOrder order;
  order.peer = read_peer_id(in);
  order.addresses = in.text("addresses", false);
  order.reason = in.text("reason");
  order.length = read_length(in);
  return in.finish(std::move(order));
}

std::string to_json(const BanRecord& ban) {
  JsonWriter out;
  write(out, ban);
  return out.take();
}
template <>
Result<BanRecord> from_json(std::string_view text) {
  JsonReader in(text);
  auto ban = read_ban(in);
  return in.finish(std::move(ban));
}

std::string to_json(const std::vector<BanRecord>& bans) {
  JsonWriter out;
  return out.begin()
      .list("bans", bans, [&](const BanRecord& ban) { write(out, ban); })
      .end()
      .take();
}
template <>
Result<std::vector<BanRecord>> from_json(std::string_view text) {
  JsonReader in(text);
  std::vector<BanRecord> bans;
  in.list("bans", [&](JsonReader& one) { bans.push_back(read_ban(one)); });
  return in.finish(std::move(bans));
}

std::string to_json(const TransferOrder& order) {
  JsonWriter out;
  out.begin().text("account", order.account);
  write_length(out, order.length);
  return out.end().take();
}
template <>
Result<TransferOrder> from_json(std::string_view text) {
  JsonReader in(text);
  TransferOrder order;
  order.account = in.text("account", false);
  order.length = read_length(in);
  return in.finish(std::move(order));
}

std::string to_json(const Transfer& transfer) {
  JsonWriter out;
  return out.begin().text("account", transfer.account).time("until", transfer.until).end().take();
}
template <>
Result<Transfer> from_json(std::string_view text) {
  JsonReader in(text);
  Transfer transfer{in.text("account", false), in.time("until")};
  return in.finish(std::move(transfer));
}

}  // namespace swapmeet::wire
