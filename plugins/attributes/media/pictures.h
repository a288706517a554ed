// Pictures by Exiv2, which looks at the first megabytes of them: that is where sizes and dates are.
// Threads: free functions without shared state, once prepare_pictures() has been called.
#pragma once

#include <cstdint>
#include <optional>

#include "swapmeet/attributes.h"

namespace swapmeet::attributes_media {

void prepare_pictures();
// nullopt: Exiv2 knows no such file, or its size cannot be told.
std::optional<Attributes> attributes_of_picture(int descriptor, std::uint64_t size);

}  // namespace swapmeet::attributes_media
