// events: tells what happens on a host, as it happens.
#include <fmt/format.h>

#include <cstdio>

#include "host/cli/commands.h"
#include "host/cli/display.h"
#include "host/cli/event_line.h"
#include "host/cli/following.h"
#include "host/cli/terminal.h"

namespace swapmeet::cli {

int events(Session& session) {
  const auto topics = session.arguments().value("--topics");
  std::string target = "/api/v1/events";
  if (!topics.empty()) target += "?topics=" + wire::percent_encode(topics);
  catch_interrupts();
  const auto heard = [&](const std::string& topic, const std::string& data) {
    // How downloads do, twice a second, is for whoever asks for it.
    if (topics.empty() && topic == "download") return;
    const auto line =
        session.json() ? printable_json(event_json_line(topic, data)) : event_line(topic, data);
    fmt::print("{}\n", line);
    std::fflush(stdout);
  };
  const auto ended = follow(session, target, heard);
  return ended ? 0 : fail(ended.error());
}

}  // namespace swapmeet::cli
