// The attributes of listings (key=value) that have a meaning agreed upon: their keys, what their
// values are, and how a value is read and compared. Readers of files (attribute_reader.h) give
// them, the query language asks for them (query.h). A listing may have others as well, which are
// asked for as `attr.KEY:`.
// Threads: constants, and free functions without shared state.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace swapmeet {

// By key. Keys are in small letters: a-z, 0-9, '_', '-' and '.'.
using Attributes = std::map<std::string, std::string>;

enum class AttributeType : std::uint8_t {
  text,      // found by its words
  number,    // a number without a sign: "320", "29.97"
  duration,  // in seconds: "622"
};

struct KnownAttribute {
  std::string_view key;
  AttributeType type;
  std::string_view meaning;  // with the unit
};

inline constexpr KnownAttribute kKnownAttributes[] = {
    {"artist", AttributeType::text, "who plays, sings or made it"},
    {"title", AttributeType::text, "of the piece, film or document"},
    {"album", AttributeType::text, "that it is from"},
    {"genre", AttributeType::text, "such as jazz"},
    {"author", AttributeType::text, "who wrote it"},
    {"language", AttributeType::text, "of words that are spoken or written"},
    {"year", AttributeType::number, "of publication, or when a picture was taken"},
    {"length", AttributeType::duration, "how long it plays, in seconds"},
    {"bitrate", AttributeType::number, "in kbit/s"},
    {"samplerate", AttributeType::number, "of sound, in Hz"},
    {"channels", AttributeType::number, "of sound"},
    {"width", AttributeType::number, "of picture or film, in pixels"},
    {"height", AttributeType::number, "of picture or film, in pixels"},
    {"pages", AttributeType::number, "of a document"},
};

// nullptr: it is none of them.
const KnownAttribute* known_attribute(std::string_view key);
// "artist, title, …": for messages.
std::string known_attribute_names();

// Whether it may be a key: 1 to 64 of the letters that keys have.
bool is_attribute_key(std::string_view key);

// A number or duration as a value has it; nullopt when it is none.
std::optional<double> attribute_number(std::string_view value);
// As a query has it. Durations also with a unit ("3m", "90s", "1.5h"), in a row ("1h30m"), or as a
// clock has it ("3:20", "1:02:03"); all in seconds.
std::optional<double> asked_number(AttributeType type, std::string_view text);

// "10:22", "1:02:03": a duration for people to read.
std::string shown_length(std::uint64_t seconds);
// What these say of a file, in a line: "Nina Simone – Sinnerman, 10:22, 320 kbit/s"; empty when
// they say nothing that people would want to see in a list.
std::string about(const Attributes& attributes);

}  // namespace swapmeet
