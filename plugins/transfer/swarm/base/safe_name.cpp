#include "transfer/swarm/base/safe_name.h"

#include <algorithm>
#include <cctype>

#include "swapmeet/listing.h"
#include "swapmeet/text.h"

namespace swapmeet::transfer_swarm {
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
  std::string stem(name.substr(0, name.find('.')));
  while (!stem.empty() && stem.back() == ' ') stem.pop_back();
  std::transform(stem.begin(), stem.end(), stem.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  if (stem == "CON" || stem == "PRN" || stem == "AUX" || stem == "NUL") return true;
  return stem.size() == 4 && (stem.starts_with("COM") || stem.starts_with("LPT")) &&
         stem[3] >= '1' && stem[3] <= '9';
}

}  // namespace

std::string safe_name(std::string_view name) {
  const auto separator = name.find_last_of("/\\");
  if (separator != std::string_view::npos) name.remove_prefix(separator + 1);
  std::string safe;
  for (const char c : name) {
    const bool bad =
        is_control(c) || std::string_view("<>:\"|?*").find(c) != std::string_view::npos;
    safe += bad ? '_' : c;
  }
  if (!is_utf8(safe))
    for (char& c : safe)
      if (static_cast<unsigned char>(c) >= 0x80) c = '_';
  while (!safe.empty() && (safe.back() == ' ' || safe.back() == '.')) safe.pop_back();
  while (!safe.empty() && safe.front() == ' ') safe.erase(0, 1);
  if (safe.empty()) return "file";
  if (is_device(safe)) safe.insert(0, "_");
  const auto at = extension_at(safe);
  return fitted(std::string_view(safe).substr(0, at), std::string_view(safe).substr(at));
}

std::string numbered_name(std::string_view name, unsigned number) {
  const auto at = extension_at(name);
  return fitted(name.substr(0, at),
                " (" + std::to_string(number) + ")" + std::string(name.substr(at)));
}

}  // namespace swapmeet::transfer_swarm
