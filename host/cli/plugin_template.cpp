#include "host/cli/plugin_template.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "swapmeet/abi.h"

namespace swapmeet::cli {
namespace fs = std::filesystem;
namespace {

constexpr const char* kCommon = "common";
constexpr const char* kAbout = "about.txt";  // a paragraph for the README, no file of the project

std::string read(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

std::string comma_list(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) (text += text.empty() ? "" : ", ") += word;
  return text;
}

// The files below a template's folder, relative to it.
std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code ignored;
  for (const auto& entry : fs::recursive_directory_iterator(folder, ignored))
    if (entry.is_regular_file(ignored)) files.push_back(entry.path().lexically_relative(folder));
  return files;
}

// What is said in the project but not in the template of its kind.
std::map<std::string, std::string> words_for(const fs::path& templates, const std::string& kind) {
  const auto ini = fs::exists(templates / kind / "peer.ini") ? "peer.ini" : "index.ini";
  const auto section = kind == "extension" ? "[extension.sample]" : '[' + kind + ']';
  auto about = read(templates / kind / kAbout);
  while (about.ends_with('\n')) about.pop_back();
  return {{"ABI", std::to_string(kAbiMajor) + '.' + std::to_string(kAbiMinor)},
          {"VERSION", SWAPMEET_VERSION},
          {"ABOUT", about},
          {"INI", ini},
          {"SNIPPET", section + "\nplugin = sample"}};
}

Result<void> write_project_file(const fs::path& file, const std::string& text) {
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  if (!error) {
    std::ofstream stream(file, std::ios::binary);
    stream << text;
    stream.close();
    if (stream) return {};
  }
  return Error{ErrorCode::internal, file.string() + " cannot be written", {}};
}

}  // namespace

Result<fs::path> template_folder() {
  std::error_code error;
  const auto program = fs::read_symlink("/proc/self/exe", error).parent_path();
  const auto beside = program / "template";
  const auto installed = (program / "../share/swapmeet/template").lexically_normal();
  for (const auto& folder : {beside, installed})
    if (fs::is_directory(folder / kCommon, error)) return folder;
  return not_found("there are no templates; looked for " + beside.string() + " and " +
                   installed.string());
}

std::vector<std::string> template_kinds(const fs::path& templates) {
  std::vector<std::string> kinds;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(templates, ignored))
    if (entry.path().filename() != kCommon) kinds.push_back(entry.path().filename().string());
  std::sort(kinds.begin(), kinds.end());
  return kinds;
}

Result<void> check_plugin_name(std::string_view name) {
  constexpr std::size_t kLongest = 40;
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz";
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789_";
  if (name.empty() || name.size() > kLongest || kLetters.find(name.front()) == std::string::npos ||
      name.find_first_not_of(kAllowed) != std::string::npos)
    return invalid_argument("'" + std::string(name) +
                            "' is no name for a plugin: it begins with a-z, and has a-z, 0-9 and "
                            "'_' only, at most " +
                            std::to_string(kLongest));
  return {};
}

std::string type_name_of(std::string_view name) {
  std::string type;
  bool first = true;
  for (const char letter : name) {
    if (letter != '_')
      type += first && letter >= 'a' ? static_cast<char>(letter - 'a' + 'A') : letter;
    first = letter == '_';
  }
  return type;
}

std::string filled_in(std::string text, std::string_view kind, std::string_view name,
                      const std::map<std::string, std::string>& more) {
  for (const auto& [word, value] : more) replace_all(text, '@' + word + '@', value);
  std::string dashed(name);
  std::replace(dashed.begin(), dashed.end(), '_', '-');
  replace_all(text, "@KIND@", kind);
  replace_all(text, "@DASHED@", dashed);
  replace_all(text, "sample", name);
  replace_all(text, "Sample", type_name_of(name));
  return text;
}

Result<std::vector<fs::path>> make_plugin_project(const fs::path& templates, std::string_view kind,
                                                  std::string_view name, const fs::path& into) {
  if (auto checked = check_plugin_name(name); !checked) return std::move(checked).error();
  const auto kinds = template_kinds(templates);
  if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end())
    return invalid_argument("'" + std::string(kind) + "' is no kind of plugin; there are " +
                            comma_list(kinds));
  std::error_code ignored;
  if (fs::exists(into, ignored) && !fs::is_empty(into, ignored))
    return already_exists(into.string() +
                          " is there already and stays as it is; --into names another folder");
  const auto words = words_for(templates, std::string(kind));
  std::vector<fs::path> written;
  for (const auto& folder : {templates / kCommon, templates / kind})
    for (const auto& file : files_below(folder)) {
      if (file == kAbout) continue;
      const fs::path own = filled_in(file.string(), kind, name, {});
      const auto text = filled_in(read(folder / file), kind, name, words);
      if (auto wrote = write_project_file(into / own, text); !wrote)
        return std::move(wrote).error();
      written.push_back(own);
    }
  std::sort(written.begin(), written.end());
  return written;
}

}  // namespace swapmeet::cli
