// What the API itself tells others, as events: that an account changed, that somebody searched.
// Threads: free functions, from any thread.
#pragma once

#include <string>

#include "host/api/api.h"

namespace swapmeet {

// "account.changed"; `what`: made, changed or removed.
void tell_account_changed(const ApiContext& context, const std::string& account, const char* what);

// "search.asked", with the time that it took since `began`.
void tell_search_asked(const ApiContext& context, const SearchRequest& request,
                       const SearchPage& found, Instant began);

}  // namespace swapmeet
