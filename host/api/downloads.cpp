#include <utility>

#include "host/api/api.h"
#include "host/api/request.h"
#include "swapmeet/json_object.h"

namespace swapmeet {
namespace {

// Of all downloads at once.
constexpr std::pair<const char*, DownloadChange> kChanges[] = {
    {"/api/v1/downloads/pause", DownloadChange::pause},
    {"/api/v1/downloads/resume", DownloadChange::resume},
    {"/api/v1/downloads/cancel", DownloadChange::cancel},
    {"/api/v1/downloads/clear", DownloadChange::clear},
};

Result<http::Response> download_answer(const Result<DownloadStatus>& status, int code = 200) {
  if (!status) return status.error();
  return http::json(wire::to_json(*status), code);
}

// `state`: some of them, with commas; `id`: how theirs begin; `order`: "newest" or "turn".
Result<DownloadQuery> query_of(const http::Request& request) {
  auto page = page_of(request);
  if (!page) return std::move(page).error();
  DownloadQuery query{.page = std::move(*page)};
  if (const auto* states = request.query_value("state"); states && !states->empty())
    for (std::size_t at = 0, end = 0; end != std::string::npos; at = end + 1) {
      end = states->find(',', at);
      const auto name = states->substr(at, end - at);
      const auto state = download_state_from(name);
      if (!state)
        return invalid_argument("there is no state '" + name +
                                "'; there are queued, running, waiting, paused, done and failed");
      query.states.push_back(*state);
    }
  if (const auto* id = request.query_value("id")) query.id = *id;
  if (const auto* order = request.query_value("order")) {
    query.by_turn = *order == "turn";
    if (!query.by_turn && *order != "newest")
      return invalid_argument("order must be newest or turn");
  }
  return query;
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
        const auto query = query_of(request);
        if (!query) return query.error();
        auto all = downloads.list(*query);
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
  for (const auto& [name, change] : kChanges)
    add("POST", name,
        [change = change](Downloads& downloads, http::Request&) -> Result<http::Response> {
          const auto changed = downloads.change_all(change);
          if (!changed) return changed.error();
          return http::json(JsonObject().number("downloads", *changed).json());
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
