#include "json_tools.h"

namespace swapmeet::wire {
namespace {

void write(JsonWriter& out, const ShareStatus& share) {
  out.begin().text("name", share.share.name).text("folder", share.share.folder);
  write_audience(out, share.share.audience);
  out.boolean("configured", share.configured)
      .number("files", share.files)
      .number("bytes", share.bytes);
  out.number("waiting_files", share.waiting_files).number("waiting_bytes", share.waiting_bytes);
  out.boolean("scanning", share.scanning).text("problem", share.problem).end();
}

void write_upload(JsonWriter& out, const UploadStatus& upload) {
  out.begin().text("address", upload.address);
  if (!upload.account.empty()) out.text("account", upload.account);
  if (!upload.peer.is_zero()) out.text("peer", upload.peer.text());
  if (!upload.peer_name.empty())
    out.text("peer_name", upload.peer_name).boolean("at_home", upload.at_home);
  out.text("content", upload.content.text());
  out.text("name", upload.name).number("size", upload.size).number("done", upload.done);
  out.number("rate", upload.rate).time("started", upload.started);
  if (upload.finished) out.time("finished", *upload.finished);
  out.number("place", upload.place).end();
}

UploadStatus read_upload(JsonReader& in) {
  UploadStatus upload;
  upload.address = in.text("address");
  upload.account = in.text("account", false);
  if (in.has("peer")) upload.peer = in.id<PeerId>("peer");
  upload.peer_name = in.text("peer_name", false);
  upload.at_home = in.boolean("at_home", false);
  upload.content = in.id<ContentId>("content");
  upload.name = in.text("name");
  upload.size = in.number("size");
  upload.done = in.number("done");
  upload.rate = in.number("rate");
  upload.started = in.time("started");
  if (in.has("finished")) upload.finished = in.time("finished");
  upload.place = in.number("place", false);
  return upload;
}

}  // namespace

std::string to_json(const ShareSpec& share) {
  JsonWriter out;
  out.begin().text("name", share.name).text("folder", share.folder);
  write_audience(out, share.audience);
  return out.end().take();
}
template <>
Result<ShareSpec> from_json(std::string_view text) {
  JsonReader in(text);
  ShareSpec share{in.text("name"), in.text("folder"), read_audience(in)};
  return in.finish(std::move(share));
}

std::string to_json(const Audience& audience) {
  JsonWriter out;
  out.begin();
  if (audience.everyone)
    out.texts("audience", {"everyone"});
  else
    write_audience(out, audience);
  return out.end().take();
}
// Nobody means everyone by leaving it out.
template <>
Result<Audience> from_json(std::string_view text) {
  JsonReader in(text);
  if (!in.has("audience")) in.fail("audience", "is missing");
  auto audience = read_audience(in);
  return in.finish(std::move(audience));
}

std::string to_json(const ShareStatus& share) {
  JsonWriter out;
  write(out, share);
  return out.take();
}
std::string to_json(const std::vector<ShareStatus>& shares) {
  JsonWriter out;
  return out.begin()
      .list("shares", shares, [&](const ShareStatus& share) { write(out, share); })
      .end()
      .take();
}

std::string to_json(const std::vector<UploadStatus>& uploads) {
  JsonWriter out;
  return out.begin()
      .list("uploads", uploads, [&](const UploadStatus& one) { write_upload(out, one); })
      .end()
      .take();
}
std::string to_json(const Page<UploadStatus>& page) {
  return page_json("uploads", page, write_upload);
}

template <>
Result<std::vector<ShareStatus>> from_json(std::string_view text) {
  JsonReader in(text);
  std::vector<ShareStatus> shares;
  in.list("shares", [&](JsonReader& one) {
    ShareStatus share;
    share.share = {one.text("name"), one.text("folder"), read_audience(one)};
    share.configured = one.boolean("configured", false);
    share.files = one.number("files");
    share.bytes = one.number("bytes");
    share.waiting_files = one.number("waiting_files");
    share.waiting_bytes = one.number("waiting_bytes");
    share.scanning = one.boolean("scanning", false);
    share.problem = one.text("problem");
    shares.push_back(std::move(share));
  });
  return in.finish(std::move(shares));
}

template <>
Result<std::vector<UploadStatus>> from_json(std::string_view text) {
  JsonReader in(text);
  std::vector<UploadStatus> uploads;
  in.list("uploads", [&](JsonReader& one) { uploads.push_back(read_upload(one)); });
  return in.finish(std::move(uploads));
}
template <>
Result<Page<UploadStatus>> from_json(std::string_view text) {
  return page_from_json<UploadStatus>("uploads", text, read_upload);
}

}  // namespace swapmeet::wire
