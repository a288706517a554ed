// Coarse kinds of files, told from the ending of a name: what `type:` in a query means.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace swapmeet {

enum class MediaType { audio, video, image, document, archive, software, other };
inline constexpr std::size_t kMediaTypes = 7;

std::string_view name_of(MediaType type);  // "audio", …
std::optional<MediaType> media_type_from(std::string_view name);
MediaType media_type_of(std::string_view file_name);
// "flac" of "a.b.FLAC"; empty when there is none (".profile", "Makefile").
std::string extension_of(std::string_view file_name);
// The IANA media type to serve a file as: "audio/flac", "application/octet-stream" when unknown.
std::string_view mime_type_of(std::string_view file_name);

}  // namespace swapmeet
