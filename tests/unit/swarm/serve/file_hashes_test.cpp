// SHA-256 for other programs: right, made once, and never of a file that is another by now.
#include "transfer/swarm/serve/file_hashes.h"

#include <openssl/sha.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "catch.h"
#include "fake_source.h"
#include "swapmeet/testing/manual_clock.h"
#include "transfer/swarm/hashing/merkle.h"

namespace swapmeet::transfer_swarm {
namespace {

using namespace std::chrono_literals;
constexpr std::size_t kMiB = 1 << 20;

std::string sha256(const std::string& bytes) {
  std::uint8_t hash[32];
  ::SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), hash);
  return to_hex(hash, sizeof hash);
}

struct SomeFile {
  explicit SomeFile(const std::string& bytes) {
    char pattern[] = "/tmp/swapmeet-hashes-XXXXXX";
    folder = ::mkdtemp(pattern);
    place.file = folder / "a.bin";
    std::ofstream(place.file, std::ios::binary) << bytes;
    struct stat info {};
    ::stat(place.file.c_str(), &info);
    place.stamp = stamp_of(info);
    MerkleBuilder tree;
    for (std::size_t at = 0; at < bytes.size(); at += kBlockSize)
      tree.add(bytes.data() + at, std::min<std::size_t>(kBlockSize, bytes.size() - at));
    content = tree.finish().content;
  }
  ~SomeFile() { std::filesystem::remove_all(folder); }
  std::filesystem::path folder;
  ContentPlace place;
  ContentId content;
};

const ContentId kContent = *ContentId::parse(std::string(64, '1'));

}  // namespace

TEST_CASE("the whole and every piece are hashed, and kept") {
  const auto size = GENERATE(as<std::size_t>(), 0, 1, kMiB - 1, kMiB, kMiB + 1, 3 * kMiB + 77);
  CAPTURE(size);
  const auto bytes = fakes::noise(size);
  testing::ManualClock clock;
  FileHashes hashes(clock);
  ContentId content;
  {
    SomeFile file(bytes);
    content = file.content;
    CHECK(hashes.find(content) == nullptr);
    const auto made = hashes.make(content, file.place, 60s);
    REQUIRE(made.ok());
    CHECK((*made)->content == content);
    CHECK((*made)->size == size);
    CHECK((*made)->sha256 == sha256(bytes));
    CHECK((*made)->piece == kMiB);
    CHECK((*made)->pieces.size() == (size + kMiB - 1) / kMiB);
    for (std::size_t i = 0; i < (*made)->pieces.size(); ++i)
      CHECK((*made)->pieces[i] == sha256(bytes.substr(i * kMiB, kMiB)));
    CHECK(wire::content_hashes_from(wire::to_json(**made)).value() == **made);
  }
  CHECK(hashes.find(content) != nullptr);  // though the file is gone
}

TEST_CASE("a file that is not what was stamped has no hashes") {
  SomeFile file("hello");
  std::ofstream(file.place.file) << "other";
  testing::ManualClock clock;
  FileHashes hashes(clock);
  const auto made = hashes.make(kContent, file.place, 60s);
  REQUIRE(!made.ok());
  CHECK(made.error().code == ErrorCode::conflict);
  CHECK(hashes.find(kContent) == nullptr);
}

TEST_CASE(
    "a file whose bytes are not those of the content has no hashes, whatever its stamp says") {
  SomeFile file("hello");
  testing::ManualClock clock;
  FileHashes hashes(clock);
  const auto made = hashes.make(kContent, file.place, 60s);
  REQUIRE(!made.ok());
  CHECK(made.error().code == ErrorCode::corrupt);
  CHECK(hashes.find(kContent) == nullptr);
}

TEST_CASE("who does not wait to the end is told when to come back") {
  SomeFile file(fakes::noise(kMiB));
  testing::ManualClock clock;
  FileHashes hashes(clock);
  const auto early = hashes.make(file.content, file.place, 0ms);
  if (!early) {  // it may be ready in that moment
    CHECK(early.error().code == ErrorCode::unavailable);
    CHECK(early.error().retry_after >= 1s);
  }
  CHECK(hashes.make(file.content, file.place, 60s).ok());
  hashes.stop();
  const auto other = *ContentId::parse(std::string(64, '2'));
  CHECK_FALSE(hashes.make(other, file.place, 60s).ok());
}

TEST_CASE("hashes that cannot be those of the content are not taken") {
  wire::ContentHashes hashes;
  hashes.content = kContent;
  hashes.size = 3 * kMiB;
  hashes.sha256 = std::string(64, 'a');
  hashes.piece = kMiB;
  hashes.pieces.assign(3, std::string(64, 'b'));
  hashes.sha1.assign(60, 'c');
  hashes.layer.assign(96, 'd');
  CHECK(wire::content_hashes_from(wire::to_json(hashes)).ok());
  SECTION("too few pieces") { hashes.pieces.pop_back(); }
  SECTION("no hexadecimal digits") { hashes.pieces[1] = std::string(64, 'x'); }
  SECTION("XML") { hashes.sha256 = "<hash>" + std::string(58, 'a'); }
  SECTION("too few SHA-1 hashes") { hashes.sha1.resize(40); }
  SECTION("too many nodes") { hashes.layer.resize(128); }
  SECTION("pieces of no size") { hashes.piece = 0; }
  SECTION("pieces that are no power of two") { hashes.piece = kMiB + 1; }
  CHECK_FALSE(wire::content_hashes_from(wire::to_json(hashes)).ok());
  CHECK_FALSE(wire::content_hashes_from("<metalink/>").ok());
}

TEST_CASE("there are never more than 4,096 pieces") {
  CHECK(wire::hashed_piece_size(0) == kMiB);
  CHECK(wire::hashed_piece_size(4096 * kMiB) == kMiB);
  CHECK(wire::hashed_piece_size(4096 * kMiB + 1) == 2 * kMiB);
  CHECK(wire::hashed_piece_size(std::uint64_t{1} << 40) == 256 * kMiB);
}

}  // namespace swapmeet::transfer_swarm
