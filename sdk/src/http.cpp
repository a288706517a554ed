#include "swapmeet/http.h"

#include <unistd.h>

#include <algorithm>

#include "swapmeet/text.h"

namespace swapmeet::http {
namespace {

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
    if (equal_without_case(key, name)) return &value;
  return nullptr;
}

void Headers::set(std::string_view name, std::string value) {
  std::erase_if(fields_, [&](const auto& field) { return equal_without_case(field.first, name); });
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
  if (field == nullptr ||
      !equal_without_case(std::string_view(*field).substr(0, kScheme.size()), kScheme))
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

Response problem(const Error& error, const std::string& request_id, const JsonObject& further) {
  const int status = status_of(error.code);
  JsonObject body;
  body.text("type", "about:blank")
      .text("title", title_of(status))
      .number("status", static_cast<std::uint64_t>(status))
      .text("code", name_of(error.code))
      .text("detail", error.message);
  if (error.position) body.number("position", *error.position);
  if (error.retry_after)
    body.number("retry_after", static_cast<std::uint64_t>(error.retry_after->count()));
  body.text("request", request_id).add(further);
  Response response = json(body.json() + '\n', status);
  response.headers.set("Content-Type", "application/problem+json");
  if (status == 401) response.headers.set("WWW-Authenticate", "Bearer realm=\"swapmeet\"");
  if (error.retry_after)
    response.headers.set("Retry-After", std::to_string(error.retry_after->count()));
  return response;
}

std::string content_disposition(std::string_view name) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  // RFC 8187, 3.2.1: what may stand in an encoded value as it is.
  constexpr std::string_view kAttribute =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$&+-.^_`|~";
  std::string plain;
  std::string encoded;
  bool is_plain = true;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    // RFC 6266, appendix D: no '%', which some decode, and nothing that needs escaping.
    const bool harmless = byte >= 0x20 && byte < 0x7F && c != '"' && c != '\\' && c != '%';
    is_plain = is_plain && harmless;
    if (harmless)
      plain += c;
    else if ((byte & 0xC0U) != 0x80U)  // one for each character
      plain += '_';
    if (kAttribute.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded += '%';
      encoded += kDigits[byte >> 4];
      encoded += kDigits[byte & 15];
    }
  }
  const auto both = "attachment; filename=\"" + plain + '"';
  return is_plain ? both : both + "; filename*=UTF-8''" + encoded;
}

}  // namespace swapmeet::http
