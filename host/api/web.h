// What a browser sees of a host: a page that says what this is, and the way in for its owner (see
// web_sessions.h).
#pragma once

#include <string>

#include "host/api/api.h"
#include "host/api/web_sessions.h"

namespace swapmeet {

// `address`: where a browser on this machine finds the host: "http://127.0.0.1:6690". Both outlive
// the API.
void add_web(Api& api, WebSessions& sessions, std::string address);

}  // namespace swapmeet
