// search: what the index has.
#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "host/cli/commands.h"
#include "host/cli/display.h"
#include "host/cli/human.h"
#include "host/cli/lookup.h"
#include "host/cli/query_words.h"
#include "host/cli/table.h"
#include "swapmeet/attributes.h"

namespace swapmeet::cli {
namespace {

// "audio 12, video 3": what `type:` would leave.
void print_types(const Facets& facets) {
  std::string text;
  std::size_t kinds = 0;
  for (std::size_t type = 0; type < kMediaTypes; ++type) {
    if (facets.types.at(type) == 0) continue;
    ++kinds;
    text += fmt::format("{}type:{} {}", text.empty() ? "" : ", ",
                        name_of(static_cast<MediaType>(type)), facets.types.at(type));
  }
  if (kinds > 1) fmt::print("{}\n", text);
}

// What attributes say of them stands behind, when they say anything.
Table table_of(const std::vector<Hit>& hits) {
  std::vector<Column> columns{
      {"#", true}, {"NAME", false, true}, {"SIZE", true}, {"TYPE"}, {"SOURCES", true}};
  if (std::any_of(hits.begin(), hits.end(),
                  [](const Hit& hit) { return !about(hit.attributes).empty(); }))
    columns.push_back({"ABOUT", false, true});
  Table table(std::move(columns));
  for (std::size_t i = 0; i < hits.size(); ++i) {
    const auto& hit = hits[i];
    table.add({std::to_string(i + 1), hit.name, human_size(hit.size),
               std::string(name_of(hit.type)), std::to_string(hit.sources), about(hit.attributes)});
  }
  return table;
}

}  // namespace

int search(Session& session) {
  const auto query = query_of(session.words());
  const auto limit = session.arguments().value("--limit");
  if (limit.find_first_not_of("0123456789") != std::string::npos)
    return fail(wrong_usage("--limit takes a number, not '" + limit + "'"));
  auto body = session.call("GET", "/api/v1/search?q=" + wire::percent_encode(query) +
                                      (limit.empty() ? "" : "&limit=" + limit));
  if (!body) return fail_query(query, body.error());
  const auto page = wire::from_json<SearchPage>(*body);
  if (!page) return fail(page.error());
  remember(*page);
  if (session.json()) return print_json(*body);
  if (!page->searched_for.empty())
    fmt::print("Next to nothing found for '{}'; also searched for '{}'\n", printable(query),
               printable(page->searched_for));
  for (const auto& one : page->left_out) fmt::print("Left out: {}\n", printable(one));
  if (page->hits.empty()) {
    fmt::print("Nothing found. Fewer words, or a prefix* may find more.\n");
    return 3;
  }
  table_of(page->hits).print();
  fmt::print("{} of {}{} found; `swapmeet get NUMBER` fetches one\n", page->hits.size(),
             page->has_more ? "more than " : "", page->total);
  if (page->facets) print_types(*page->facets);
  return 0;
}

}  // namespace swapmeet::cli
