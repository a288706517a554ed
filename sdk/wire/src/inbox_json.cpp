#include "json_tools.h"

namespace swapmeet::wire {
namespace {

void write(JsonWriter& out, const Offer& offer) {
  out.begin().text("id", offer.id).boolean("incoming", offer.incoming);
  out.text("peer", offer.peer.text()).text("peer_name", offer.peer_name);
  out.text("content", offer.content.text()).text("name", offer.name).number("size", offer.size);
  out.number("done", offer.done).text("state", name_of(offer.state)).text("why", offer.why);
  if (!offer.download.empty()) out.text("download", offer.download);
  if (offer.files > 0) out.number("files", offer.files);
  out.time("created", offer.created).end();
}

OfferState read_state(JsonReader& in) {
  const auto state = offer_state_from(in.text("state"));
  if (!state) in.fail("state", "is none of waiting, accepted, refused, done and failed");
  return state.value_or(OfferState::waiting);
}

Offer read_offer(JsonReader& in) {
  Offer offer;
  offer.id = in.text("id");
  offer.incoming = in.boolean("incoming", true);
  offer.peer = in.id<PeerId>("peer");
  offer.peer_name = in.text("peer_name", false);
  offer.content = in.id<ContentId>("content");
  offer.name = in.text("name");
  offer.files = in.number("files", false);
  offer.size = in.number("size");
  offer.done = in.number("done", false);
  offer.state = read_state(in);
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
  return page_json("offers", page, [](JsonWriter& out, const Offer& one) { write(out, one); });
}
template <>
Result<Page<Offer>> from_json(std::string_view text) {
  return page_from_json<Offer>("offers", text, read_offer);
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

std::string to_json(const OfferMessage& message) {
  JsonWriter out;
  out.begin().text("id", message.id).text("from", message.from.text());
  out.text("to", message.to.text()).text("content", message.content.text());
  out.text("name", message.name).number("size", message.size);
  if (!message.files.empty())
    out.list("files", message.files, [&](const OfferedFile& file) {
      out.begin().text("path", file.path).text("content", file.content.text());
      out.number("size", file.size).end();
    });
  return out.end().take();
}
template <>
Result<OfferMessage> from_json(std::string_view text) {
  JsonReader in(text);
  OfferMessage message;
  message.id = in.text("id");
  message.from = in.id<PeerId>("from");
  message.to = in.id<PeerId>("to");
  message.content = in.id<ContentId>("content");
  message.name = in.text("name");
  message.size = in.number("size");
  in.list("files", [&](JsonReader& one) {
    message.files.push_back(
        {one.text("path"), one.id<ContentId>("content"), one.file_size("size")});
  });
  return in.finish(std::move(message));
}

std::string to_json(const OfferNews& news) {
  JsonWriter out;
  out.begin().text("state", name_of(news.state)).number("done", news.done);
  return out.text("why", news.why).end().take();
}
template <>
Result<OfferNews> from_json(std::string_view text) {
  JsonReader in(text);
  OfferNews news;
  news.state = read_state(in);
  news.done = in.number("done", false);
  news.why = in.text("why", false);
  return in.finish(std::move(news));
}

}  // namespace swapmeet::wire
