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
      .list("uploads", uploads,
            [&](const UploadStatus& upload) {
              out.begin().text("address", upload.address);
              if (!upload.account.empty()) out.text("account", upload.account);
              out.text("content", upload.content.text());
              out.text("name", upload.name).number("size", upload.size).number("done", upload.done);
              out.number("rate", upload.rate).time("started", upload.started);
              out.number("place", upload.place).end();
            })
      .end()
      .take();
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
  in.list("uploads", [&](JsonReader& one) {
    UploadStatus upload;
    upload.address = one.text("address");
    upload.account = one.text("account", false);
    upload.content = one.id<ContentId>("content");
    upload.name = one.text("name");
    upload.size = one.number("size");
    upload.done = one.number("done");
    upload.rate = one.number("rate");
    upload.started = one.time("started");
    upload.place = one.number("place", false);
    uploads.push_back(std::move(upload));
  });
  return in.finish(std::move(uploads));
}

}  // namespace swapmeet::wire
