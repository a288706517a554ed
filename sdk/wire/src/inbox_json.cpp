#include "json_tools.h"

namespace swapmeet::wire {
namespace {

void write(JsonWriter& out, const Offer& offer) {
  out.begin().text("id", offer.id).boolean("incoming", offer.incoming);
  out.text("peer", offer.peer.text()).text("peer_name", offer.peer_name);
  out.text("content", offer.content.text()).text("name", offer.name).number("size", offer.size);
  out.text("state", name_of(offer.state)).text("why", offer.why);
  if (!offer.download.empty()) out.text("download", offer.download);
  out.time("created", offer.created).end();
}

Offer read_offer(JsonReader& in) {
  Offer offer;
  offer.id = in.text("id");
  offer.incoming = in.boolean("incoming", true);
  offer.peer = in.id<PeerId>("peer");
  offer.peer_name = in.text("peer_name", false);
  offer.content = in.id<ContentId>("content");
  offer.name = in.text("name");
  offer.size = in.number("size");
  const auto state = offer_state_from(in.text("state"));
  if (!state) in.fail("state", "is none of waiting, accepted, refused, done and failed");
  offer.state = state.value_or(OfferState::waiting);
  offer.why = in.text("why", false);
  offer.download = in.text("download", false);
  offer.created = in.time("created");
  return offer;
}

}  // namespace

std::string to_json(const Offer& offer) {
  JsonWriter out;
  write(out, offer);
  return out.take();
}
template <>
Result<Offer> from_json(std::string_view text) {
  JsonReader in(text);
  auto offer = read_offer(in);
  return in.finish(std::move(offer));
}

std::string to_json(const Page<Offer>& page) {
  JsonWriter out;
  out.begin().list("offers", page.items, [&](const Offer& offer) { write(out, offer); });
  return out.text("next", page.next).end().take();
}
template <>
Result<Page<Offer>> from_json(std::string_view text) {
  JsonReader in(text);
  Page<Offer> page;
  in.list("offers", [&](JsonReader& one) { page.items.push_back(read_offer(one)); });
  page.next = in.text("next", false);
  return in.finish(std::move(page));
}

std::string to_json(const SendRequest& request) {
  JsonWriter out;
  return out.begin().text("path", request.path).text("peer", request.peer.text()).end().take();
}
template <>
Result<SendRequest> from_json(std::string_view text) {
  JsonReader in(text);
  SendRequest request{in.text("path"), in.id<PeerId>("peer")};
  return in.finish(std::move(request));
}

}  // namespace swapmeet::wire
