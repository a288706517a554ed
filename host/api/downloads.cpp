#include "host/api/api.h"
#include "host/api/request.h"

namespace swapmeet {
namespace {

Result<http::Response> download_answer(const Result<DownloadStatus>& status, int code = 200) {
  if (!status) return status.error();
  return http::json(wire::to_json(*status), code);
}

}  // namespace

void add_downloads(Api& api) {
  const auto add = [&api](const char* method, const char* pattern, auto call) {
    api.add(method, pattern,
            [downloads = api.context().downloads,
             call](http::Request& request) -> Result<http::Response> {
              if (!downloads) return not_here("transfer");
              if (auto allowed = check_person(request); !allowed) return std::move(allowed).error();
              return call(*downloads, request);
            });
  };
  add("GET", "/api/v1/downloads",
      [](Downloads& downloads, http::Request& request) -> Result<http::Response> {
        auto page = page_of(request);
        if (!page) return std::move(page).error();
        auto all = downloads.list(*page);
        if (!all) return std::move(all).error();
        return http::json(wire::to_json(*all));
      });
  add("POST", "/api/v1/downloads",
      [](Downloads& downloads, http::Request& request) -> Result<http::Response> {
        const auto order = body_of<wire::DownloadOrder>(request);
        if (!order) return order.error();
        if (const auto* folder = std::get_if<FolderRequest>(&*order))
          return download_answer(downloads.start_folder(*folder), 201);
        return download_answer(downloads.start(std::get<DownloadRequest>(*order)), 201);
      });
  add("GET", "/api/v1/downloads/{id}", [](Downloads& downloads, http::Request& request) {
    return download_answer(downloads.get(request.params.at("id")));
  });
  add("GET", "/api/v1/downloads/{id}/files",
      [](Downloads& downloads, http::Request& request) -> Result<http::Response> {
        auto page = page_of(request);
        if (!page) return std::move(page).error();
        auto files = downloads.files(request.params.at("id"), *page);
        if (!files) return std::move(files).error();
        return http::json(wire::to_json(*files));
      });
  add("POST", "/api/v1/downloads/{id}/pause", [](Downloads& downloads, http::Request& request) {
    return download_answer(downloads.pause(request.params.at("id")));
  });
  add("POST", "/api/v1/downloads/{id}/resume", [](Downloads& downloads, http::Request& request) {
    return download_answer(downloads.resume(request.params.at("id")));
  });
  add("DELETE", "/api/v1/downloads/{id}",
      [](Downloads& downloads, http::Request& request) -> Result<http::Response> {
        auto cancelled = downloads.cancel(request.params.at("id"));
        if (!cancelled) return std::move(cancelled).error();
        return no_content();
      });
}

}  // namespace swapmeet
