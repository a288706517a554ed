// web: lets the browser in that opens a link.
#include <fmt/format.h>

#include "host/cli/commands.h"
#include "host/cli/display.h"
#include "swapmeet/wire/web_link.h"

namespace swapmeet::cli {

int web(Session& session) {
  auto body = session.call("POST", "/api/v1/web/links");
  if (!body) return fail(body.error());
  if (session.json()) return print_json(*body);
  const auto link = wire::from_json<wire::WebLink>(*body);
  if (!link) return fail(link.error());
  fmt::print("{}\nOpen it in your browser within two minutes; it works once.\n",
             printable(link->url));
  return 0;
}

}  // namespace swapmeet::cli
