#include "host/http/answer_head.h"

namespace swapmeet::http {

std::string_view DateText::at(Time now) {
  const std::time_t second =
      std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  if (second != second_) {
    std::tm parts{};
    gmtime_r(&second, &parts);
    std::strftime(text_, sizeof text_, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    second_ = second;
  }
  return text_;
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 416: return "Range Not Satisfiable";
    case 417: return "Expectation Failed";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    case 507: return "Insufficient Storage";
    default: return "Status";
  }
}

std::string write_head(const Response& response, const Framing& framing, std::string_view date) {
  std::string head;
  head.reserve(256);
  head.append("HTTP/1.1 ").append(std::to_string(response.status)) += ' ';
  head.append(reason_phrase(response.status)).append("\r\nDate: ").append(date);
  head += "\r\n";
  for (const auto& [name, value] : response.headers.fields()) {
    head.append(name) += ": ";
    // A line break in a value would begin a field of somebody else's choosing.
    for (const char c : value) head += c == '\r' || c == '\n' || c == '\0' ? ' ' : c;
    head += "\r\n";
  }
  if (framing.length)
    head.append("Content-Length: ").append(std::to_string(*framing.length)) += "\r\n";
  if (framing.chunked) head += "Transfer-Encoding: chunked\r\n";
  if (framing.close)
    head += "Connection: close\r\n";
  else if (framing.say_keep_alive)
    head += "Connection: keep-alive\r\n";
  head += "\r\n";
  return head;
}

}  // namespace swapmeet::http
