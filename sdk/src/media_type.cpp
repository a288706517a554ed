#include "swapmeet/media_type.h"

#include <algorithm>
#include <array>

namespace swapmeet {
namespace {

constexpr std::array<std::string_view, 7> kTypeNames = {"audio",   "video",    "image", "document",
                                                        "archive", "software", "other"};

struct Ending {
  std::string_view text;
  MediaType type;
  std::string_view mime;
};

// Sorted by text.
constexpr Ending kEndings[] = {
    {"3gp", MediaType::video, "video/3gpp"},
    {"7z", MediaType::archive, "application/x-7z-compressed"},
    {"aac", MediaType::audio, "audio/aac"},
    {"aif", MediaType::audio, "audio/aiff"},
    {"aiff", MediaType::audio, "audio/aiff"},
    {"apk", MediaType::software, "application/vnd.android.package-archive"},
    {"appimage", MediaType::software, "application/octet-stream"},
    {"avi", MediaType::video, "video/x-msvideo"},
    {"avif", MediaType::image, "image/avif"},
    {"bin", MediaType::software, "application/octet-stream"},
    {"bmp", MediaType::image, "image/bmp"},
    {"bz2", MediaType::archive, "application/x-bzip2"},
    {"css", MediaType::document, "text/css"},
    {"csv", MediaType::document, "text/csv"},
    {"deb", MediaType::software, "application/vnd.debian.binary-package"},
    {"dmg", MediaType::software, "application/octet-stream"},
    {"doc", MediaType::document, "application/msword"},
    {"docx", MediaType::document,
     "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {"epub", MediaType::document, "application/epub+zip"},
    {"exe", MediaType::software, "application/octet-stream"},
    {"flac", MediaType::audio, "audio/flac"},
    {"gif", MediaType::image, "image/gif"},
    {"gz", MediaType::archive, "application/gzip"},
    {"heic", MediaType::image, "image/heic"},
    {"htm", MediaType::document, "text/html"},
    {"html", MediaType::document, "text/html"},
    {"ico", MediaType::image, "image/vnd.microsoft.icon"},
    {"img", MediaType::software, "application/octet-stream"},
    {"iso", MediaType::software, "application/octet-stream"},
    {"jar", MediaType::software, "application/java-archive"},
    {"jpeg", MediaType::image, "image/jpeg"},
    {"jpg", MediaType::image, "image/jpeg"},
    {"json", MediaType::document, "application/json"},
    {"jxl", MediaType::image, "image/jxl"},
    {"lz4", MediaType::archive, "application/octet-stream"},
    {"m4a", MediaType::audio, "audio/mp4"},
    {"m4v", MediaType::video, "video/mp4"},
    {"md", MediaType::document, "text/markdown"},
    {"mid", MediaType::audio, "audio/midi"},
    {"mkv", MediaType::video, "video/x-matroska"},
    {"mobi", MediaType::document, "application/x-mobipocket-ebook"},
    {"mov", MediaType::video, "video/quicktime"},
    {"mp3", MediaType::audio, "audio/mpeg"},
    {"mp4", MediaType::video, "video/mp4"},
    {"mpeg", MediaType::video, "video/mpeg"},
    {"mpg", MediaType::video, "video/mpeg"},
    {"msi", MediaType::software, "application/octet-stream"},
    {"odp", MediaType::document, "application/vnd.oasis.opendocument.presentation"},
    {"ods", MediaType::document, "application/vnd.oasis.opendocument.spreadsheet"},
    {"odt", MediaType::document, "application/vnd.oasis.opendocument.text"},
    {"oga", MediaType::audio, "audio/ogg"},
    {"ogg", MediaType::audio, "audio/ogg"},
    {"ogv", MediaType::video, "video/ogg"},
    {"opus", MediaType::audio, "audio/ogg"},
    {"pdf", MediaType::document, "application/pdf"},
    {"png", MediaType::image, "image/png"},
    {"ppt", MediaType::document, "application/vnd.ms-powerpoint"},
    {"pptx", MediaType::document,
     "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    {"ps", MediaType::document, "application/postscript"},
    {"rar", MediaType::archive, "application/vnd.rar"},
    {"rpm", MediaType::software, "application/x-rpm"},
    {"rtf", MediaType::document, "application/rtf"},
    {"svg", MediaType::image, "image/svg+xml"},
    {"tar", MediaType::archive, "application/x-tar"},
    {"tex", MediaType::document, "application/x-tex"},
    {"tgz", MediaType::archive, "application/gzip"},
    {"tif", MediaType::image, "image/tiff"},
    {"tiff", MediaType::image, "image/tiff"},
    {"txt", MediaType::document, "text/plain"},
    {"wav", MediaType::audio, "audio/wav"},
    {"webm", MediaType::video, "video/webm"},
    {"webp", MediaType::image, "image/webp"},
    {"wma", MediaType::audio, "audio/x-ms-wma"},
    {"wmv", MediaType::video, "video/x-ms-wmv"},
    {"xls", MediaType::document, "application/vnd.ms-excel"},
    {"xlsx", MediaType::document,
     "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {"xml", MediaType::document, "application/xml"},
    {"xz", MediaType::archive, "application/x-xz"},
    {"zip", MediaType::archive, "application/zip"},
    {"zst", MediaType::archive, "application/zstd"},
};
static_assert(std::is_sorted(std::begin(kEndings), std::end(kEndings),
                             [](const Ending& a, const Ending& b) { return a.text < b.text; }));

const Ending* find_ending(std::string_view file_name) {
  const std::string extension = extension_of(file_name);
  const auto* found = std::lower_bound(
      std::begin(kEndings), std::end(kEndings), extension,
      [](const Ending& ending, const std::string& text) { return ending.text < text; });
  return found != std::end(kEndings) && found->text == extension ? found : nullptr;
}

}  // namespace

std::string_view name_of(MediaType type) { return kTypeNames.at(static_cast<std::size_t>(type)); }

std::optional<MediaType> media_type_from(std::string_view name) {
  for (std::size_t i = 0; i < kTypeNames.size(); ++i)
    if (kTypeNames[i] == name) return static_cast<MediaType>(i);
  return std::nullopt;
}

std::string extension_of(std::string_view file_name) {
  const auto dot = file_name.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || dot + 1 == file_name.size()) return {};
  std::string extension(file_name.substr(dot + 1));
  for (char& c : extension)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return extension;
}

MediaType media_type_of(std::string_view file_name) {
  const Ending* ending = find_ending(file_name);
  return ending ? ending->type : MediaType::other;
}

std::string_view mime_type_of(std::string_view file_name) {
  const Ending* ending = find_ending(file_name);
  return ending ? ending->mime : "application/octet-stream";
}

}  // namespace swapmeet
