// plugins reload, plugins shadow: the plugins of a host that runs.
#include "swapmeet/wire/plugins.h"

#include <fmt/format.h>

#include "host/cli/commands.h"
#include "host/cli/display.h"

namespace swapmeet::cli {
namespace {

constexpr std::chrono::hours kPatience{25};  // [search] catch_up may say a day

int reload(Session& session) {
  if (session.words().size() != 2)
    return fail(wrong_usage("say which kind: swapmeet plugins reload search"));
  session.wait_for_answers(kPatience);
  auto body = session.call(
      "POST", "/api/v1/plugins/reload?kind=" + wire::percent_encode(session.words()[1]));
  if (!body) return fail(body.error());
  if (session.json()) return print_json(*body);
  const auto reloaded = wire::from_json<wire::PluginsReloaded>(*body);
  if (!reloaded) return fail(reloaded.error());
  for (const auto& one : reloaded->plugins)
    fmt::print("{} {} is in place{}\n", printable(one.id), printable(one.version),
               one.replaced.empty() ? "" : " of " + printable(one.replaced));
  return 0;
}

}  // namespace

int plugins(Session& session) {
  const auto& words = session.words();
  if (!words.empty() && words[0] == "reload") return reload(session);
  return fail(wrong_usage("plugins reload KIND, or plugins shadow"));
}

}  // namespace swapmeet::cli
