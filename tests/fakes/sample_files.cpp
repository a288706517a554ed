#include "sample_files.h"

namespace fakes {
namespace {

std::string vorbis_comment() {
  const std::vector<std::string> fields{"ARTIST=Nina Simone", "TITLE=Sinnerman",
                                        "ALBUM=Pastel Blues", "GENRE=Jazz", "DATE=1965"};
  std::string text = little(4, 4) + "test" + little(fields.size(), 4);
  for (const auto& field : fields) text += little(field.size(), 4) + field;
  return text;
}

std::uint32_t crc(const std::string& bytes) {
  std::uint32_t value = 0xFFFF'FFFF;
  for (const char byte : bytes) {
    value ^= static_cast<unsigned char>(byte);
    for (int i = 0; i < 8; ++i) value = (value >> 1) ^ ((value & 1) ? 0xEDB8'8320U : 0);
  }
  return ~value;
}

std::string chunk(const std::string& kind, const std::string& data) {
  return big(data.size(), 4) + kind + data + big(crc(kind + data), 4);
}

std::string frame(const char* id, const std::string& text) {
  return id + big(text.size() + 1, 4) + std::string(2, '\0') + '\3' + text;  // UTF-8
}

std::string box(const std::string& kind, const std::string& data) {
  return big(data.size() + 8, 4) + kind + data;
}

}  // namespace

std::string big(std::uint64_t number, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) text += static_cast<char>(number >> (8 * i));
  return text;
}

std::string little(std::uint64_t number, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(number >> (8 * i));
  return text;
}

std::string mp3() {
  const auto frames = frame("TPE1", "Nina Simone") + frame("TIT2", "Sinnerman") +
                      frame("TALB", "Pastel Blues") + frame("TDRC", "1965") + frame("TCON", "Jazz");
  std::string file = "ID3\4";
  file += std::string(2, '\0');
  for (int i = 3; i >= 0; --i) file += static_cast<char>((frames.size() >> (7 * i)) & 0x7F);
  file += frames;
  for (int i = 0; i < 77; ++i)  // MPEG 1 layer 3, 128 kbit/s, 44,100 Hz: 417 bytes a frame
    file += std::string("\xff\xfb\x90\x04", 4) + std::string(413, '\0');
  return file;
}

std::string flac() {
  const std::string info = big(4096, 2) + big(4096, 2) + big(0, 3) + big(0, 3) +
                           big((std::uint64_t{44'100} << 44) | (std::uint64_t{1} << 41) |
                                   (std::uint64_t{15} << 36) | 441'000,
                               8) +
                           std::string(16, '\0');
  const auto comment = vorbis_comment();
  return "fLaC" + big(0, 1) + big(info.size(), 3) + info + big(0x84, 1) + big(comment.size(), 3) +
         comment + std::string("\xff\xf8\xc9\x18", 4) + std::string(40'000, '\x55');
}

std::string wav() {
  const std::string data(16'000, '\0');
  const auto body = "WAVEfmt " + little(16, 4) + little(1, 2) + little(1, 2) + little(8'000, 4) +
                    little(16'000, 4) + little(2, 2) + little(16, 2) + "data" +
                    little(data.size(), 4) + data;
  return "RIFF" + little(body.size(), 4) + body;
}

std::string m4a() {
  const auto title = box("\xa9nam", box("data", big(1, 4) + big(0, 4) + "Sinnerman"));
  const auto meta =
      box("meta", big(0, 4) + box("hdlr", std::string(25, '\0')) + box("ilst", title));
  return box("ftyp", "M4A " + big(0, 4) + "M4A ") +
         box("moov", box("mvhd", std::string(100, '\0')) + box("udta", meta)) +
         box("mdat", std::string(100, 'x'));
}

std::string png() {
  return "\x89PNG\r\n\x1a\n" +
         chunk("IHDR", big(640, 4) + big(480, 4) + std::string("\x8\x2\0\0\0", 5)) +
         chunk("IDAT", std::string("\x78\x9c\x03\x00\x00\x00\x00\x01", 8)) + chunk("IEND", "");
}

std::string gif() {
  return "GIF89a" + little(320, 2) + little(200, 2) + std::string("\x80\0\0", 3) +
         std::string(250, '\0') + ';';
}

std::string jpeg() {
  const std::string artist = "Ann";
  const std::string date("2004:05:31 12:00:00\0", 20);
  // A TIFF with one folder of two fields, the second leading to the Exif folder of one.
  const auto field = [](int tag, int type, std::size_t count, const std::string& value) {
    return little(static_cast<std::uint64_t>(tag), 2) +
           little(static_cast<std::uint64_t>(type), 2) + little(count, 4) + value;
  };
  const std::string tiff = std::string("II*\0", 4) + little(8, 4) + little(2, 2) +
                           field(0x013b, 2, 4, artist + '\0') + field(0x8769, 4, 1, little(38, 4)) +
                           little(0, 4) + little(1, 2) + field(0x9003, 2, 20, little(56, 4)) +
                           little(0, 4) + date;
  const std::string exif = std::string("Exif\0\0", 6) + tiff;
  return std::string("\xff\xd8\xff\xe1", 4) + big(exif.size() + 2, 2) + exif +
         std::string("\xff\xc0", 2) + big(11, 2) + big(8, 1) + big(8, 2) + big(16, 2) + big(1, 1) +
         std::string("\x01\x11\0", 3) + std::string("\xff\xda", 2) + big(8, 2) +
         std::string("\x01\x01\0\0\x3f\0", 6) + "xx" + std::string("\xff\xd9", 2);
}

std::vector<std::pair<std::string, std::string>> all_samples() {
  return {{"a.mp3", mp3()}, {"a.flac", flac()}, {"a.wav", wav()}, {"a.m4a", m4a()},
          {"a.png", png()}, {"a.gif", gif()},   {"a.jpg", jpeg()}};
}

}  // namespace fakes
