#include "json_tools.h"
#include "swapmeet/wire/plugins.h"

namespace swapmeet::wire {

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
