#include "delivery.h"

#include <swapmeet/digest.h>
#include <swapmeet/json_object.h>

#include <utility>
#include <vector>

namespace webhook {
namespace {

using namespace swapmeet;

std::string_view name_of(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::put: return "put";
    case ChangeKind::remove: return "remove";
    case ChangeKind::clear: return "clear";
    case ChangeKind::present: return "present";
    case ChangeKind::absent: break;
  }
  return "absent";
}

JsonObject json_of(const Change& change) {
  JsonObject json;
  json.number("revision", change.revision).text("op", name_of(change.kind));
  json.text("peer", change.peer.text());
  if (change.kind == ChangeKind::present) json.text("name", change.peer_name);
  const auto& listing = change.listing;
  if (change.kind == ChangeKind::remove) json.text("path", listing.path);
  if (change.kind != ChangeKind::put) return json;
  json.text("path", listing.path).text("content", listing.content.text());
  json.number("size", listing.size).text("modified", to_rfc3339(listing.modified));
  JsonObject attributes;
  for (const auto& [key, value] : listing.attributes) attributes.text(key, value);
  return json.object("attributes", attributes);
}

}  // namespace

Delivery delivery_of(const ChangeBatch& batch, std::string_view index, std::string id) {
  Delivery delivery{std::move(id), {}, {batch.feed, batch.upto}};
  std::vector<JsonObject> changes;
  for (const auto& change : batch.changes)
    if (change.kind != ChangeKind::put || !is_partial(change.listing))
      changes.push_back(json_of(change));
  // A beginning is told even when it is empty: the receiver has something to forget.
  if (changes.empty() && batch.base != 0) return delivery;
  delivery.body = JsonObject()
                      .text("delivery", delivery.id)
                      .text("index", index)
                      .text("feed", batch.feed)
                      .number("after", batch.base)
                      .number("upto", batch.upto)
                      .objects("changes", changes)
                      .json();
  return delivery;
}

std::string signature_of(std::string_view body, std::string_view secret) {
  constexpr std::size_t kBlock = 64;
  std::string key(secret.size() > kBlock ? sha256(secret) : std::string(secret));
  key.resize(kBlock, '\0');
  std::string inner = key;
  std::string outer = key;
  for (auto& c : inner) c = static_cast<char>(c ^ 0x36);
  for (auto& c : outer) c = static_cast<char>(c ^ 0x5c);
  inner += body;
  return "sha256=" + sha256_hex(outer + sha256(inner));
}

}  // namespace webhook
