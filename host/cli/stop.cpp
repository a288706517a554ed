// stop: ends a host that runs on this machine.
#include <fmt/format.h>

#include "host/cli/background.h"
#include "host/cli/commands.h"
#include "host/cli/display.h"
#include "host/config/data_lock.h"

namespace swapmeet::cli {

int stop(const Arguments& arguments) {
  const auto hosts = hosts_meant(arguments);
  if (!hosts) return fail(hosts.error());
  bool any = false;
  for (const auto& host : *hosts) {
    const auto process = host_on(host.data);
    if (!process) continue;
    any = true;
    if (*process == 0)
      return fail({ErrorCode::unavailable,
                   "the host of " + host.file.string() + " is only starting; try again",
                   {}});
    if (auto stopped = stop_process(*process); !stopped) return fail(stopped.error());
    fmt::print("{} has stopped\n", printable(host.file.string()));
  }
  if (!any) fmt::print("Nothing runs: no host of {}\n", printable(hosts->front().file.string()));
  return 0;
}

}  // namespace swapmeet::cli
