#include "json_tools.h"

namespace swapmeet::wire {

void write(JsonWriter& out, const PeerRecord& peer) {
  out.begin().text("id", peer.id.text()).text("name", peer.name).text("address", peer.address);
  out.number("port", peer.port).text("seen_address", peer.seen_address);
  if (!peer.account.empty()) out.text("account", peer.account);
  out.number("files", peer.files).number("bytes", peer.bytes).boolean("present", peer.present);
  out.boolean("dialable", peer.dialable);
  if (!peer.unreachable.empty()) out.text("unreachable", peer.unreachable);
  out.time("last_seen", peer.last_seen);
  if (!peer.fingerprint.empty()) out.text("fingerprint", peer.fingerprint);
  out.boolean("plain", peer.plain);
  if (!peer.locked.empty()) out.texts("locked", peer.locked);
  if (!peer.ticket.empty()) out.text("ticket", peer.ticket);
  out.end();
}

PeerRecord read_peer(JsonReader& in) {
  PeerRecord peer;
  peer.id = in.id<PeerId>("id");
  peer.name = in.text("name");
  peer.address = in.text("address");
  const auto port = in.number("port");
  if (port > 65535) in.fail("port", "must be at most 65535");
  peer.port = static_cast<std::uint16_t>(port);
  peer.seen_address = in.text("seen_address", false);
  peer.account = in.text("account", false);
  peer.files = in.number("files", false);
  peer.bytes = in.number("bytes", false);
  peer.present = in.boolean("present", false);
  peer.dialable = in.boolean("dialable", true);
  peer.unreachable = in.text("unreachable", false);
  peer.last_seen = in.time("last_seen");
  peer.fingerprint = in.text("fingerprint", false);
  peer.plain = in.boolean("plain", true);
  if (in.has("locked")) peer.locked = in.texts("locked");
  peer.ticket = in.text("ticket", false);
  return peer;
}

// ["everyone"] is the rule and left out.
void write_audience(JsonWriter& out, const Audience& audience) {
  if (audience.everyone) return;
  std::vector<std::string> who;
  for (const auto& group : audience.groups) who.push_back("group:" + group);
  for (const auto& account : audience.accounts) who.push_back("account:" + account);
  out.texts("audience", who);
  if (audience.visible) out.boolean("visible", true);
}

Audience read_audience(JsonReader& in) {
  Audience audience;
  if (!in.has("audience")) return audience;
  audience.everyone = false;
  for (const auto& who : in.texts("audience")) {
    if (who == "everyone")
      audience.everyone = true;
    else if (who.starts_with("group:"))
      audience.groups.push_back(who.substr(6));
    else if (who.starts_with("account:"))
      audience.accounts.push_back(who.substr(8));
    else
      in.fail("audience",
              "holds '" + who + "'; everyone, group:NAME and account:NAME are possible");
  }
  audience.visible = in.boolean("visible", false) && !audience.everyone;
  return audience;
}

void write_fields(JsonWriter& out, const Listing& listing) {
  out.text("path", listing.path).text("content", listing.content.text());
  out.number("size", listing.size).time("modified", listing.modified);
  write_audience(out, listing.audience);
  write_attributes(out, listing.attributes);
  if (listing.have) out.number("have", *listing.have);
}

Listing read_listing(JsonReader& in) {
  Listing listing;
  listing.path = in.text("path");
  listing.content = in.id<ContentId>("content");
  listing.size = in.file_size("size");
  listing.modified = in.time("modified");
  listing.audience = read_audience(in);
  listing.attributes = read_attributes(in);
  if (in.has("have")) listing.have = in.number("have");
  return listing;
}

void write(JsonWriter& out, const Source& source) {
  out.begin().text("peer", source.peer.text()).text("name", source.name).text("url", source.url);
  out.number("have", source.have);
  if (!source.fingerprint.empty()) out.text("fingerprint", source.fingerprint);
  if (source.restricted) out.boolean("restricted", true);
  if (!source.ticket.empty()) out.text("ticket", source.ticket);
  out.end();
}

Source read_source(JsonReader& in) {
  Source source{in.id<PeerId>("peer"), in.text("name"), in.text("url"), in.number("have", false),
                in.text("fingerprint", false)};
  source.restricted = in.boolean("restricted", false);
  source.ticket = in.text("ticket", false);
  return source;
}

namespace {
// Bounded, so that arithmetic on a lease from a foreign index cannot overflow.
std::chrono::seconds read_lease(JsonReader& in) {
  constexpr std::uint64_t kLongestLease = std::uint64_t{7} * 24 * 3600;
  const auto seconds = in.number("lease_seconds");
  if (seconds == 0 || seconds > kLongestLease) in.fail("lease_seconds", "must be from 1 to 604800");
  return std::chrono::seconds(seconds > kLongestLease ? kLongestLease : seconds);
}
}  // namespace

std::string to_json(const PeerRecord& peer) {
  JsonWriter out;
  write(out, peer);
  return out.take();
}
template <>
Result<PeerRecord> from_json(std::string_view text) {
  JsonReader in(text);
  auto peer = read_peer(in);
  return in.finish(std::move(peer));
}

std::string to_json(const Enrollment& enrollment) {
  JsonWriter out;
  out.begin().text("name", enrollment.name).text("address", enrollment.address);
  out.number("port", enrollment.port).boolean("dialable", enrollment.dialable);
  if (!enrollment.fingerprint.empty()) out.text("fingerprint", enrollment.fingerprint);
  return out.boolean("plain", enrollment.plain).end().take();
}
template <>
Result<Enrollment> from_json(std::string_view text) {
  JsonReader in(text);
  Enrollment enrollment;
  enrollment.name = in.text("name");
  enrollment.address = in.text("address", false);
  const auto port = in.number("port");
  if (port == 0 || port > 65535) in.fail("port", "must be from 1 to 65535");
  enrollment.port = static_cast<std::uint16_t>(port);
  enrollment.dialable = in.boolean("dialable", true);
  enrollment.fingerprint = in.text("fingerprint", false);
  enrollment.plain = in.boolean("plain", true);
  return in.finish(std::move(enrollment));
}

std::string to_json(const Enrolled& enrolled) {
  JsonWriter out;
  out.begin().key("peer");
  write(out, enrolled.peer);
  out.number("lease_seconds", static_cast<std::uint64_t>(enrolled.lease.count()));
  out.text("seen_address", enrolled.peer.seen_address).text("token", enrolled.token);
  if (!enrolled.index.is_zero()) out.text("index", enrolled.index.text());
  return out.end().take();
}
template <>
Result<Enrolled> from_json(std::string_view text) {
  JsonReader in(text);
  Enrolled enrolled;
  if (auto peer = in.object("peer")) {
    enrolled.peer = read_peer(*peer);
    in.adopt(*peer);
  } else {
    in.fail("peer", "is missing");
  }
  enrolled.lease = read_lease(in);
  enrolled.token = in.text("token");
  if (in.has("index")) enrolled.index = in.id<PeerId>("index");
  return in.finish(std::move(enrolled));
}

std::string lease_to_json(std::chrono::seconds lease) {
  JsonWriter out;
  return out.begin()
      .number("lease_seconds", static_cast<std::uint64_t>(lease.count()))
      .end()
      .take();
}
template <>
Result<std::chrono::seconds> from_json(std::string_view text) {
  JsonReader in(text);
  const auto lease = read_lease(in);
  return in.finish(lease);
}

std::string to_json(const ContentRecord& content) {
  JsonWriter out;
  out.begin().text("content", content.content.text()).number("size", content.size);
  out.texts("names", content.names);
  out.list("sources", content.sources, [&](const Source& source) { write(out, source); });
  if (!content.ticket.empty()) out.text("ticket", content.ticket);
  write_audience(out, content.audience);
  return out.end().take();
}
template <>
Result<ContentRecord> from_json(std::string_view text) {
  JsonReader in(text);
  ContentRecord content;
  content.content = in.id<ContentId>("content");
  content.size = in.file_size("size");
  content.names = in.texts("names");
  in.list("sources", [&](JsonReader& one) { content.sources.push_back(read_source(one)); });
  content.ticket = in.text("ticket", false);
  content.audience = read_audience(in);
  return in.finish(std::move(content));
}

std::string to_json(const Page<PeerRecord>& page) {
  return page_json("peers", page, [](JsonWriter& out, const PeerRecord& one) { write(out, one); });
}
template <>
Result<Page<PeerRecord>> from_json(std::string_view text) {
  return page_from_json<PeerRecord>("peers", text, read_peer);
}

std::string to_json(const Page<Listing>& page) {
  return page_json("files", page, [](JsonWriter& out, const Listing& listing) {
    out.begin();
    write_fields(out, listing);
    out.end();
  });
}
template <>
Result<Page<Listing>> from_json(std::string_view text) {
  return page_from_json<Listing>("files", text, read_listing);
}

std::string to_json(const FolderLevel& level) {
  JsonWriter out;
  out.begin().list("folders", level.folders, [&](const SharedFolder& folder) {
    out.begin().text("name", folder.name).number("files", folder.files);
    out.number("bytes", folder.bytes).end();
  });
  out.list("files", level.files, [&](const Listing& listing) {
    out.begin();
    write_fields(out, listing);
    out.end();
  });
  return out.text("next", level.next).end().take();
}
template <>
Result<FolderLevel> from_json(std::string_view text) {
  JsonReader in(text);
  FolderLevel level;
  in.list("folders", [&](JsonReader& one) {
    level.folders.push_back({one.text("name"), one.number("files"), one.number("bytes")});
  });
  in.list("files", [&](JsonReader& one) { level.files.push_back(read_listing(one)); });
  level.next = in.text("next", false);
  return in.finish(std::move(level));
}

}  // namespace swapmeet::wire
