#include "attributes/media/pictures.h"

#include <unistd.h>

#include <algorithm>
#include <exiv2/exiv2.hpp>
#include <string>
#include <vector>

#include "attributes/media/texts.h"
#include "swapmeet/values.h"

namespace swapmeet::attributes_media {
namespace {

constexpr std::uint64_t kMostRead = 4U << 20;  // bytes

std::vector<Exiv2::byte> front_of(int descriptor, std::uint64_t size) {
  std::vector<Exiv2::byte> front(static_cast<std::size_t>(std::min(size, kMostRead)));
  std::size_t got = 0;
  while (got < front.size()) {
    const auto more =
        pread(descriptor, front.data() + got, front.size() - got, static_cast<off_t>(got));
    if (more <= 0) break;
    got += static_cast<std::size_t>(more);
  }
  front.resize(got);
  return front;
}

std::string text_of(const Exiv2::ExifData& data, const char* key) {
  const auto found = data.findKey(Exiv2::ExifKey(key));
  return found == data.end() ? std::string() : found->toString();
}

}  // namespace

void prepare_pictures() {
  Exiv2::LogMsg::setLevel(Exiv2::LogMsg::mute);
  Exiv2::XmpParser::initialize();  // once, on one thread
  Exiv2::enableBMFF();
}

std::optional<Attributes> attributes_of_picture(int descriptor, std::uint64_t size) {
  const auto front = front_of(descriptor, size);
  if (front.empty()) return std::nullopt;
  const auto image = Exiv2::ImageFactory::open(front.data(), static_cast<long>(front.size()));
  try {
    image->readMetadata();
  } catch (const std::exception&) {  // cut off, or broken further back: its size may be known
  }
  Attributes attributes;
  put_number(attributes, "width", image->pixelWidth());
  put_number(attributes, "height", image->pixelHeight());
  if (attributes.size() != 2) return std::nullopt;
  const auto& exif = image->exifData();
  put_text(attributes, "author", text_of(exif, "Exif.Image.Artist"));
  // "2024:05:31 12:00:00"
  const auto taken = text_of(exif, "Exif.Photo.DateTimeOriginal");
  if (const auto year = parse_integer(taken.substr(0, 4))) put_year(attributes, *year);
  return attributes;
}

}  // namespace swapmeet::attributes_media
