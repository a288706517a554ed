// What sound files and pictures say of themselves, by TagLib and Exiv2: each reads no more than a
// few megabytes of the file, and a file that is broken has no attributes.
// Threads: free functions without shared state, once prepare_libraries() has been called.
#pragma once

#include <functional>
#include <string_view>

#include "swapmeet/attribute_reader.h"

namespace swapmeet::attributes_media {

// Once, before the others, on one thread.
void prepare_libraries();

// By the ending of the name.
bool is_sound(std::string_view name);
bool is_picture(std::string_view name);

using IsOver = std::function<bool()>;
// artist, title, album, genre, year, length, bitrate, samplerate, channels. `invalid_argument`: it
// is no sound file, or broken. `timed_out`.
Result<Attributes> read_sound(const OpenedFile& file, const IsOver& is_over);
// width, height, year, author. `invalid_argument`: it is no picture, or broken.
Result<Attributes> read_picture(const OpenedFile& file);

}  // namespace swapmeet::attributes_media
