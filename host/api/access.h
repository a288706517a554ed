// Who may call the API: guards for the front, run before any handler.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "host/auth/auth.h"
#include "swapmeet/http.h"

namespace swapmeet {

class Bans;
class WebSessions;

using AccessGuard = std::function<std::optional<http::Response>(http::Request&)>;

// access = owner: everything but /healthz and /api/v1/status wants the token; Host must be this
// machine and Origin, where there is one, the same, so that no web site can drive the host.
// `web`: browsers that the owner let in; nullptr: none.
AccessGuard owner_guard(std::string token, HostPort listening, WebSessions* web = nullptr,
                        Auth* auth = nullptr);
// access = public: whoever has the token is the owner, anyone else is whose the session is.
// nullptr: everyone is a guest. Nobody but the owner comes in from an address that is banned.
AccessGuard public_guard(std::string token, Auth* auth, const Bans* bans = nullptr,
                         WebSessions* web = nullptr);

}  // namespace swapmeet
