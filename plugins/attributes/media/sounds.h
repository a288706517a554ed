// Sound files by TagLib.
// Threads: a free function without shared state.
#pragma once

#include <optional>

#include "attributes/media/bounded_stream.h"
#include "swapmeet/attributes.h"

namespace swapmeet::attributes_media {

// nullopt: TagLib knows no such file.
std::optional<Attributes> attributes_of_sound(BoundedStream& stream);

}  // namespace swapmeet::attributes_media
