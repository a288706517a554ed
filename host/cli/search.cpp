// search: what the index has.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "host/cli/commands.h"
#include "host/cli/display.h"
#include "host/cli/hit_rows.h"
#include "host/cli/human.h"
#include "host/cli/lookup.h"
#include "host/cli/query_words.h"
#include "host/cli/search_picking.h"
#include "host/cli/terminal.h"

namespace swapmeet::cli {
namespace {

constexpr std::size_t kHitsOfPage = 50;
constexpr std::size_t kMostPages = 1'000;

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

Result<std::size_t> number_in(const Arguments& arguments, const std::string& option,
                              std::size_t otherwise, std::size_t most) {
  const auto text = arguments.value(option);
  if (!arguments.has(option)) return otherwise;
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 1 || number > most)
    return wrong_usage(
        fmt::format("{} takes a number from 1 to {}, not '{}'", option, human_count(most), text));
  return number;
}

// What is asked for: by words and options, or what was shown last and goes on.
struct Wanted {
  ShownSearch search;
  bool guessed = false;
  std::size_t pages = 1;  // to be read; the last one is shown
  SearchPage before{};    // that was shown already
};

Result<Wanted> next_page(const Session& session) {
  if (!session.words().empty())
    return wrong_usage("--more goes on with the last search, and takes no words");
  auto before = last_search();
  if (!before)
    return Error{ErrorCode::not_found, "there was no search yet: `swapmeet search WORDS`", {}};
  if (before->page.next.empty())
    return Error{ErrorCode::not_found, "that was all of '" + before->search.query + "'", {}};
  return Wanted{std::move(before->search), false, 1, std::move(before->page)};
}

Result<Wanted> wanted(const Session& session) {
  const auto& arguments = session.arguments();
  if (arguments.has("--more")) return next_page(session);
  Wanted wanted;
  const auto filters = filters_of(arguments);
  if (!filters) return filters.error();
  auto typed = query_of(session.words());
  wanted.guessed = typed.guessed;
  wanted.search.query = std::move(typed.text);
  if (!filters->empty()) wanted.search.query += (wanted.search.query.empty() ? "" : " ") + *filters;
  if (wanted.search.query.empty() && !arguments.has("--interactive"))
    return wrong_usage("what for? `swapmeet search WORDS`, or -i to type them");
  wanted.search.sort = arguments.value("--sort");
  if (arguments.has("--sort") && !sort_order_from(wanted.search.sort))
    return wrong_usage("--sort is relevance, sources, size or newest, not '" + wanted.search.sort +
                       "'");
  const auto limit = number_in(arguments, "--limit", kHitsOfPage, 1'000);
  const auto pages = number_in(arguments, "--page", 1, kMostPages);
  if (!limit) return limit.error();
  if (!pages) return pages.error();
  wanted.search.limit = *limit;
  wanted.pages = *pages;
  return wanted;
}

int nothing_found(const ShownSearch& search) {
  fmt::print("Nothing found. Fewer words, or a prefix* may find more.\n");
  if (const auto other = as_phrase(search.query); !other.empty())
    fmt::print("For words in a row: {}\n", printable(other));
  return 3;
}

void print_page(Session& session, const SearchPage& page, const SearchPage& all) {
  PeerNames names(session);
  names.learn(page.hits);
  const auto first = all.hits.size() - page.hits.size();
  table_of(page.hits, first + 1, names, terminal_width()).print();
  fmt::print("{}{} of {}{} found; `swapmeet get NUMBER` fetches one{}\n",
             first == 0 ? "" : std::to_string(first + 1) + " to ", all.hits.size(),
             page.has_more ? "more than " : "", page.total,
             page.next.empty() ? "" : ", `swapmeet search --more` shows more");
  if (page.facets) print_types(*page.facets);
}

}  // namespace

int search(Session& session) {
  auto wanted = cli::wanted(session);
  if (!wanted) return fail(wanted.error());
  const auto& search = wanted->search;
  if (session.arguments().has("--interactive")) return pick_and_get(session, search);
  auto all = std::move(wanted->before);
  SearchPage page;
  std::string body;
  for (std::size_t number = 0; number < wanted->pages; ++number) {
    if (number > 0 && all.next.empty())
      return fail({ErrorCode::not_found,
                   fmt::format("there is no page {}; all {} found stand on {}", wanted->pages,
                               all.hits.size(), counted(number, "page")),
                   {}});
    auto answer = session.call("GET", target_of(search, all.next));
    if (!answer) return fail_query(search.query, answer.error());
    auto read = wire::from_json<SearchPage>(*answer);
    if (!read) return fail(read.error());
    page = std::move(*read);
    body = std::move(*answer);
    all.next = page.next;
    all.hits.insert(all.hits.end(), page.hits.begin(), page.hits.end());
  }
  remember(all, search);
  if (session.json()) return print_json(body);
  if (wanted->guessed) fmt::print("Searched for: {}\n", printable(search.query));
  if (!page.searched_for.empty())
    fmt::print("Next to nothing found for '{}'; also searched for '{}'\n", printable(search.query),
               printable(page.searched_for));
  for (const auto& one : page.left_out) fmt::print("Left out: {}\n", printable(one));
  if (page.hits.empty()) return nothing_found(search);
  print_page(session, page, all);
  return 0;
}

}  // namespace swapmeet::cli
