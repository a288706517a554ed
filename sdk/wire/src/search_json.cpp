#include "json_tools.h"

namespace swapmeet::wire {

std::string to_json(const SearchPage& page) {
  JsonWriter out;
  out.begin().text("query", page.query).number("total", page.total);
  out.list("hits", page.hits, [&](const Hit& hit) {
    out.begin().text("content", hit.content.text()).text("name", hit.name).text("path", hit.path);
    out.number("size", hit.size).text("type", name_of(hit.type)).number("sources", hit.sources);
    out.texts("names", hit.names).end();
  });
  return out.text("next", page.next).end().take();
}

template <>
Result<SearchPage> from_json(std::string_view text) {
  JsonReader in(text);
  SearchPage page;
  page.query = in.text("query");
  page.total = in.number("total");
  in.list("hits", [&](JsonReader& one) {
    Hit hit;
    hit.content = one.id<ContentId>("content");
    hit.name = one.text("name");
    hit.path = one.text("path", false);
    hit.size = one.number("size");
    hit.type = media_type_from(one.text("type")).value_or(MediaType::other);
    hit.sources = static_cast<std::uint32_t>(one.number("sources"));
    hit.names = one.texts("names");
    page.hits.push_back(std::move(hit));
  });
  page.next = in.text("next", false);
  return in.finish(std::move(page));
}

std::string to_json(const StatusReport& report) {
  JsonWriter out;
  out.begin().text("name", report.name).text("version", report.version);
  out.text("peer", report.peer.text()).text("role", report.role);
  out.number("uptime_seconds", static_cast<std::uint64_t>(report.uptime.count()));
  out.list("plugins", report.plugins, [&](const PluginReport& plugin) {
    out.begin().text("id", plugin.id).text("kind", plugin.kind).text("version", plugin.version);
    out.text("state", plugin.state).end();
  });
  out.key("counts")
      .begin()
      .number("peers", report.counts.peers)
      .number("present", report.counts.present);
  out.number("files", report.counts.files).number("bytes", report.counts.bytes).end();
  if (!report.content_address.empty()) out.text("content_address", report.content_address);
  if (!report.index_url.empty()) out.text("index_url", report.index_url);
  return out.text("index_problem", report.index_problem).end().take();
}

template <>
Result<StatusReport> from_json(std::string_view text) {
  JsonReader in(text);
  StatusReport report;
  report.name = in.text("name");
  report.version = in.text("version");
  report.peer = in.id<PeerId>("peer");
  report.role = in.text("role");
  report.uptime = std::chrono::seconds(in.number("uptime_seconds"));
  in.list("plugins", [&](JsonReader& one) {
    report.plugins.push_back(
        {one.text("id"), one.text("kind"), one.text("version"), one.text("state")});
  });
  if (auto counts = in.object("counts")) {
    report.counts = {counts->number("peers"), counts->number("present"), counts->number("files"),
                     counts->number("bytes")};
    in.adopt(*counts);
  }
  report.content_address = in.text("content_address", false);
  report.index_url = in.text("index_url", false);
  report.index_problem = in.text("index_problem", false);
  return in.finish(std::move(report));
}

std::string to_json(const std::vector<PluginListing>& plugins) {
  JsonWriter out;
  out.begin().list("plugins", plugins, [&](const PluginListing& one) {
    out.begin().text("id", one.plugin.id).text("kind", one.plugin.kind);
    out.text("version", one.plugin.version).text("summary", one.summary);
    out.text("state", one.plugin.state).text("section", one.section).texts("keys", one.keys).end();
  });
  return out.end().take();
}

}  // namespace swapmeet::wire
