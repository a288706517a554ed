#include <utility>

#include "json_tools.h"
#include "swapmeet/wire/settings.h"

namespace swapmeet::wire {
namespace {

void write_setting(JsonWriter& out, const Setting& one) {
  const auto& key = one.key;
  out.begin().text("name", key.name).text("type", key.type).boolean("required", key.required);
  out.text("default", key.default_value).text("least", key.least).text("greatest", key.greatest);
  out.text("choices", key.choices).boolean("changes_at_once", key.changes_at_once);
  out.text("help", key.help).text("value", one.value).text("source", one.source);
  out.boolean("secret", one.secret).boolean("by_api", one.by_api).end();
}

Setting read_setting(JsonReader& in) {
  return {.key = {.name = in.text("name"),
                  .type = in.text("type"),
                  .default_value = in.text("default", false),
                  .least = in.text("least", false),
                  .greatest = in.text("greatest", false),
                  .choices = in.text("choices", false),
                  .help = in.text("help", false),
                  .required = in.boolean("required", false),
                  .changes_at_once = in.boolean("changes_at_once", false)},
          .value = in.text("value", false),
          .source = in.text("source", false),
          .secret = in.boolean("secret", false),
          .by_api = in.boolean("by_api", true)};
}

}  // namespace

std::string to_json(const SettingsReport& report) {
  JsonWriter out;
  out.begin().text("file", report.file);
  out.list("sections", report.sections, [&](const SettingsSection& section) {
    out.begin().text("name", section.name).text("plugin", section.plugin);
    out.list("settings", section.settings, [&](const Setting& one) { write_setting(out, one); });
    out.end();
  });
  return out.end().take();
}
template <>
Result<SettingsReport> from_json(std::string_view text) {
  JsonReader in(text);
  SettingsReport report;
  report.file = in.text("file", false);
  in.list("sections", [&](JsonReader& one) {
    SettingsSection section{one.text("name"), one.text("plugin", false), {}};
    one.list("settings", [&](JsonReader& key) { section.settings.push_back(read_setting(key)); });
    report.sections.push_back(std::move(section));
  });
  return in.finish(std::move(report));
}

std::string to_json(const std::vector<SettingChange>& changes) {
  JsonWriter out;
  out.begin();
  for (const auto& one : changes)
    if (one.value)
      out.text(one.key, *one.value);
    else
      out.null(one.key);
  return out.end().take();
}
template <>
Result<std::vector<SettingChange>> from_json(std::string_view text) {
  rapidjson::Document document;
  if (!nests_too_deeply(text)) document.Parse(text.data(), text.size());
  if (nests_too_deeply(text) || document.HasParseError() || !document.IsObject())
    return invalid_argument(
        "the body must be a JSON object of keys and values: "
        "{\"transfer.upload_limit\":\"1M\"}");
  std::vector<SettingChange> changes;
  for (const auto& member : std::as_const(document).GetObject()) {
    std::string key(member.name.GetString(), member.name.GetStringLength());
    if (!member.value.IsString() && !member.value.IsNull())
      return invalid_argument(key + ": must be a text as the configuration has it, or null");
    std::optional<std::string> value;
    if (member.value.IsString())
      value.emplace(member.value.GetString(), member.value.GetStringLength());
    changes.push_back({std::move(key), std::move(value)});
  }
  return changes;
}

std::string to_json(const ReloadReport& report) {
  JsonWriter out;
  return out.begin()
      .time("time", report.time)
      .texts("changed", report.changed)
      .texts("refused", report.refused)
      .texts("at_restart", report.at_restart)
      .end()
      .take();
}
template <>
Result<ReloadReport> from_json(std::string_view text) {
  JsonReader in(text);
  ReloadReport report{in.time("time"), in.texts("changed"), in.texts("refused"),
                      in.texts("at_restart")};
  return in.finish(std::move(report));
}

}  // namespace swapmeet::wire
