// Answers that the front gives by itself. Threads: free functions without shared state.
#pragma once

#include <string>
#include <vector>

#include "swapmeet/http.h"

namespace swapmeet::http {

// A problem document with exactly this status.
Response refusal(int status, const std::string& reason, const std::string& request_id);
// To OPTIONS, or to a method that the path does not have; `methods` are those that it has.
Response wrong_method(const Request& request, const std::vector<std::string>& methods);
// An answer that nobody waits for any more: its file's owner still learns how it ended.
void forget(Response& response);

}  // namespace swapmeet::http
