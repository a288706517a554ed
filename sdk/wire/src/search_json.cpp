#include <algorithm>

#include "json_tools.h"

namespace swapmeet::wire {

namespace {

void write(JsonWriter& out, const Facets& facets) {
  struct Class {
    std::size_t at;
    std::uint64_t count;
  };
  const auto found = [](const auto& counts) {
    std::vector<Class> classes;
    for (std::size_t at = 0; at < counts.size(); ++at)
      if (counts[at] > 0) classes.push_back({at, counts[at]});
    return classes;
  };
  out.key("facets").begin();
  out.list("types", found(facets.types), [&](const Class& one) {
    out.begin().text("type", name_of(static_cast<MediaType>(one.at))).number("count", one.count);
    out.end();
  });
  out.list("sizes", found(facets.sizes), [&](const Class& one) {
    out.begin().number("from", one.at == 0 ? 0 : Facets::kSizes.at(one.at - 1));
    if (one.at < Facets::kSizes.size()) out.number("below", Facets::kSizes.at(one.at));
    out.number("count", one.count).end();
  });
  out.end();
}

std::chrono::seconds read_keep(JsonReader& in) {
  const auto seconds = in.number("keep_seconds");
  if (seconds < 60 || seconds > 31'536'000)
    in.fail("keep_seconds", "must be from 60 to 31536000, which is a year");
  return std::chrono::seconds(std::min<std::uint64_t>(seconds, 31'536'000));
}

void write(JsonWriter& out, const WatchRecord& watch) {
  out.begin().text("id", watch.id).text("query", watch.query);
  out.number("keep_seconds", static_cast<std::uint64_t>(watch.keep.count()));
  if (watch.collect) out.boolean("collect", true).number("waiting", watch.waiting);
  out.end();
}

void write_fields(JsonWriter& out, const Match& match) {
  out.text("content", match.content.text()).text("name", match.name);
  out.text("path", match.path).number("size", match.size).text("type", name_of(match.type));
  out.text("peer", match.peer.text());
  write_attributes(out, match.attributes);
}

Match read_match(JsonReader& in) {
  Match match;
  match.content = in.id<ContentId>("content");
  match.name = in.text("name");
  match.path = in.text("path");
  match.size = in.file_size("size");
  match.type = media_type_from(in.text("type")).value_or(MediaType::other);
  match.peer = in.id<PeerId>("peer");
  match.attributes = read_attributes(in);
  return match;
}

WatchRecord read_watch(JsonReader& in) {
  WatchRecord watch{in.text("id"), in.text("query"), {}};
  if (in.has("keep_seconds")) watch.keep = read_keep(in);
  watch.collect = in.boolean("collect", false);
  watch.waiting = in.number("waiting", false);
  return watch;
}

Facets read_facets(JsonReader& in) {
  Facets facets;
  in.list("types", [&](JsonReader& one) {
    const auto type = media_type_from(one.text("type")).value_or(MediaType::other);
    facets.types.at(static_cast<std::size_t>(type)) += one.number("count");
  });
  in.list("sizes", [&](JsonReader& one) {
    facets.sizes.at(Facets::size_class(one.number("from"))) += one.number("count");
  });
  return facets;
}

}  // namespace

std::string to_json(const SearchPage& page) {
  JsonWriter out;
  out.begin().text("query", page.query);
  if (!page.searched_for.empty()) out.text("searched_for", page.searched_for);
  out.number("total", page.total).boolean("has_more", page.has_more);
  out.list("hits", page.hits, [&](const Hit& hit) {
    out.begin().text("content", hit.content.text()).text("name", hit.name).text("path", hit.path);
    out.number("size", hit.size).text("type", name_of(hit.type)).number("sources", hit.sources);
    out.texts("names", hit.names).real("score", hit.score);
    if (hit.modified != Time{}) out.time("modified", hit.modified);
    write_attributes(out, hit.attributes);
    if (!hit.peer.is_zero()) out.text("peer", hit.peer.text());
    out.end();
  });
  out.text("next", page.next);
  if (page.facets) write(out, *page.facets);
  if (!page.left_out.empty()) out.texts("left_out", page.left_out);
  return out.end().take();
}

template <>
Result<SearchPage> from_json(std::string_view text) {
  JsonReader in(text);
  SearchPage page;
  page.query = in.text("query");
  page.total = in.number("total");
  page.has_more = in.boolean("has_more", false);
  page.searched_for = in.text("searched_for", false);
  in.list("hits", [&](JsonReader& one) {
    Hit hit;
    hit.content = one.id<ContentId>("content");
    hit.name = one.text("name");
    hit.path = one.text("path", false);
    hit.size = one.file_size("size");
    hit.type = media_type_from(one.text("type")).value_or(MediaType::other);
    hit.sources = static_cast<std::uint32_t>(one.number("sources"));
    hit.names = one.texts("names");
    hit.score = one.real("score");
    hit.modified = one.time("modified");
    hit.attributes = read_attributes(one);
    if (one.has("peer")) hit.peer = one.id<PeerId>("peer");
    page.hits.push_back(std::move(hit));
  });
  page.next = in.text("next", false);
  page.left_out = in.texts("left_out");
  if (auto facets = in.object("facets")) {
    page.facets = read_facets(*facets);
    in.adopt(*facets);
  }
  return in.finish(std::move(page));
}

std::string to_json(const Suggestions& suggestions) {
  JsonWriter out;
  return out.begin().texts("suggestions", suggestions.queries).end().take();
}

template <>
Result<Suggestions> from_json(std::string_view text) {
  JsonReader in(text);
  Suggestions suggestions{in.texts("suggestions")};
  return in.finish(std::move(suggestions));
}

std::string to_json(const WatchOrder& watch) {
  JsonWriter out;
  out.begin().text("query", watch.query);
  if (watch.keep) out.number("keep_seconds", static_cast<std::uint64_t>(watch.keep->count()));
  if (watch.collect) out.boolean("collect", true);
  return out.end().take();
}

template <>
Result<WatchOrder> from_json(std::string_view text) {
  JsonReader in(text);
  WatchOrder watch{in.text("query"), {}};
  if (in.has("keep_seconds")) watch.keep = read_keep(in);
  watch.collect = in.boolean("collect", false);
  return in.finish(std::move(watch));
}

std::string to_json(const WatchRecord& watch) {
  JsonWriter out;
  write(out, watch);
  return out.take();
}

template <>
Result<WatchRecord> from_json(std::string_view text) {
  JsonReader in(text);
  WatchRecord watch = read_watch(in);
  return in.finish(std::move(watch));
}

std::string to_json(const std::vector<WatchRecord>& watches) {
  JsonWriter out;
  out.begin().list("watches", watches, [&](const WatchRecord& watch) { write(out, watch); });
  return out.end().take();
}

template <>
Result<std::vector<WatchRecord>> from_json(std::string_view text) {
  JsonReader in(text);
  std::vector<WatchRecord> watches;
  in.list("watches", [&](JsonReader& one) { watches.push_back(read_watch(one)); });
  return in.finish(std::move(watches));
}

std::string to_json(const Match& match) {
  JsonWriter out;
  out.begin();
  write_fields(out, match);
  return out.end().take();
}

template <>
Result<Match> from_json(std::string_view text) {
  JsonReader in(text);
  auto match = read_match(in);
  return in.finish(std::move(match));
}

std::string to_json(const WaitingMatches& waiting) {
  JsonWriter out;
  out.begin().list("matches", waiting.matches, [&](const WaitingMatches::One& one) {
    out.begin();
    write_fields(out, one.match);
    out.time("found", one.found).end();
  });
  return out.number("lost", waiting.lost).end().take();
}

template <>
Result<WaitingMatches> from_json(std::string_view text) {
  JsonReader in(text);
  WaitingMatches waiting;
  in.list("matches", [&](JsonReader& one) {
    waiting.matches.push_back({read_match(one), one.time("found")});
  });
  waiting.lost = in.number("lost", false);
  return in.finish(std::move(waiting));
}

std::string to_json(const StatusReport& report) {
  JsonWriter out;
  out.begin().text("name", report.name).text("version", report.version);
  out.text("peer", report.peer.text()).text("role", report.role);
  out.number("uptime_seconds", static_cast<std::uint64_t>(report.uptime.count()));
  out.list("plugins", report.plugins, [&](const PluginReport& plugin) {
    out.begin().text("id", plugin.id).text("kind", plugin.kind).text("version", plugin.version);
    out.text("state", plugin.state).number("faults", plugin.faults);
    out.number("overdue", plugin.overdue);
    if (!plugin.reason.empty()) out.text("reason", plugin.reason);
    out.end();
  });
  if (const auto& counts = report.counts) {
    out.key("counts").begin().number("peers", counts->peers).number("present", counts->present);
    out.number("files", counts->files).number("bytes", counts->bytes).end();
  }
  if (!report.content_address.empty()) out.text("content_address", report.content_address);
  if (!report.index_url.empty()) out.text("index_url", report.index_url);
  if (!report.fingerprint.empty()) out.text("fingerprint", report.fingerprint);
  if (report.transferred)
    out.key("transferred")
        .begin()
        .number("requests", report.transferred->requests)
        .number("sent", report.transferred->sent)
        .number("received", report.transferred->received)
        .end();
  if (report.reload)
    out.key("reload")
        .begin()
        .time("time", report.reload->time)
        .texts("changed", report.reload->changed)
        .texts("refused", report.reload->refused)
        .texts("at_restart", report.reload->at_restart)
        .end();
  if (!report.unreachable.empty()) out.text("unreachable", report.unreachable);
  if (!report.cautions.empty()) out.texts("cautions", report.cautions);
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
    report.plugins.push_back({.id = one.text("id"),
                              .kind = one.text("kind"),
                              .version = one.text("version"),
                              .state = one.text("state"),
                              .reason = one.text("reason", false),
                              .faults = one.number("faults", false),
                              .overdue = one.number("overdue", false)});
  });
  if (auto counts = in.object("counts")) {
    report.counts = RegistryCounts{counts->number("peers"), counts->number("present"),
                                   counts->number("files"), counts->number("bytes")};
    in.adopt(*counts);
  }
  report.content_address = in.text("content_address", false);
  report.index_url = in.text("index_url", false);
  report.fingerprint = in.text("fingerprint", false);
  report.index_problem = in.text("index_problem", false);
  report.unreachable = in.text("unreachable", false);
  report.cautions = in.texts("cautions");
  if (auto totals = in.object("transferred")) {
    report.transferred = {totals->number("requests"), totals->number("sent"),
                          totals->number("received")};
    in.adopt(*totals);
  }
  if (auto reload = in.object("reload")) {
    report.reload = {reload->time("time"), reload->texts("changed"), reload->texts("refused"),
                     reload->texts("at_restart")};
    in.adopt(*reload);
  }
  return in.finish(std::move(report));
}

namespace {

// Both the names alone ("keys") and all of each ("settings").
void write_keys(JsonWriter& out, const std::vector<KeyListing>& keys) {
  out.list("keys", keys, [&](const KeyListing& key) { out.value(key.name); });
  out.list("settings", keys, [&](const KeyListing& key) {
    out.begin().text("name", key.name).text("type", key.type).boolean("required", key.required);
    out.text("default", key.default_value).text("least", key.least).text("greatest", key.greatest);
    out.text("choices", key.choices).boolean("changes_at_once", key.changes_at_once);
    out.text("help", key.help).end();
  });
}

}  // namespace

std::string to_json(const std::vector<PluginListing>& plugins,
                    const std::vector<SectionListing>& sections) {
  JsonWriter out;
  out.begin().list("plugins", plugins, [&](const PluginListing& one) {
    out.begin().text("id", one.plugin.id).text("kind", one.plugin.kind);
    out.text("version", one.plugin.version).text("summary", one.summary);
    out.text("state", one.plugin.state).text("section", one.section);
    write_keys(out, one.keys);
    out.end();
  });
  out.list("sections", sections, [&](const SectionListing& one) {
    out.begin().text("name", one.name);
    write_keys(out, one.keys);
    out.end();
  });
  return out.end().take();
}

}  // namespace swapmeet::wire
