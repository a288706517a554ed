#include "host/http/connection.h"

#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

namespace swapmeet::http {
namespace {

constexpr std::uint64_t kPortion = 1 << 20;  // of a file, before others get their turn

std::string http_date() {
  thread_local std::time_t last = 0;
  thread_local char text[40] = "";
  const std::time_t now = std::time(nullptr);
  if (now != last) {
    std::tm parts{};
    gmtime_r(&now, &parts);
    std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    last = now;
  }
  return text;
}

}  // namespace

bool Stream::write(std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  if (!open_) return false;
  if (waiting_.size() + bytes.size() > kMostWaiting)
    open_ = false;
  else
    waiting_ += bytes;
  kick_();
  return open_;
}

void Stream::close() {
  const std::lock_guard lock(mutex_);
  if (!open_) return;
  open_ = false;
  kick_();
}

std::string Stream::take(bool& open) {
  const std::lock_guard lock(mutex_);
  open = open_;
  return std::exchange(waiting_, {});
}

void Stream::abandon() {
  const std::lock_guard lock(mutex_);
  open_ = false;
  kick_ = [] {};
}

Sending Outgoing::advance(int socket) {
  while (sent < bytes.size()) {
    const int flags = MSG_NOSIGNAL | (file && file->length > 0 ? MSG_MORE : 0);
    const auto n = ::send(socket, bytes.data() + sent, bytes.size() - sent, flags);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno == EAGAIN ? Sending::blocked : Sending::failed;
    sent += static_cast<std::size_t>(n);
  }
  if (stream || sent > 0) {
    bytes.clear();
    sent = 0;
  }
  return file ? send_file(socket) : Sending::done;
}

Sending Outgoing::send_file(int socket) {
  std::uint64_t portion = 0;
  while (file_sent < file->length) {
    if (portion >= kPortion) return Sending::portion;
    auto offset = static_cast<off_t>(file->offset + file_sent);
    const auto wanted = static_cast<std::size_t>(std::min(file->length - file_sent, kPortion));
    const auto n = ::sendfile(socket, file->file->descriptor(), &offset, wanted);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return Sending::blocked;
    if (n <= 0) return Sending::failed;  // 0: the file is shorter than was promised
    file_sent += static_cast<std::uint64_t>(n);
    portion += static_cast<std::uint64_t>(n);
    if (file->on_sent) file->on_sent(static_cast<std::uint64_t>(n));
  }
  return Sending::done;
}

void Outgoing::finish(bool complete) {
  if (file && file->on_end) std::exchange(file->on_end, nullptr)(complete);
  if (stream) stream->abandon();
}

Connection::~Connection() {
  out.finish(false);
  if (socket >= 0) ::close(socket);
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
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

std::string write_head(const Response& response, std::optional<std::uint64_t> length, bool close) {
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + ' ';
  head += reason_phrase(response.status);
  head += "\r\nDate: " + http_date() + "\r\n";
  for (const auto& [name, value] : response.headers.fields()) {
    (head += name) += ": ";
    // A line break in a value would begin a field of somebody else's choosing.
    for (const char c : value) head += c == '\r' || c == '\n' || c == '\0' ? ' ' : c;
    head += "\r\n";
  }
  if (length) head += "Content-Length: " + std::to_string(*length) + "\r\n";
  if (close) head += "Connection: close\r\n";
  return head + "\r\n";
}

}  // namespace swapmeet::http
