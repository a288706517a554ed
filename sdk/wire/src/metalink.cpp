#include "swapmeet/wire/metalink.h"

#include "swapmeet/characters.h"
#include "swapmeet/safe_name.h"

namespace swapmeet::wire {
namespace {

// The characters that XML 1.0 has (2.2), but for blanks that a reader would make one of.
bool is_of_xml(char32_t code) {
  return (code >= 0x20 && code <= 0xd7ff) || (code >= 0xe000 && code <= 0xfffd) ||
         (code >= 0x10000 && code <= 0x10ffff);
}

// Whatever the text is, what comes out may stand in a document; what may not is replaced.
std::string escaped(std::string_view text) {
  std::string xml;
  while (!text.empty()) {
    const auto [code, bytes, valid] = next_character(text);
    switch (code) {
      case '&': xml += "&amp;"; break;
      case '<': xml += "&lt;"; break;
      case '>': xml += "&gt;"; break;
      case '"': xml += "&quot;"; break;
      default:
        if (valid && is_of_xml(code))
          xml += bytes;
        else
          xml += "\ufffd";
    }
  }
  return xml;
}

std::string hash_lines(const ContentHashes& hashes) {
  const std::string type = " type=\"sha-256\"";
  std::string lines = "    <hash" + type + ">" + hashes.sha256 + "</hash>\n";
  if (hashes.pieces.empty()) return lines;
  lines += "    <pieces length=\"" + std::to_string(hashes.piece) + "\"" + type + ">\n";
  for (const auto& piece : hashes.pieces) lines += "      <hash>" + piece + "</hash>\n";
  return lines + "    </pieces>\n";
}

}  // namespace

// RFC 5854, 4.1.2.1: no path that leads anywhere else. And whoever reads this names a file so.
std::string file_name_of(const ContentRecord& content) {
  for (const auto& name : content.names)
    if (!name_of_path(name).empty()) return safe_name(name);
  return content.content.text();
}

Result<std::string> metalink(const ContentRecord& content, const ContentHashes* hashes) {
  std::string urls;
  for (const auto& source : content.sources) {
    // Other programs fetch whole files: what they ask a partial source for is not there.
    if (source.have < content.size) continue;
    urls += "    <url priority=\"1\">" + escaped(source.url) + "</url>\n";
  }
  if (urls.empty())
    return not_found("nobody who is present has this content now; try again when a source is back");
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
         "<metalink xmlns=\"urn:ietf:params:xml:ns:metalink\">\n"
         "  <generator>swapmeet</generator>\n"
         "  <file name=\"" +
         escaped(file_name_of(content)) + "\">\n    <size>" + std::to_string(content.size) +
         "</size>\n" + (hashes != nullptr ? hash_lines(*hashes) : "") + urls +
         "  </file>\n</metalink>\n";
}

}  // namespace swapmeet::wire
