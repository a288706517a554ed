#include "attributes/media/media_files.h"

#include <algorithm>
#include <exception>
#include <iterator>

#include "attributes/media/pictures.h"
#include "attributes/media/sounds.h"
#include "swapmeet/media_type.h"

namespace swapmeet::attributes_media {
namespace {

constexpr std::string_view kSounds[] = {"aac", "aif", "aiff", "ape", "flac", "m4a", "m4b",
                                        "m4v", "mp3", "mp4",  "mpc", "oga",  "ogg", "opus",
                                        "spx", "tta", "wav",  "wma", "wv"};
constexpr std::string_view kPictures[] = {"avif", "bmp", "cr2", "dng", "gif", "heic", "jp2", "jpeg",
                                          "jpg",  "nef", "png", "psd", "tif", "tiff", "webp"};

template <class List>
bool has(const List& list, std::string_view name) {
  const auto ending = extension_of(name);
  return std::find(std::begin(list), std::end(list), ending) != std::end(list);
}

Error broken(const OpenedFile& file, const std::string& why) {
  return {ErrorCode::invalid_argument, "'" + file.name + "' is broken: " + why, {}};
}

}  // namespace

void prepare_libraries() { prepare_pictures(); }

bool is_sound(std::string_view name) { return has(kSounds, name); }
bool is_picture(std::string_view name) { return has(kPictures, name); }

Result<Attributes> read_sound(const OpenedFile& file, const IsOver& is_over) {
  try {
    BoundedStream stream(file.descriptor, file.size, file.name, {.is_over = is_over});
    auto attributes = attributes_of_sound(stream);
    if (is_over()) return Error{ErrorCode::timed_out, "'" + file.name + "' takes too long", {}};
    if (stream.is_exhausted()) return broken(file, "there is no end to what it refers to");
    if (!attributes) return broken(file, "it is no sound file");
    return std::move(*attributes);
  } catch (const std::exception& exception) {
    return broken(file, exception.what());
  }
}

Result<Attributes> read_picture(const OpenedFile& file) {
  try {
    auto attributes = attributes_of_picture(file.descriptor, file.size);
    if (!attributes) return broken(file, "it is no picture");
    return std::move(*attributes);
  } catch (const std::exception& exception) {
    return broken(file, exception.what());
  }
}

}  // namespace swapmeet::attributes_media
