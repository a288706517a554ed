#include "host/config/ini.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "host/config/ini_edit.h"
#include "swapmeet/text.h"

namespace swapmeet {
namespace {

constexpr std::string_view kBlanks = " \t\r";

bool printable(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return is_control(c) && c != '\t'; });
}

// What an error shows of a line: not all of a file that is no INI at all.
std::string shown(std::string_view text) {
  std::string start(text.substr(0, 40));
  for (char& c : start)
    if (is_control(c)) c = '?';
  return start + (text.size() > 40 ? "…" : "");
}

class Parser {
 public:
  explicit Parser(const std::filesystem::path& file) {
    ini_.file = std::filesystem::absolute(file);
  }

  // What is wrong with a line is kept for the end, so that all mistakes are told at once.
  void take_line(std::string_view raw) {
    ++line_;
    const std::string_view line = trim(raw, kBlanks);
    if (line.empty() || line.front() == ';' || line.front() == '#') return;
    const auto taken = line.front() == '[' ? take_section(line) : take_entry(line);
    if (!taken) (problems_ += problems_.empty() ? "" : "\n") += taken.error().message;
  }

  Result<Ini> take() {
    if (!problems_.empty()) return invalid_argument(std::move(problems_));
    return std::move(ini_);
  }

 private:
  Result<void> take_section(std::string_view line) {
    const auto close = line.find(']');
    if (close == std::string_view::npos) return at("a section ends with ']'");
    if (close + 1 != line.size())
      return at("'" + shown(line.substr(close + 1)) +
                "' after the section: put it on a line of its own");
    const std::string name(trim(line.substr(1, close - 1), kBlanks));
    if (name.empty()) return at("a section needs a name: [host]");
    if (!printable(name)) return at("a control character in the name of a section");
    if (ini_.find(name)) return at("[" + name + "] stands twice: put its keys together");
    ini_.sections.push_back({name, {}});
    return {};
  }

  Result<void> take_entry(std::string_view line) {
    const auto equals = line.find('=');
    if (equals == std::string_view::npos)
      return at("'" + shown(line) + "' is no section, comment or key = value");
    const std::string key(trim(line.substr(0, equals), kBlanks));
    const std::string value(trim(line.substr(equals + 1), kBlanks));
    if (key.empty()) return at("there is no key before '='");
    if (!printable(key) || !printable(value)) return at("a control character");
    if (ini_.sections.empty()) return at("'" + key + "' stands before the first [section]");
    auto& section = ini_.sections.back();
    for (const auto& entry : section.entries)
      if (entry.first == key)
        return at("[" + section.name + "] " + key + " stands twice: remove one");
    if (value.find(" ;") != std::string::npos)
      return at("[" + section.name + "] " + key +
                ": a comment goes on a line of its own, not after a value");
    section.entries.emplace_back(key, value);
    return {};
  }

  Error at(const std::string& what) const {
    return invalid_argument(ini_.file.filename().string() + " line " + std::to_string(line_) +
                            ": " + what);
  }

  Ini ini_;
  int line_ = 0;
  std::string problems_;
};

}  // namespace

const IniSection* Ini::find(std::string_view name) const {
  const auto found = std::find_if(sections.begin(), sections.end(),
                                  [&](const IniSection& section) { return section.name == name; });
  return found == sections.end() ? nullptr : &*found;
}

Result<Ini> parse_ini(std::string_view text, const std::filesystem::path& file) {
  Parser parser(file);
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  while (!text.empty()) {
    const auto end = text.find('\n');
    parser.take_line(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return parser.take();
}

Result<Ini> read_ini(const std::filesystem::path& file) {
  std::error_code error;
  if (std::filesystem::is_directory(file, error))
    return invalid_argument(file.string() + ": is a folder; name the INI file in it");
  if (!std::filesystem::exists(file, error))
    return Error{ErrorCode::not_found,
                 file.string() + ": there is no such file; config/ has samples to start from",
                 {}};
  std::ifstream stream(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (!stream.is_open() || stream.bad())
    return Error{
        ErrorCode::unavailable, file.string() + ": cannot be read; check its permissions", {}};
  return parse_ini(text, file);
}

Result<void> override_key(Ini& ini, std::string_view assignment) {
  const auto equals = assignment.find('=');
  const auto place = parse_ini_key(ini, assignment.substr(0, equals));
  if (equals == std::string_view::npos || !place)
    return invalid_argument("--set " + std::string(assignment) + ": write it as section.key=value");
  const std::string value(trim(assignment.substr(equals + 1), kBlanks));
  auto section = std::find_if(ini.sections.begin(), ini.sections.end(),
                              [&](const IniSection& one) { return one.name == place->section; });
  if (section == ini.sections.end())
    section = ini.sections.insert(section, IniSection{place->section, {}});
  for (auto& entry : section->entries) {
    if (entry.first != place->key) continue;
    entry.second = value;
    return {};
  }
  section->entries.emplace_back(place->key, value);
  return {};
}

}  // namespace swapmeet
