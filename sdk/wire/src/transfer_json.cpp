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

void write(JsonWriter& out, const DownloadStatus& download) {
  out.begin().text("id", download.id).text("content", download.content.text());
  out.text("name", download.name)
      .text("path", download.path)
      .text("state", name_of(download.state));
  out.number("size", download.size).number("done", download.done).number("rate", download.rate);
  out.list("sources", download.sources, [&](const DownloadSource& source) {
    out.begin().text("peer", source.peer.text()).text("name", source.name).text("url", source.url);
    out.number("bytes", source.bytes).number("rate", source.rate).text("state", source.state).end();
  });
  out.text("why", download.why);
  if (download.next_try) out.time("next_try", *download.next_try);
  out.time("started", download.started);
  if (download.finished) out.time("finished", *download.finished);
  out.end();
}

template <class T>
std::string written(const T& value) {
  JsonWriter out;
  write(out, value);
  return out.take();
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

std::string to_json(const ShareStatus& share) { return written(share); }
std::string to_json(const std::vector<ShareStatus>& shares) {
  JsonWriter out;
  return out.begin()
      .list("shares", shares, [&](const ShareStatus& share) { write(out, share); })
      .end()
      .take();
}

std::string to_json(const DownloadRequest& request) {
  JsonWriter out;
  out.begin().text("content", request.content.text()).text("name", request.name);
  out.text("folder", request.folder).boolean("overwrite", request.overwrite);
  out.list("sources", request.sources, [&](const Source& source) { write(out, source); });
  return out.end().take();
}
template <>
Result<DownloadRequest> from_json(std::string_view text) {
  JsonReader in(text);
  DownloadRequest request;
  request.content = in.id<ContentId>("content");
  request.name = in.text("name", false);
  request.folder = in.text("folder", false);
  request.overwrite = in.boolean("overwrite", false);
  in.list("sources", [&](JsonReader& one) { request.sources.push_back(read_source(one)); });
  return in.finish(std::move(request));
}

std::string to_json(const DownloadStatus& download) { return written(download); }
std::string to_json(const Page<DownloadStatus>& page) {
  return page_json("downloads", page,
                   [](JsonWriter& out, const DownloadStatus& one) { write(out, one); });
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

namespace {

DownloadStatus read_download(JsonReader& in) {
  DownloadStatus download;
  download.id = in.text("id");
  download.content = in.id<ContentId>("content");
  download.name = in.text("name");
  download.path = in.text("path");
  download.state = download_state_from(in.text("state")).value_or(DownloadState::failed);
  download.size = in.number("size");
  download.done = in.number("done");
  download.rate = in.number("rate");
  in.list("sources", [&](JsonReader& one) {
    download.sources.push_back({one.id<PeerId>("peer"), one.text("name"), one.text("url"),
                                one.number("bytes"), one.number("rate"), one.text("state")});
  });
  download.why = in.text("why");
  download.started = in.time("started");
  if (in.has("next_try")) download.next_try = in.time("next_try");
  if (in.has("finished")) download.finished = in.time("finished");
  return download;
}

}  // namespace

template <>
Result<DownloadStatus> from_json(std::string_view text) {
  JsonReader in(text);
  auto download = read_download(in);
  return in.finish(std::move(download));
}

template <>
Result<Page<DownloadStatus>> from_json(std::string_view text) {
  return page_from_json<DownloadStatus>("downloads", text, read_download);
}

}  // namespace swapmeet::wire
