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

// The numbered list that the last `search` or `browse` showed, for `get 3`.
void remember(const SearchPage& shown);
std::optional<SearchPage> last_shown();
// A number of that list, a content id or its beginning, or a name: of the list, else of the index.
Result<Hit> find_content(Session& session, const std::string& what);

}  // namespace swapmeet::cli
