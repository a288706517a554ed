// What people type for things that have long ids: a name, the beginning of an id, or a number of
// the last list.
// Threads: one.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "host/cli/session.h"

namespace swapmeet::cli {

// The one id that begins with `text`. `not_found`; `invalid_argument`: several do. `what` is the
// noun for the sentence: "download".
Result<std::string> by_prefix(const std::vector<std::string>& ids, const std::string& text,
                              const std::string& what);
// A peer by name or id, absent ones too; of several with the name the only one that is present.
Result<PeerRecord> find_peer(Session& session, const std::string& who);
Result<std::string> find_download(Session& session, const std::string& id);
Result<std::string> find_offer(Session& session, const std::string& id);

// What a search was asked for.
struct ShownSearch {
  std::string query;
  std::string sort{};  // empty: by relevance
  std::size_t limit = 50;
};
// Of the API: the page that `after` says.
std::string target_of(const ShownSearch& search, const std::string& after);

// The numbered list that was shown last, for `get 3`.
void remember(const SearchPage& shown);
std::optional<SearchPage> last_shown();
// The same of a search, with all of its pages so far, for `search --more`.
void remember(const SearchPage& shown, const ShownSearch& search);
struct LastSearch {
  ShownSearch search;
  SearchPage page;  // of all that was shown
};
std::optional<LastSearch> last_search();  // nullopt: what was shown last was none
// A number of that list, a content id or its beginning, or a name: of the list, else of the index.
Result<Hit> find_content(Session& session, const std::string& what);

}  // namespace swapmeet::cli
