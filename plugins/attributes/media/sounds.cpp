#include "attributes/media/sounds.h"

#include <taglib/fileref.h>
#include <taglib/tag.h>

#include "attributes/media/texts.h"

namespace swapmeet::attributes_media {

std::optional<Attributes> attributes_of_sound(BoundedStream& stream) {
  const TagLib::FileRef file(&stream, true, TagLib::AudioProperties::Average);
  if (file.isNull() || !file.file() || !file.file()->isValid()) return std::nullopt;
  Attributes attributes;
  if (const auto* tag = file.tag()) {
    const auto put = [&](const char* key, const TagLib::String& text) {
      put_text(attributes, key, text.to8Bit(true));
    };
    put("artist", tag->artist());
    put("title", tag->title());
    put("album", tag->album());
    put("genre", tag->genre());
    put_year(attributes, tag->year());
  }
  if (const auto* sound = file.audioProperties()) {
    put_number(attributes, "length", sound->lengthInSeconds());
    put_number(attributes, "bitrate", sound->bitrate());
    put_number(attributes, "samplerate", sound->sampleRate());
    put_number(attributes, "channels", sound->channels());
  }
  return attributes;
}

}  // namespace swapmeet::attributes_media
