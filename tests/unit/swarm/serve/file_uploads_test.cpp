// A file that comes in many answers is one upload.
#include "transfer/swarm/serve/file_uploads.h"

#include "catch.h"

namespace swapmeet::transfer_swarm {
namespace {

using namespace std::chrono_literals;

constexpr Instant kStart{1h};
constexpr Time kTime{1000s};
const std::string kBob(32, 'b');

UploadRequest part_of_film(std::uint64_t offset, std::uint64_t size,
                           const std::string& reader = kBob) {
  UploadRequest request{"10.0.0.1", 1, reader, {}, "film", size};
  request.content.bytes[0] = 7;
  request.offset = offset;
  request.file_size = 1000;
  return request;
}

struct Going {
  // An answer that is sent as a whole.
  std::uint64_t answer(std::uint64_t offset, std::uint64_t size) {
    const auto begun = uploads.begin(part_of_film(offset, size), ++last, kStart, kTime);
    uploads.sent(begun.number, last, size, kStart);
    uploads.end(begun.number, last, true, kStart);
    return begun.number;
  }
  FileUploads uploads;
  std::uint64_t last = 0;
};

}  // namespace

TEST_CASE(
    "the parts that a reader fetches of a file are one upload, and its progress is the file's") {
  Going g;
  CHECK(g.answer(984, 16) == 1);  // the last leaf proves the size
  CHECK(g.answer(0, 300) == 1);
  const auto begun = g.uploads.begin(part_of_film(300, 400), 9, kStart, kTime);
  CHECK_FALSE(begun.is_new);
  g.uploads.sent(begun.number, 9, 100, kStart + 2s);
  const auto all = g.uploads.list(kStart + 2s);
  REQUIRE(all.size() == 1);
  CHECK(all[0].status.size == 1000);
  CHECK(all[0].status.done == 416);
  CHECK(all[0].status.rate == 208);
  CHECK(all[0].status.peer.text() == kBob);
}

TEST_CASE("what is sent twice counts once, and the whole file is not taken for whole too soon") {
  Going g;
  g.answer(0, 600);
  g.answer(0, 600);
  CHECK(g.uploads.list(kStart).at(0).status.done == 600);
  CHECK(g.uploads.take_ended(kStart, kTime).empty());
  g.answer(500, 500);
  const auto ended = g.uploads.take_ended(kStart, kTime);
  REQUIRE(ended.size() == 1);
  CHECK(ended[0].status.done == 1000);
  CHECK(ended[0].status.finished == kTime);
  CHECK(g.answer(0, 1) == 2);  // once more is another upload
}

TEST_CASE(
    "who fetches the rest elsewhere has an upload in part, which ended when the last byte went") {
  Going g;
  g.answer(0, 600);
  CHECK(g.uploads.take_ended(kStart + FileUploads::kSilence - 1s, kTime).empty());
  CHECK(g.uploads.list(kStart + FileUploads::kSilence).empty());
  const auto ended = g.uploads.take_ended(kStart + FileUploads::kSilence, kTime);
  REQUIRE(ended.size() == 1);
  CHECK(ended[0].status.done == 600);
  CHECK(ended[0].status.finished == kTime - FileUploads::kSilence);
  CHECK_FALSE(ended[0].broken);
}

TEST_CASE(
    "an upload stands while an answer runs, however slow, and is broken when its reader went") {
  FileUploads uploads;
  const auto begun = uploads.begin(part_of_film(0, 1000), 1, kStart, kTime);
  CHECK(uploads.take_ended(kStart + 1h, kTime).empty());
  CHECK(uploads.list(kStart + 1h).size() == 1);
  CHECK(uploads.end(begun.number, 1, false, kStart + 1h) == 0);
  const auto ended = uploads.take_ended(kStart + 2h, kTime);
  REQUIRE(ended.size() == 1);
  CHECK(ended[0].broken);
  uploads.sent(begun.number, 1, 5, kStart);  // too late
  CHECK(uploads.end(begun.number, 1, true, kStart) == 0);
}

TEST_CASE("readers are told apart by their names, and those without one by their address") {
  FileUploads uploads;
  CHECK(uploads.begin(part_of_film(0, 1), 1, kStart, kTime).number == 1);
  CHECK(uploads.begin(part_of_film(0, 1, ""), 2, kStart, kTime).number == 2);
  CHECK(uploads.begin(part_of_film(1, 1, ""), 3, kStart, kTime).number == 2);
  CHECK(uploads.list(kStart).at(1).status.peer.is_zero());
}

TEST_CASE("parts in any number are counted without more memory, and nothing is counted twice") {
  FileUploads uploads;
  std::uint64_t answer = 0;
  auto request = part_of_film(0, 1);
  request.file_size = 100'000;
  for (std::uint64_t at = 0; at < 100'000; at += 2) {
    request.offset = at;
    const auto begun = uploads.begin(request, ++answer, kStart, kTime);
    uploads.sent(begun.number, answer, 1, kStart);
    uploads.end(begun.number, answer, true, kStart);
  }
  const auto done = uploads.list(kStart).at(0).status.done;
  CHECK(done >= 50'000);
  CHECK(done < 100'000);
}

}  // namespace swapmeet::transfer_swarm
