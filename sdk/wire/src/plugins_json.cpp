#include "json_tools.h"
#include "swapmeet/wire/plugins.h"

namespace swapmeet::wire {
namespace {

void write(JsonWriter& out, const char* name, const Latency& latency) {
  out.key(name).begin().number("p50_us", static_cast<std::uint64_t>(latency.p50.count()));
  out.number("p95_us", static_cast<std::uint64_t>(latency.p95.count())).end();
}

Latency read_latency(JsonReader& in, const char* name) {
  Latency latency;
  if (auto found = in.object(name)) {
    latency.p50 = std::chrono::microseconds(found->number("p50_us"));
    latency.p95 = std::chrono::microseconds(found->number("p95_us"));
    in.adopt(*found);
  }
  return latency;
}

}  // namespace

std::string to_json(const ShadowReport& report) {
  JsonWriter out;
  out.begin().text("id", report.id).text("version", report.version);
  out.number("share", report.share).boolean("has_caught_up", report.has_caught_up);
  out.number("compared", report.compared).number("same", report.same);
  out.number("reordered", report.reordered).number("failed", report.failed);
  out.number("dropped", report.dropped).number("overlap", report.overlap);
  write(out, "answered", report.answered);
  write(out, "shadow", report.shadow);
  if (!report.failure.empty()) out.text("failure", report.failure);
  out.list("differences", report.differences, [&](const ShadowDifference& one) {
    out.begin().time("time", one.time).text("query", one.query).number("overlap", one.overlap);
    out.texts("answered", one.answered).texts("shadow", one.shadow).end();
  });
  return out.end().take();
}
template <>
Result<ShadowReport> from_json(std::string_view text) {
  JsonReader in(text);
  ShadowReport report;
  report.id = in.text("id");
  report.version = in.text("version");
  report.share = static_cast<unsigned>(in.number("share"));
  report.has_caught_up = in.boolean("has_caught_up", false);
  report.compared = in.number("compared");
  report.same = in.number("same");
  report.reordered = in.number("reordered");
  report.failed = in.number("failed");
  report.dropped = in.number("dropped");
  report.overlap = static_cast<unsigned>(in.number("overlap"));
  report.answered = read_latency(in, "answered");
  report.shadow = read_latency(in, "shadow");
  report.failure = in.text("failure", false);
  in.list("differences", [&](JsonReader& one) {
    report.differences.push_back({one.time("time"), one.text("query"), one.texts("answered"),
                                  one.texts("shadow"),
                                  static_cast<unsigned>(one.number("overlap"))});
  });
  return in.finish(std::move(report));
}

std::string to_json(const PluginsReloaded& reloaded) {
  JsonWriter out;
  out.begin().text("kind", reloaded.kind);
  out.list("plugins", reloaded.plugins, [&](const ReplacedPlugin& one) {
    out.begin().text("id", one.id).text("version", one.version);
    out.text("replaced", one.replaced).end();
  });
  return out.end().take();
}
template <>
Result<PluginsReloaded> from_json(std::string_view text) {
  JsonReader in(text);
  PluginsReloaded reloaded{in.text("kind"), {}};
  in.list("plugins", [&](JsonReader& one) {
    reloaded.plugins.push_back({one.text("id"), one.text("version"), one.text("replaced")});
  });
  return in.finish(std::move(reloaded));
}

}  // namespace swapmeet::wire
