#include "swapmeet/http.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace swapmeet::http {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [&](char x, char y) { return lower(x) == lower(y); });
}

std::string quote(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
      quoted += escape;
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

std::string_view title_of(int status) {
  switch (status) {
    case 400: return "Bad request";
    case 401: return "Unauthenticated";
    case 403: return "Not allowed";
    case 404: return "Not found";
    case 409: return "Conflict";
    case 413: return "Too large";
    case 429: return "Too many requests";
    case 501: return "Not supported";
    case 503: return "Unavailable";
    case 504: return "Timed out";
    case 507: return "No space left";
    default: return "Internal error";
  }
}

}  // namespace

const std::string* Headers::find(std::string_view name) const {
  for (const auto& [key, value] : fields_)
    if (same_name(key, name)) return &value;
  return nullptr;
}

void Headers::set(std::string_view name, std::string value) {
  std::erase_if(fields_, [&](const auto& field) { return same_name(field.first, name); });
  add(name, std::move(value));
}

void Headers::add(std::string_view name, std::string value) {
  fields_.emplace_back(std::string(name), std::move(value));
}

const std::string* Request::query_value(std::string_view name) const {
  for (const auto& [key, value] : query)
    if (key == name) return &value;
  return nullptr;
}

std::string Request::bearer() const {
  constexpr std::string_view kScheme = "Bearer ";
  const auto* field = headers.find("Authorization");
  if (field == nullptr || !same_name(std::string_view(*field).substr(0, kScheme.size()), kScheme))
    return {};
  return field->substr(kScheme.size());
}

OpenFile::~OpenFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument: return 400;
    case ErrorCode::unauthenticated: return 401;
    case ErrorCode::not_allowed: return 403;
    case ErrorCode::not_found: return 404;
    case ErrorCode::already_exists:
    case ErrorCode::conflict:
    case ErrorCode::cancelled: return 409;
    case ErrorCode::too_large: return 413;
    case ErrorCode::too_many: return 429;
    case ErrorCode::unsupported: return 501;
    case ErrorCode::unavailable: return 503;
    case ErrorCode::timed_out: return 504;
    case ErrorCode::no_space: return 507;
    case ErrorCode::corrupt:
    case ErrorCode::internal: return 500;
  }
  return 500;
}

Response json(std::string body, int status) {
  Response response;
  response.status = status;
  response.headers.set("Content-Type", "application/json");
  response.body = std::move(body);
  return response;
}

Response problem(const Error& error, const std::string& request_id) {
  const int status = status_of(error.code);
  std::string body = R"({"type":"about:blank","title":)" + quote(title_of(status)) +
                     ",\"status\":" + std::to_string(status) +
                     ",\"code\":" + quote(name_of(error.code)) +
                     ",\"detail\":" + quote(error.message);
  if (error.position) body += ",\"position\":" + std::to_string(*error.position);
  if (error.retry_after) body += ",\"retry_after\":" + std::to_string(error.retry_after->count());
  body += ",\"request\":" + quote(request_id) + "}\n";
  Response response = json(std::move(body), status);
  response.headers.set("Content-Type", "application/problem+json");
  if (status == 401) response.headers.set("WWW-Authenticate", "Bearer realm=\"swapmeet\"");
  if (error.retry_after)
    response.headers.set("Retry-After", std::to_string(error.retry_after->count()));
  return response;
}

}  // namespace swapmeet::http
