#include "json_tools.h"
#include "swapmeet/wire/backup.h"

namespace swapmeet::wire {

std::string to_json(const Backup& backup) {
  JsonWriter out;
  out.begin().text("folder", backup.folder);
  if (!backup.plugins.empty()) out.texts("plugins", backup.plugins);
  return out.end().take();
}
template <>
Result<Backup> from_json(std::string_view text) {
  JsonReader in(text);
  Backup backup{in.text("folder"), in.texts("plugins")};
  return in.finish(std::move(backup));
}

}  // namespace swapmeet::wire
