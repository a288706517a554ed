#include "host/api/web.h"

#include <utility>

#include "host/api/request.h"
#include "swapmeet/wire/web_link.h"

namespace swapmeet {
namespace {

// The page runs nothing, loads nothing, stands in no frame and sends its form nowhere else.
constexpr const char* kPagePolicy =
    "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  return out;
}

http::Response page(const std::string& title, const std::string& body, int status = 200) {
  http::Response response;
  response.status = status;
  response.headers.set("Content-Type", "text/html; charset=utf-8");
  response.headers.set("Content-Security-Policy", kPagePolicy);
  response.headers.set("Cache-Control", "no-store");
  response.headers.set("Referrer-Policy", "no-referrer");
  response.body =
      "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\"><title>" +
      escaped(title) + "</title><h1>" + escaped(title) + "</h1>" + body + "</html>\n";
  return response;
}

http::Response to_page(std::string cookie) {
  http::Response response;
  response.status = 303;
  response.headers.set("Location", "/");
  response.headers.set("Set-Cookie", std::move(cookie));
  response.headers.set("Cache-Control", "no-store");
  response.headers.set("Referrer-Policy", "no-referrer");
  return response;
}

http::Response front_page(const wire::StatusReport& status, const Identity& who) {
  auto body = "<p>A Swapmeet " + escaped(status.role) + ", version " + escaped(status.version) +
              ". Its API is described in <a href=\"/api/v1/openapi.json\">openapi.json</a>.</p>";
  if (!who.has_role("admin"))
    body += "<p>Its owner comes in with <code>swapmeet web</code>.</p>";
  else
    body +=
        "<p>You are in as its owner: <a href=\"/api/v1/status\">status</a>, "
        "<a href=\"/metrics\">metrics</a>.</p><form method=\"post\" action=\"/leave\">"
        "<button>Leave</button></form>";
  return page(status.name, body);
}

}  // namespace

void add_web(Api& api, WebSessions& sessions, std::string address) {
  const auto& context = api.context();
  api.add("GET", "/", [&context](http::Request& request) -> Result<http::Response> {
    return front_page(context.status(), request.identity);
  });
  api.add(
      "POST", "/api/v1/web/links",
      [&sessions, address = std::move(address)](http::Request& request) -> Result<http::Response> {
        if (auto person = check_person(request); !person) return std::move(person).error();
        auto response = http::json(
            wire::to_json(wire::WebLink{address + "/enter?key=" + sessions.make_key()}), 201);
        response.headers.set("Cache-Control", "no-store");
        return response;
      });
  api.add("GET", "/enter", [&sessions](http::Request& request) -> Result<http::Response> {
    const auto* key = request.query_value("key");
    if (auto cookie = key ? sessions.enter(*key, request.secure) : std::nullopt)
      return to_page(std::move(*cookie));
    return page("This link is no longer good",
                "<p>It works once, and for two minutes. <code>swapmeet web</code> makes another."
                "</p>",
                403);
  });
  api.add("POST", "/leave", [&sessions](http::Request& request) -> Result<http::Response> {
    return to_page(sessions.leave(request));
  });
}

}  // namespace swapmeet
