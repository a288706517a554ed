#include "json_tools.h"

namespace swapmeet::wire {
namespace {

void write(JsonWriter& out, const DownloadStatus& download) {
  out.begin().text("id", download.id);
  if (!download.folder) out.text("content", download.content.text());
  out.text("name", download.name)
      .text("path", download.path)
      .text("state", name_of(download.state));
  out.number("size", download.size).number("done", download.done).number("rate", download.rate);
  if (const auto& folder = download.folder) {
    out.key("folder").begin().number("files", folder->files).number("done", folder->done);
    out.number("failed", folder->failed).boolean("listing", folder->listing).end();
  }
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

DownloadState read_download_state(JsonReader& in) {
  return download_state_from(in.text("state")).value_or(DownloadState::failed);
}

std::optional<FolderCounts> read_counts(JsonReader& in) {
  auto counts = in.object("folder");
  if (!counts) return std::nullopt;
  FolderCounts folder;
  folder.files = counts->number("files");
  folder.done = counts->number("done");
  folder.failed = counts->number("failed");
  folder.listing = counts->boolean("listing", false);
  in.adopt(*counts);
  return folder;
}

DownloadStatus read_download(JsonReader& in) {
  DownloadStatus download;
  download.id = in.text("id");
  download.folder = read_counts(in);
  if (!download.folder) download.content = in.id<ContentId>("content");
  download.name = in.text("name");
  download.path = in.text("path");
  download.state = read_download_state(in);
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

DownloadRequest read_content_request(JsonReader& in) {
  DownloadRequest request;
  request.content = in.id<ContentId>("content");
  request.name = in.text("name", false);
  request.folder = in.text("folder", false);
  request.overwrite = in.boolean("overwrite", false);
  in.list("sources", [&](JsonReader& one) { request.sources.push_back(read_source(one)); });
  request.proof = in.text("proof", false);
  return request;
}

FolderRequest read_folder_request(JsonReader& in) {
  FolderRequest request;
  if (!in.has("peer")) in.fail("peer", "is missing: the id of the peer whose folder it is");
  request.peer = in.id<PeerId>("peer");
  if (!in.has("path")) in.fail("path", "is missing: the peer's folder, as it lists it");
  request.path = in.text("path");
  request.folder = in.text("folder", false);
  request.overwrite = in.boolean("overwrite", false);
  request.proof = in.text("proof", false);
  return request;
}

}  // namespace

std::string to_json(const DownloadRequest& request) {
  JsonWriter out;
  out.begin().text("content", request.content.text()).text("name", request.name);
  out.text("folder", request.folder).boolean("overwrite", request.overwrite);
  out.list("sources", request.sources, [&](const Source& source) { write(out, source); });
  if (!request.proof.empty()) out.text("proof", request.proof);
  return out.end().take();
}
template <>
Result<DownloadRequest> from_json(std::string_view text) {
  JsonReader in(text);
  auto request = read_content_request(in);
  return in.finish(std::move(request));
}

std::string to_json(const FolderRequest& request) {
  JsonWriter out;
  out.begin().text("peer", request.peer.text()).text("path", request.path);
  out.text("folder", request.folder).boolean("overwrite", request.overwrite);
  if (!request.proof.empty()) out.text("proof", request.proof);
  return out.end().take();
}
template <>
Result<FolderRequest> from_json(std::string_view text) {
  JsonReader in(text);
  auto request = read_folder_request(in);
  return in.finish(std::move(request));
}

template <>
Result<DownloadOrder> from_json(std::string_view text) {
  JsonReader in(text);
  const bool one_content = in.has("content");
  const bool folder = in.has("peer") || in.has("path");
  if (one_content && folder)
    return invalid_argument(
        R"("content" is one file, and "peer" with "path" a folder: give one or the other)");
  DownloadOrder order;
  if (folder) {
    order = read_folder_request(in);
  } else {
    if (!one_content)
      in.fail("content", R"(is missing; for a folder there are "peer" and "path" instead)");
    order = read_content_request(in);
  }
  return in.finish(std::move(order));
}

std::string to_json(const DownloadStatus& download) {
  JsonWriter out;
  write(out, download);
  return out.take();
}
template <>
Result<DownloadStatus> from_json(std::string_view text) {
  JsonReader in(text);
  auto download = read_download(in);
  return in.finish(std::move(download));
}

std::string to_json(const Page<DownloadStatus>& page) {
  return page_json("downloads", page,
                   [](JsonWriter& out, const DownloadStatus& one) { write(out, one); });
}
template <>
Result<Page<DownloadStatus>> from_json(std::string_view text) {
  return page_from_json<DownloadStatus>("downloads", text, read_download);
}

std::string to_json(const DownloadPage& page) {
  JsonWriter out;
  out.begin().list("downloads", page.items, [&](const DownloadStatus& one) { write(out, one); });
  const auto& counts = page.counts;
  out.key("counts").begin().number("queued", counts.queued).number("running", counts.running);
  out.number("waiting", counts.waiting).number("paused", counts.paused);
  out.number("done", counts.done).number("failed", counts.failed).end();
  return out.text("next", page.next).end().take();
}
template <>
Result<DownloadPage> from_json(std::string_view text) {
  JsonReader in(text);
  DownloadPage page;
  in.list("downloads", [&](JsonReader& one) { page.items.push_back(read_download(one)); });
  page.next = in.text("next", false);
  if (auto counts = in.object("counts")) {
    page.counts = {counts->number("queued"), counts->number("running"), counts->number("waiting"),
                   counts->number("paused"), counts->number("done"),    counts->number("failed")};
    in.adopt(*counts);
  }
  return in.finish(std::move(page));
}

std::string to_json(const Page<FolderFile>& page) {
  return page_json("files", page, [](JsonWriter& out, const FolderFile& file) {
    out.begin().text("path", file.path).text("content", file.content.text());
    out.number("size", file.size).text("state", name_of(file.state)).text("why", file.why).end();
  });
}
template <>
Result<Page<FolderFile>> from_json(std::string_view text) {
  return page_from_json<FolderFile>("files", text, [](JsonReader& in) {
    return FolderFile{in.text("path"), in.id<ContentId>("content"), in.file_size("size"),
                      read_download_state(in), in.text("why")};
  });
}

}  // namespace swapmeet::wire
