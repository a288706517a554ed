// login, logout: who one is at a host that has accounts. The session is kept for later commands.
#include <fmt/format.h>

#include <iostream>

#include "host/cli/commands.h"
#include "host/cli/display.h"
#include "host/cli/places.h"
#include "host/cli/terminal.h"

namespace swapmeet::cli {

int login(Session& session) {
  const auto name = session.words().empty() ? environment("USER") : session.words()[0];
  if (name.empty()) return fail(wrong_usage("say who you are: swapmeet login NAME"));
  if (auto sure = session.make_sure_of_host(); !sure) return fail(sure.error());
  auto password = read_password("Password of " + printable(name) + ": ");
  if (!password) return fail(password.error());
  // Who comes from a device that is known does not wait for strangers who guess.
  http::Headers device;
  if (const auto known = saved_device(session.url()); !known.empty())
    device.set("Swapmeet-Device", known);
  auto body = session.call("POST", "/api/v1/sessions",
                           wire::to_json(wire::Credentials{name, *password}), std::move(device));
  if (!body) return fail(body.error());
  const auto opened = wire::from_json<swapmeet::Session>(*body);
  if (!opened) return fail(opened.error());
  const bool is_kept =
      save_session(session.url(), opened->token) &&
      (session.fingerprint().empty() || remember_key(session.url(), session.fingerprint()));
  if (!is_kept)
    return fail({ErrorCode::internal,
                 "the session cannot be kept in " + (config_home() / "sessions").string(),
                 {}});
  if (!opened->device.empty()) save_device(session.url(), opened->device);
  fmt::print("Logged in to {} as {}, until {}\n", session.url(),
             printable(opened->identity.account), to_rfc3339(opened->expires));
  return 0;
}

// Whoever has seen the token can do nothing with it any more.
int logout(Session& session) {
  if (!saved_session(session.url()).empty()) {
    const auto ended = session.call("DELETE", "/api/v1/sessions/current");
    if (!ended && ended.error().code != ErrorCode::unauthenticated &&
        ended.error().code != ErrorCode::not_found)
      std::cerr << "swapmeet: the host still knows the session: "
                << printable(ended.error().message) << '\n';
  }
  fmt::print("{} {}\n",
             forget_session(session.url()) ? "Forgot the session at" : "There was no session at",
             session.url());
  return 0;
}

}  // namespace swapmeet::cli
