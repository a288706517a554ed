#include "host/config/ini_edit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <vector>

#include "swapmeet/http.h"
#include "swapmeet/text.h"

namespace swapmeet {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kAround = " \t\r";

// Lines without their '\n'; a '\r' stays at the end of each.
std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) (text += line) += '\n';
  return text;
}

std::string_view without_bom(std::string_view line) {
  if (line.starts_with("\xef\xbb\xbf")) line.remove_prefix(3);
  return line;
}

// "[name]" is `name`; everything else is empty.
std::string_view section_in(std::string_view line) {
  line = trim(without_bom(line), kAround);
  if (line.size() < 2 || line.front() != '[' || line.back() != ']') return {};
  return trim(line.substr(1, line.size() - 2), kAround);
}

// The key that a line sets; empty: none.
std::string_view key_in(std::string_view line) {
  line = trim(line, kAround);
  const auto equals = line.find('=');
  if (line.empty() || line.front() == ';' || line.front() == '#' || line.front() == '[' ||
      equals == std::string_view::npos)
    return {};
  return trim(line.substr(0, equals), kAround);
}

// The same for a line that is commented out.
std::string_view shown_key_in(std::string_view line) {
  line = trim(line, kAround);
  if (line.empty() || (line.front() != ';' && line.front() != '#')) return {};
  const auto key = key_in(line.substr(1));
  return key.find(' ') == std::string_view::npos ? key : std::string_view();
}

// "share." of "share.music": what belongs together stands together.
std::string_view family_of(std::string_view key) { return key.substr(0, key.find('.') + 1); }

struct Place {
  std::size_t begin = 0;  // the line after the section's heading
  std::size_t end = 0;
  bool found = false;
};

Place section_among(const std::vector<std::string>& lines, const std::string& name) {
  Place place;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto section = section_in(lines[i]);
    if (section.empty()) continue;
    if (place.found) return place.end = i, place;
    if (section == name) place.begin = i + 1, place.found = true;
  }
  place.end = lines.size();
  return place;
}

template <class Is>
std::optional<std::size_t> first_line(const std::vector<std::string>& lines, const Place& place,
                                      Is is) {
  for (auto i = place.begin; i < place.end; ++i)
    if (is(lines[i])) return i;
  return std::nullopt;
}

// After the last key of its kind, or of all; or after the heading.
std::size_t room_for(const std::vector<std::string>& lines, const Place& place,
                     const std::string& key) {
  const auto family = family_of(key);
  auto at = place.begin;
  bool among_its_like = false;
  for (auto i = place.begin; i < place.end; ++i) {
    const auto set = key_in(lines[i]);
    const auto name = set.empty() ? shown_key_in(lines[i]) : set;
    if (name.empty()) continue;
    const bool is_alike = !family.empty() && name.starts_with(family);
    if (is_alike || !among_its_like) at = i + 1;
    among_its_like = among_its_like || is_alike;
  }
  return at;
}

std::string end_of_lines(const std::vector<std::string>& lines) {
  return !lines.empty() && lines.front().ends_with('\r') ? "\r" : "";
}

Error not_written(const fs::path& file) {
  const auto code = errno == EACCES || errno == EPERM || errno == EROFS ? ErrorCode::not_allowed
                    : errno == ENOSPC                                   ? ErrorCode::no_space
                                                                        : ErrorCode::unavailable;
  return {code, file.string() + " cannot be written: " + std::strerror(errno), {}};
}

Result<void> write_whole(int descriptor, const fs::path& file, const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto n = ::write(descriptor, text.data() + at, text.size() - at);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return not_written(file);
    at += static_cast<std::size_t>(n);
  }
  if (::fsync(descriptor) != 0) return not_written(file);
  return {};
}

// A file that is mounted by itself cannot be replaced, only overwritten.
Result<void> overwrite(const fs::path& file, const std::string& text) {
  const http::OpenFile out(::open(file.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC));
  if (out.descriptor() < 0) return not_written(file);
  return write_whole(out.descriptor(), file, text);
}

}  // namespace

Result<IniKey> parse_ini_key(const Ini& ini, std::string_view dotted) {
  auto dot = dotted.find('.');
  if (dotted.starts_with("extension.")) dot = dotted.find('.', dot + 1);
  if (dot == std::string_view::npos)
    return invalid_argument("'" + std::string(dotted) +
                            "' is no key: write it as section.key, such as transfer.upload_limit");
  // "search.mine.key": of [search.mine] where there is one, else "mine.key" of [search].
  const auto longer = dotted.find('.', dot + 1);
  if (longer != std::string_view::npos && ini.find(trim(dotted.substr(0, longer), kAround)))
    dot = longer;
  IniKey key{std::string(trim(dotted.substr(0, dot), kAround)),
             std::string(trim(dotted.substr(dot + 1), kAround))};
  if (key.section.empty() || key.key.empty())
    return invalid_argument("'" + std::string(dotted) + "' is no key: write it as section.key");
  return key;
}

std::string with_key(std::string_view text, const IniKey& key, const std::string& value) {
  auto lines = lines_of(text);
  const auto end = end_of_lines(lines);
  const auto line = key.key + " =" + (value.empty() ? "" : " ") + value + end;
  const auto place = section_among(lines, key.section);
  if (!place.found) {
    if (!lines.empty()) lines.push_back(end);
    lines.insert(lines.end(), {"[" + key.section + "]" + end, line});
    return joined(lines);
  }
  auto at =
      first_line(lines, place, [&](const std::string& one) { return key_in(one) == key.key; });
  if (!at)
    at = first_line(lines, place,
                    [&](const std::string& one) { return shown_key_in(one) == key.key; });
  if (at)
    lines[*at] = line;
  else
    lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(room_for(lines, place, key.key)),
                 line);
  return joined(lines);
}

std::string without_key(std::string_view text, const IniKey& key,
                        const std::optional<std::string>& shown) {
  auto lines = lines_of(text);
  const auto place = section_among(lines, key.section);
  const auto at =
      first_line(lines, place, [&](const std::string& one) { return key_in(one) == key.key; });
  if (!place.found || !at) return std::string(text);
  const bool is_shown = first_line(lines, place, [&](const std::string& one) {
                          return shown_key_in(one) == key.key;
                        }).has_value();
  if (shown && !is_shown)
    lines[*at] = ";" + key.key + " =" + (shown->empty() ? "" : " ") + *shown + end_of_lines(lines);
  else
    lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(*at));
  return joined(lines);
}

Result<void> check_value(const IniKey& key, const std::string& value) {
  const auto read = parse_ini(with_key("", key, value), "x");
  const auto* section = read ? read->find(key.section) : nullptr;
  if (section && section->entries == RawSettings{{key.key, value}}) return {};
  const auto why = value.find(" ;") != std::string::npos
                       ? ": ' ;' begins a comment in such a file"
                       : ": no control characters, and no blanks at its ends";
  return invalid_argument(key.text() + ": an INI file cannot hold this value" + why);
}

Result<std::string> read_text(const fs::path& file) {
  if (auto read = read_ini(file); !read && read.error().code != ErrorCode::invalid_argument)
    return read.error();
  std::ifstream stream(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (!stream.is_open() || stream.bad())
    return Error{ErrorCode::unavailable, file.string() + ": cannot be read", {}};
  return text;
}

Result<void> rewrite(const fs::path& file, const std::string& text) {
  std::error_code ignored;
  const auto real = fs::weakly_canonical(file, ignored);
  struct stat before {};
  if (::stat(real.c_str(), &before) != 0) return not_written(real);
  if (::access(real.c_str(), W_OK) != 0) return not_written(real);
  const fs::path fresh = real.string() + ".new";
  const http::OpenFile out(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (out.descriptor() < 0) return overwrite(real, text);
  auto written = write_whole(out.descriptor(), fresh, text);
  const bool is_alike = ::fchown(out.descriptor(), before.st_uid, before.st_gid) == 0 &&
                        ::fchmod(out.descriptor(), before.st_mode & 07777) == 0;
  if (written && is_alike && ::rename(fresh.c_str(), real.c_str()) == 0) return {};
  fs::remove(fresh, ignored);
  return written ? overwrite(real, text) : written;
}

}  // namespace swapmeet
