// What others may have of a download that is not done.
#include "transfer/swarm/pieces/growing_files.h"

#include "catch.h"
#include "swapmeet/wire/piece_report.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::uint64_t kPiece = 1 << 20;

std::shared_ptr<GrowingFile> growing(std::uint8_t content, std::string bits) {
  GrowingFile::Facts facts;
  facts.content.bytes[0] = content;
  facts.name = "large.bin";
  facts.size = 10 * kPiece - 5;
  facts.piece = kPiece;
  return std::make_shared<GrowingFile>(std::move(facts), std::move(bits));
}

}  // namespace

TEST_CASE("a growing file covers the ranges whose pieces are all proven") {
  const auto file = growing(1, std::string("\x02\x00", 2));
  CHECK(file->have() == kPiece);
  CHECK(file->covers(kPiece, kPiece));
  CHECK(file->covers(2 * kPiece - 1, 1));
  CHECK_FALSE(file->covers(2 * kPiece - 1, 2));
  CHECK_FALSE(file->covers(kPiece - 1, 2));
  CHECK_FALSE(file->covers(kPiece, 0));
  file->add(2);
  file->add(9);
  CHECK(file->covers(kPiece, 2 * kPiece));
  CHECK(file->covers(9 * kPiece, kPiece - 5));
  CHECK_FALSE(file->covers(9 * kPiece, kPiece - 4));  // beyond the end
  CHECK_FALSE(file->covers(~std::uint64_t{0}, 2));
  CHECK_FALSE(file->covers(0, 10 * kPiece - 5));
  CHECK(file->bits() == std::string("\x06\x02", 2));
}

TEST_CASE("what grows is announced once, found by its content, and taken back") {
  std::string told;
  GrowingFiles files({[&](const std::string& id, const GrowingFile&) { told += "+" + id; },
                      [&](const std::string& id) { told += "-" + id; }});
  const auto little = growing(1, std::string("\x02\x00", 2));
  const auto more = growing(1, std::string("\x07\x00", 2));
  files.put("a", little);
  files.put("a", little);
  files.put("b", more);
  CHECK(files.find(little->facts().content) == more);
  CHECK(files.find(growing(2, "")->facts().content) == nullptr);
  files.remove("b");
  files.remove("b");
  CHECK(files.find(little->facts().content) == little);
  files.remove("a");
  CHECK(files.count() == 0);
  CHECK(told == "+a+b-b-a");
}

TEST_CASE("what grows for others than before is announced again") {
  std::vector<std::string> told;
  GrowingFiles files({[&](const std::string&, const GrowingFile& file) {
                        told.push_back(text_of(file.audience()));
                      },
                      {}});
  const auto file = growing(1, std::string("\x02\x00", 2));
  files.put("a", file);
  file->set_audience({false, {"friends"}, {"bob"}});
  files.put("a", file);
  files.put("a", file);
  CHECK(told == std::vector<std::string>{"everyone", "friends, @bob"});
}

TEST_CASE("a growing file says what is on its way, until it is there or not coming any more") {
  const auto file = growing(1, std::string("\x02\x00", 2));
  CHECK(file->coming() == std::string(2, '\0'));
  file->expect(7, 3, true);
  CHECK(file->coming() == std::string("\x80\x03", 2));
  file->add(8);
  CHECK(file->coming() == std::string("\x80\x02", 2));
  file->expect(7, 3, false);
  CHECK(file->coming() == std::string(2, '\0'));
}

TEST_CASE("a piece report says which pieces there are, and nothing that does not fit") {
  wire::PieceReport report;
  report.content.bytes[0] = 7;
  report.size = 10 * kPiece - 5;
  report.piece = kPiece;
  report.bits = std::string("\x06\x02", 2);
  const auto json = wire::to_json(report);
  const auto back = wire::piece_report_from(json);
  REQUIRE(back.ok());
  CHECK(*back == report);
  report.coming = std::string("\x41\x00", 2);
  CHECK(wire::piece_report_from(wire::to_json(report)).value() == report);
  report.coming = "x";
  CHECK_FALSE(wire::piece_report_from(wire::to_json(report)).ok());
  report.coming.clear();
  report.bits.pop_back();
  CHECK_FALSE(wire::piece_report_from(wire::to_json(report)).ok());
  report.piece = 0;
  CHECK_FALSE(wire::piece_report_from(wire::to_json(report)).ok());
  wire::PieceReport whole;
  whole.size = 5;
  whole.complete = true;
  const auto complete = wire::piece_report_from(wire::to_json(whole));
  REQUIRE(complete.ok());
  CHECK(*complete == whole);
  CHECK_FALSE(wire::piece_report_from("{\"size\":1}").ok());
}

}  // namespace swapmeet::transfer_swarm
