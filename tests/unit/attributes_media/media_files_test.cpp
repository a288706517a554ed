// What attributes.media reads from good files, and that broken ones do nothing worse than to have
// no attributes.
#include "attributes/media/media_files.h"

#include <fcntl.h>

#include <fstream>
#include <random>

#include "attributes/media/bounded_stream.h"
#include "catch.h"
#include "sample_files.h"
#include "swapmeet/http.h"
#include "swapmeet/listing.h"
#include "swapmeet/testing/temporary_folder.h"

using namespace swapmeet;
using namespace swapmeet::attributes_media;
using namespace fakes;

namespace {

class Files {
 public:
  Files() { prepare_libraries(); }
  Result<Attributes> read(
      const std::string& name, const std::string& bytes,
      const IsOver& is_over = [] { return false; }) {
    const auto path = folder_.path / name;
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
    const http::OpenFile opened(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    REQUIRE(opened.descriptor() >= 0);
    const OpenedFile file{.name = name, .descriptor = opened.descriptor(), .size = bytes.size()};
    return is_picture(name) ? read_picture(file) : read_sound(file, is_over);
  }

 private:
  testing::TemporaryFolder folder_;
};

// Bytes that are changed, cut out, doubled, or cut off; sometimes a length that is far too great.
std::string mutated(std::string bytes, std::mt19937& random) {
  const auto place = [&] { return random() % bytes.size(); };
  for (auto n = 1 + random() % 6; n > 0 && !bytes.empty(); --n) {
    // Most of what leads astray is in front.
    const auto at = random() % 2 ? place() : place() % std::min<std::size_t>(bytes.size(), 256);
    switch (random() % 6) {
      case 0: bytes[at] = static_cast<char>(random()); break;
      case 1: bytes[at] = static_cast<char>(bytes[at] ^ (1 << random() % 8)); break;
      case 2: bytes.replace(at, 4, random() % 2 ? "\xff\xff\xff\xff" : "\x7f\xff\xff\xff"); break;
      case 3: bytes.erase(at, 1 + random() % 16); break;
      case 4: bytes.insert(at, bytes.substr(at, random() % 64)); break;
      default: bytes.resize(random() % 4 ? bytes.size() : at);
    }
  }
  return bytes;
}

}  // namespace

TEST_CASE("endings say what is worth a look") {
  CHECK(is_sound("a.MP3"));
  CHECK(is_sound("b.flac"));
  CHECK_FALSE(is_sound("mp3"));
  CHECK(is_picture("c.JPeg"));
  CHECK_FALSE(is_picture("c.txt"));
}

TEST_CASE("sound files say who plays what, and for how long") {
  Files files;
  auto song = files.read("a.mp3", mp3()).value();
  CHECK(song.at("artist") == "Nina Simone");
  CHECK(song.at("title") == "Sinnerman");
  CHECK(song.at("album") == "Pastel Blues");
  CHECK(song.at("genre") == "Jazz");
  CHECK(song.at("year") == "1965");
  CHECK(song.at("bitrate") == "128");
  CHECK(song.at("length") == "2");
  CHECK(song.at("samplerate") == "44100");
  song = files.read("a.flac", flac()).value();
  CHECK(song.at("artist") == "Nina Simone");
  CHECK(song.at("year") == "1965");
  CHECK(song.at("length") == "10");
  CHECK(song.at("channels") == "2");
  song = files.read("a.wav", wav()).value();
  CHECK(song.at("length") == "1");
  CHECK(song.count("artist") == 0);
  CHECK(files.read("a.m4a", m4a()).value().at("title") == "Sinnerman");
}

TEST_CASE("pictures say their size, and who took them when") {
  Files files;
  CHECK(files.read("a.png", png()).value() == Attributes{{"width", "640"}, {"height", "480"}});
  CHECK(files.read("a.gif", gif()).value() == Attributes{{"width", "320"}, {"height", "200"}});
  CHECK(files.read("a.jpg", jpeg()).value() ==
        Attributes{{"width", "16"}, {"height", "8"}, {"author", "Ann"}, {"year", "2004"}});
}

TEST_CASE("a file that is something else, or nothing, is broken") {
  Files files;
  for (const char* name : {"a.mp3", "a.flac", "a.m4a", "a.png", "a.jpg"})
    for (const std::string& bytes :
         {std::string(), std::string("text"), std::string(5'000, '\xff')}) {
      INFO(name << " of " << bytes.size());
      const auto read = files.read(name, bytes);
      if (read)
        CHECK(read->count("artist") == 0);  // TagLib takes anything for an MP3
      else
        CHECK(read.error().code == ErrorCode::invalid_argument);
    }
}

TEST_CASE("broken files do no harm, whatever is wrong with them") {
  Files files;
  std::mt19937 random(20260101);
  for (const auto& [name, bytes] : all_samples())
    for (int i = 0; i < 1'500; ++i) {
      const auto broken = mutated(bytes, random);
      const auto read = files.read(name, broken);
      if (!read) continue;
      Listing listing;
      listing.path = "s/" + name;
      listing.attributes = *read;
      const auto checked = check_listing(listing);
      INFO(name << " " << i << (checked ? "" : ": " + checked.error().message));
      REQUIRE(checked.ok());
    }
}

TEST_CASE("a file is given up when its time is over") {
  Files files;
  const auto read = files.read("a.mp3", mp3(), [] { return true; });
  REQUIRE_FALSE(read.ok());
  CHECK(read.error().code == ErrorCode::timed_out);
}

TEST_CASE("a stream ends at its bounds, whatever is asked of it") {
  const testing::TemporaryFolder folder;
  std::ofstream(folder.path / "f") << "0123456789";
  const http::OpenFile opened(open((folder.path / "f").c_str(), O_RDONLY | O_CLOEXEC));
  const auto text = [](const TagLib::ByteVector& bytes) {
    return std::string(bytes.data(), bytes.size());
  };
  {
    BoundedStream stream(opened.descriptor(), 10, "f", {.most_at_once = 4, .most_in_all = 9});
    CHECK(text(stream.readBlock(~0UL)) == "0123");
    stream.seek(-2, BoundedStream::End);
    CHECK(text(stream.readBlock(4)) == "89");
    stream.seek(-100, BoundedStream::Current);
    CHECK(stream.tell() == 0);
    CHECK(text(stream.readBlock(100)) == "012");
    CHECK_FALSE(stream.is_exhausted());
    CHECK(stream.readBlock(1).isEmpty());
    CHECK(stream.is_exhausted());
  }
  BoundedStream stream(opened.descriptor(), 10, "f", {.most_calls = 3});
  for (int i = 0; i < 3; ++i) CHECK(stream.readBlock(1).size() == 1);
  CHECK(stream.readBlock(1).isEmpty());
  stream.seek(std::numeric_limits<long>::max(), BoundedStream::End);
  CHECK(stream.is_exhausted());
  // A file that has got shorter meanwhile.
  BoundedStream shorter(opened.descriptor(), 1'000, "f");
  CHECK(shorter.length() == 1'000);
  CHECK(text(shorter.readBlock(100)) == "0123456789");
}
