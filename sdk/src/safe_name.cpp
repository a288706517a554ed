#include "swapmeet/safe_name.h"

#include <algorithm>

#include "swapmeet/characters.h"
#include "swapmeet/text.h"

namespace swapmeet {
namespace {

constexpr std::size_t kLongest = 255;

// At most `size` bytes, without a torn character at the end.
std::string_view cut(std::string_view text, std::size_t size) {
  if (text.size() <= size) return text;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) --size;
  return text.substr(0, size);
}

// Where the extension begins, dot included; the name's size when there is none.
std::size_t extension_at(std::string_view name) {
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || name.size() - dot > 32) return name.size();
  return dot;
}

std::string fitted(std::string_view stem, std::string_view extension) {
  return std::string(cut(stem, kLongest - extension.size())) + std::string(extension);
}

// Windows keeps these for devices, whatever the extension; such a file could not be copied there.
bool is_device(std::string_view name) {
  std::string stem = to_lower(name.substr(0, name.find('.')));
  while (!stem.empty() && stem.back() == ' ') stem.pop_back();
  for (const auto* device : {"con", "prn", "aux", "nul", "conin$", "conout$", "clock$"})
    if (stem == device) return true;
  if (!stem.starts_with("com") && !stem.starts_with("lpt")) return false;
  const auto port = stem.substr(3);  // Windows takes the superscripts for digits, too
  return (port.size() == 1 && port[0] >= '0' && port[0] <= '9') || port == "\u00b9" ||
         port == "\u00b2" || port == "\u00b3";
}

bool is_reserved(char32_t code) {
  return code < 0x80 &&
         std::string_view("<>:\"|?*\\").find(static_cast<char>(code)) != std::string_view::npos;
}

// In front of a dot some systems do not see them, so that the name is hidden there.
bool is_joiner(char32_t code) { return code == 0x200c || code == 0x200d; }

}  // namespace

std::string safe_name(std::string_view name) {
  if (const auto slash = name.rfind('/'); slash != std::string_view::npos)
    name.remove_prefix(slash + 1);
  std::string safe;
  while (!name.empty()) {
    const auto [code, bytes, valid] = next_character(name);
    const bool is_bad = !valid || is_steering(code) || is_reserved(code) ||
                        (safe.empty() && (code == '.' || code == ' ' || is_joiner(code)));
    if (is_bad)
      safe += '_';
    else
      safe += bytes;
  }
  if (safe.empty()) return "file";
  if (is_device(safe)) safe.insert(0, "_");
  const auto at = extension_at(safe);
  safe = fitted(std::string_view(safe).substr(0, at), std::string_view(safe).substr(at));
  for (auto end = safe.rbegin(); end != safe.rend() && (*end == ' ' || *end == '.'); ++end)
    *end = '_';
  return safe;
}

std::string safe_path(std::string_view path) {
  std::string safe;
  while (!path.empty()) {
    const auto end = std::min(path.find('/'), path.size());
    if (!safe.empty()) safe += '/';
    safe += safe_name(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return safe;
}

std::string numbered_name(std::string_view name, unsigned number) {
  const auto at = extension_at(name);
  return fitted(name.substr(0, at),
                " (" + std::to_string(number) + ")" + std::string(name.substr(at)));
}

}  // namespace swapmeet
