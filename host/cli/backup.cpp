// backup: a copy of a running host's data folder.
#include "swapmeet/wire/backup.h"

#include <fmt/format.h>

#include <filesystem>

#include "host/cli/commands.h"
#include "host/cli/display.h"

namespace swapmeet::cli {

namespace {
constexpr std::chrono::hours kPatience{12};  // many gigabytes on a slow disk
}

int backup(Session& session) {
  auto folder = std::filesystem::absolute(session.words()[0]).lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();
  session.wait_for_answers(kPatience);
  auto body =
      session.call("POST", "/api/v1/backups", wire::to_json(wire::Backup{folder.string(), {}}));
  if (!body) return fail(body.error());
  if (session.json()) return print_json(*body);
  const auto done = wire::from_json<wire::Backup>(*body);
  if (!done) return fail(done.error());
  std::string plugins;
  for (const auto& one : done->plugins) (plugins += plugins.empty() ? "" : ", ") += one;
  fmt::print("{} holds the data of {}\n", printable(done->folder),
             printable(plugins.empty() ? "the host alone" : plugins));
  return 0;
}

}  // namespace swapmeet::cli
