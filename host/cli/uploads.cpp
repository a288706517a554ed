// uploads: what others fetch from here, and what they have fetched.
#include <fmt/format.h>

#include "host/cli/commands.h"
#include "host/cli/human.h"
#include "host/cli/table.h"
#include "host/cli/upload_text.h"

namespace swapmeet::cli {
namespace {

int print_history(Session& session, const std::string& limit) {
  auto body = session.call("GET", "/api/v1/uploads/history?limit=" + wire::percent_encode(limit));
  if (!body) return fail(body.error());
  if (session.json()) return print_json(*body);
  const auto page = wire::from_json<Page<UploadStatus>>(*body);
  if (!page) return fail(page.error());
  Table table({{"WHEN"}, {"TO"}, {"NAME", false, true}, {"SENT", true}, {"OF", true}});
  for (const auto& one : page->items)
    table.add({one.finished ? human_time(*one.finished, session.clock().now()) : "-",
               reader_text(one), one.name, human_size(one.done), human_size(one.size)});
  if (table.empty())
    fmt::print("Nobody has fetched anything yet.\n");
  else
    table.print();
  if (!page->next.empty())
    fmt::print("There were more before: `swapmeet uploads --history -n 1000` shows up to 1,000\n");
  return 0;
}

}  // namespace

int uploads(Session& session) {
  const auto& arguments = session.arguments();
  if (arguments.has("--history"))
    return print_history(session, arguments.has("--limit") ? arguments.value("--limit") : "50");
  auto body = session.call("GET", "/api/v1/uploads");
  if (!body) return fail(body.error());
  if (session.json()) return print_json(*body);
  const auto all = wire::from_json<std::vector<UploadStatus>>(*body);
  if (!all) return fail(all.error());
  Table table({{"TO"}, {"NAME", false, true}, {"SENT", true}, {"OF", true}, {"RATE", true}});
  for (const auto& one : *all)
    table.add({reader_text(one), one.name, human_size(one.done), human_size(one.size),
               one.place > 0 ? "waits, place " + std::to_string(one.place) : human_rate(one.rate)});
  if (table.empty())
    fmt::print("Nobody fetches anything now; `swapmeet uploads --history` tells of earlier.\n");
  else
    table.print();
  return 0;
}

}  // namespace swapmeet::cli
