#include "host/http/parser.h"

#include <algorithm>
#include <charconv>

#include "swapmeet/address.h"
#include "swapmeet/text.h"

namespace swapmeet::http {
namespace {

constexpr std::size_t kMaxChunkLine = 1024;  // a chunk's size with its extensions

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
// RFC 9110 §5.6.2
bool is_token_char(char c) {
  return is_alpha(c) || is_digit(c) ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}
bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}
// A field value: visible characters, obs-text, space and tab.
bool is_field_char(char c) { return c == '\t' || !is_control(c); }

// The next line without its CRLF. A bare LF is an error: some other parser may not see a line end.
enum class LineEnd { found, missing, bare };
LineEnd take_line(std::string_view& bytes, std::string_view& line) {
  const auto lf = bytes.find('\n');
  if (lf == std::string_view::npos) return LineEnd::missing;
  if (lf == 0 || bytes[lf - 1] != '\r') return LineEnd::bare;
  line = bytes.substr(0, lf - 1);
  bytes.remove_prefix(lf + 1);
  return LineEnd::found;
}

// What a Host field or the authority of a target may be: a name, an IPv4 address or an IPv6 address
// in brackets, with or without a port (RFC 9110 §7.2; of the characters of a name those that
// occur).
bool is_authority(std::string_view text) {
  if (text.starts_with('['))
    return parse_host_port(text).ok() || parse_host_port(std::string(text) + ":0").ok();
  const auto colon = text.find(':');
  const auto name = text.substr(0, colon);
  if (name.empty() || !std::all_of(name.begin(), name.end(), [](char c) {
        return is_alpha(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
      }))
    return false;
  if (colon == std::string_view::npos || colon + 1 == text.size()) return true;
  return parse_host_port("a" + std::string(text.substr(colon))).ok();
}

// "." and ".." are for whoever makes the request to resolve.
bool has_dot_segment(std::string_view path) {
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const auto end = std::min(path.find('/'), path.size());
    const auto segment = path.substr(0, end);
    if (segment.size() <= 6) {
      const auto decoded = percent_decode(segment);
      if (decoded && (*decoded == "." || *decoded == "..")) return true;
    }
    path.remove_prefix(end);
  }
  return false;
}

// The absolute form, which a server must accept (RFC 9112 §3.2.2): its authority replaces Host.
std::optional<Refusal> take_authority(std::string_view& target, std::string& authority) {
  target.remove_prefix(std::string_view("http://").size());
  const auto end = std::min(target.find_first_of("/?"), target.size());
  authority = std::string(target.substr(0, end));
  if (!is_authority(authority)) return Refusal{400, "the target names no host"};
  target.remove_prefix(end);
  return std::nullopt;
}

std::optional<Refusal> parse_target(Head& head) {
  auto& request = head.request;
  std::string_view target = request.target;
  if (target == "*") {
    if (request.method != "OPTIONS") return Refusal{400, "'*' is for OPTIONS"};
    request.path = "*";
    return std::nullopt;
  }
  if (equal_without_case(target.substr(0, 7), "http://"))
    if (auto refusal = take_authority(target, head.authority)) return refusal;
  const bool rooted = target.starts_with('/');
  if (!rooted && (head.authority.empty() || (!target.empty() && target.front() != '?')))
    return Refusal{400, "the target is no path"};
  const auto question = target.find('?');
  request.path = rooted ? std::string(target.substr(0, question)) : "/";
  if (!percent_decode(request.path)) return Refusal{400, "a broken %-escape in the path"};
  if (has_dot_segment(request.path)) return Refusal{400, "'.' or '..' in the path"};
  if (question == std::string_view::npos) return std::nullopt;
  std::string_view query = target.substr(question + 1);
  while (!query.empty()) {
    const auto end = query.find('&');
    const auto pair = query.substr(0, end);
    const auto equals = pair.find('=');
    auto name = percent_decode(pair.substr(0, equals), true);
    auto value =
        percent_decode(equals == std::string_view::npos ? "" : pair.substr(equals + 1), true);
    if (!name || !value) return Refusal{400, "a broken %-escape in the query"};
    if (!pair.empty()) request.query.emplace_back(std::move(*name), std::move(*value));
    query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
  }
  return std::nullopt;
}

std::optional<Refusal> parse_request_line(std::string_view line, Head& head) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return Refusal{400, "no request line"};
  auto& request = head.request;
  const auto version = line.substr(last + 1);
  if (version.size() != 8 || !version.starts_with("HTTP/") || !is_digit(version[5]) ||
      version[6] != '.' || !is_digit(version[7]))
    return Refusal{400, "the version is not HTTP/1.1"};
  if (version[5] != '1') return Refusal{505, "only HTTP/1.1 is spoken here"};
  head.http_1_0 = version[7] == '0';
  request.method = std::string(line.substr(0, first));
  if (!is_token(request.method) || request.method.size() > 32)
    return Refusal{400, "the method is no token"};
  request.target = std::string(line.substr(first + 1, last - first - 1));
  if (request.target.size() > kMaxTarget) return Refusal{414, "the target is too long"};
  for (const char c : request.target)
    if (static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f || c == '#')
      return Refusal{400, "the target holds a character that must be %-escaped"};
  return parse_target(head);
}

std::optional<Refusal> parse_field(std::string_view line, Headers& headers) {
  if (line.front() == ' ' || line.front() == '\t') return Refusal{400, "a folded field line"};
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
    return Refusal{400, "a field name that is no token"};
  const auto value = line.substr(colon + 1);
  if (!std::all_of(value.begin(), value.end(), is_field_char))
    return Refusal{400, "a control character in a field"};
  headers.add(line.substr(0, colon), std::string(trim(value)));
  return std::nullopt;
}

std::size_t count(const Headers& headers, std::string_view name) {
  return static_cast<std::size_t>(
      std::count_if(headers.fields().begin(), headers.fields().end(),
                    [&](const auto& field) { return equal_without_case(field.first, name); }));
}

// Calls `use` with each member of a comma-separated field, of all lines of that name.
template <class Use>
void for_each_member(const Headers& headers, std::string_view field, Use use) {
  for (const auto& [name, value] : headers.fields()) {
    if (!equal_without_case(name, field)) continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const auto comma = rest.find(',');
      use(trim(rest.substr(0, comma)));
      rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    }
  }
}

bool has_member(const Headers& headers, std::string_view field, std::string_view wanted) {
  bool found = false;
  for_each_member(headers, field,
                  [&](std::string_view one) { found |= equal_without_case(one, wanted); });
  return found;
}

std::optional<Refusal> check_host_field(Head& head) {
  const auto hosts = count(head.request.headers, "host");
  if (hosts > 1 || (hosts == 0 && !head.http_1_0))
    return Refusal{400, "exactly one Host is needed"};
  if (hosts == 1) {
    const std::string& host = *head.request.headers.find("Host");
    if (!host.empty() && !is_authority(host))
      return Refusal{400, "Host is no host name or address"};
  }
  if (!head.authority.empty()) head.request.headers.set("Host", head.authority);
  return std::nullopt;
}

// RFC 9112 §6.1, §6.3: chunked stands last and once; other codings are not known here.
std::optional<Refusal> check_codings(const Headers& headers) {
  std::size_t codings = 0;
  std::size_t chunked = 0;
  bool chunked_last = false;
  for_each_member(headers, "transfer-encoding", [&](std::string_view coding) {
    ++codings;
    chunked_last = equal_without_case(coding, "chunked");
    if (chunked_last) ++chunked;
  });
  if (codings == 0 || chunked > 1 || (chunked == 1 && !chunked_last))
    return Refusal{400, "Transfer-Encoding does not end with chunked, once"};
  if (codings > 1 || chunked == 0) return Refusal{501, "a transfer coding other than chunked"};
  return std::nullopt;
}

std::optional<Refusal> frame_body(Head& head) {
  const auto& headers = head.request.headers;
  const auto lengths = count(headers, "content-length");
  if (count(headers, "transfer-encoding") > 0) {
    if (lengths > 0 || head.http_1_0)
      return Refusal{400, "two ways to tell the length of the body"};
    head.chunked = true;
    return check_codings(headers);
  }
  if (lengths > 1) return Refusal{400, "Content-Length stands twice"};
  if (lengths == 0) return std::nullopt;
  const std::string& text = *headers.find("Content-Length");
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), head.content_length);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() ||
      !is_digit(text[0]))
    return Refusal{400, "Content-Length is no number"};
  return std::nullopt;
}

std::optional<Refusal> read_meaning(Head& head) {
  if (auto refusal = check_host_field(head)) return refusal;
  if (auto refusal = frame_body(head)) return refusal;
  const auto& headers = head.request.headers;
  const bool close = has_member(headers, "connection", "close");
  head.keep_alive = !close && (!head.http_1_0 || has_member(headers, "connection", "keep-alive"));
  if (const auto* expect = headers.find("Expect")) {
    if (!equal_without_case(*expect, "100-continue"))
      return Refusal{417, "only 100-continue can be expected"};
    head.expects_continue = !head.http_1_0;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      decoded += ' ';
    } else if (text[i] != '%') {
      decoded += text[i];
    } else {
      unsigned value = 0;
      if (i + 2 >= text.size()) return std::nullopt;
      const auto* digits = text.data() + i + 1;
      const auto [end, error] = std::from_chars(digits, digits + 2, value, 16);
      if (error != std::errc{} || end != digits + 2 || value == 0) return std::nullopt;
      decoded += static_cast<char>(value);
      i += 2;
    }
  }
  return decoded;
}

std::variant<Incomplete, Refusal, Head> parse_head(std::string_view bytes) {
  const std::string_view all = bytes;
  Head head;
  bool first = true;
  while (true) {
    std::string_view line;
    const auto end = take_line(bytes, line);
    const auto taken = end == LineEnd::missing ? all.size() : all.size() - bytes.size();
    if (taken > kMaxHead)
      return first ? Refusal{414, "the request line is too long"}
                   : Refusal{431, "the request head is too large"};
    if (end == LineEnd::missing) return Incomplete{};
    if (end == LineEnd::bare) return Refusal{400, "a line that does not end with CRLF"};
    std::optional<Refusal> refusal;
    if (first) {
      refusal = parse_request_line(line, head);
    } else if (line.empty()) {
      head.size = taken;
      if (auto wrong = read_meaning(head)) return *wrong;
      return head;
    } else if (head.request.headers.fields().size() == kMaxFields) {
      return Refusal{431, "there are too many fields"};
    } else {
      refusal = parse_field(line, head.request.headers);
    }
    if (refusal) return *refusal;
    first = false;
  }
}

std::optional<ChunkedBody::State> ChunkedBody::take_line(std::string_view line) {
  if (part_ == Part::size) {
    const auto semicolon = line.find(';');
    auto digits = line.substr(0, semicolon);
    if (semicolon != std::string_view::npos)  // RFC 9112 §7.1.1: blanks before an extension only
      digits = digits.substr(0, digits.find_last_not_of(" \t") + 1);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), left_, 16);
    if (digits.empty() || digits.size() > 15 || error != std::errc{} ||
        end != digits.data() + digits.size() || line.size() > kMaxChunkLine ||
        !std::all_of(line.begin(), line.end(), is_field_char))
      return State::broken;
    if (left_ > max_body_ - body_.size()) return State::too_large;
    part_ = left_ == 0 ? Part::trailer : Part::data;
  } else if (part_ == Part::data_end) {
    if (!line.empty()) return State::broken;
    part_ = Part::size;
  } else {  // a trailer: checked for its form, not used
    if (line.empty()) return State::done;
    Headers ignored;
    trailer_bytes_ += line.size();
    if (trailer_bytes_ > kMaxHead || parse_field(line, ignored)) return State::broken;
  }
  return std::nullopt;
}

ChunkedBody::State ChunkedBody::take(std::string& bytes) {
  std::string_view rest = bytes;
  State state = State::more;
  while (state == State::more) {
    if (part_ == Part::data) {
      if (rest.empty()) break;
      const auto portion = std::min<std::uint64_t>(left_, rest.size());
      body_.append(rest.substr(0, portion));
      rest.remove_prefix(portion);
      left_ -= portion;
      if (left_ == 0) part_ = Part::data_end;
      continue;
    }
    std::string_view line;
    const auto end = http::take_line(rest, line);
    if (end == LineEnd::missing) {
      if (rest.size() > kMaxChunkLine) state = State::broken;
      break;
    }
    if (end == LineEnd::bare)
      state = State::broken;
    else if (const auto ended = take_line(line))
      state = *ended;
  }
  bytes.erase(0, bytes.size() - rest.size());
  return state;
}

}  // namespace swapmeet::http
