// What is proven gets onto the disk, is told in the right order, and becomes a whole file.
#include "transfer/swarm/fetch/proven_writer.h"

#include <fstream>
#include <future>
#include <sstream>

#include "catch.h"
#include "fake_source.h"
#include "swapmeet/testing/manual_clock.h"
#include "unit/swarm/scan/shared_folder.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::size_t kPiece = 1 << 20;

// A file of three pieces, the last one short.
struct Writing {
  testing::ManualClock clock;
  explicit Writing(std::uint64_t most_unsaved = 256 << 20) : most(most_unsaved) { start({}); }

  void start(const TransferPlan& more) {
    TransferPlan plan = more;
    plan.id = "0123456789abcdef";
    plan.content = tree.content;
    plan.name = "a.bin";
    plan.folder = folder.path;
    writer.emplace(
        plan,
        [this](const TransferPlan& now) -> Result<void> {
          if (broken) return Error{ErrorCode::no_space, "the disk is full", {}};
          saved.push_back(now);
          return {};
        },
        clock, ProvenWriter::Setting{&growing, 0, most});
  }
  // With what a source told, but for the last piece.
  void open() {
    auto pieces = writer->open(Learned{bytes.size(), *layer_at(tree, kPiece), {}});
    REQUIRE(pieces.ok());
    map.emplace(std::move(*pieces));
  }
  void put(std::size_t piece) {
    const auto at = map->offset(piece);
    const auto length = map->length(piece);
    REQUIRE(writer->write(at, bytes.data() + at, length).ok());
    map->mark_proven(piece);
    writer->count(piece, length);
  }
  ProvenWriter::Progress progress() const { return {map->proven_bits(), liars, {}}; }
  Result<void> flush() {
    return writer->flush([this] { return progress(); });
  }

  const std::string bytes = fakes::noise(2 * kPiece + 77);
  const MerkleTree tree = [this] {
    MerkleBuilder builder;
    builder.add(bytes.data(), bytes.size());
    return builder.finish();
  }();
  const std::uint64_t most;
  Folder folder;
  GrowingFiles growing;
  std::vector<TransferPlan> saved;
  std::vector<std::string> liars;
  bool broken = false;
  std::optional<ProvenWriter> writer;
  std::optional<PieceMap> map;
};

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return std::move(bytes).str();
}

}  // namespace

TEST_CASE("a plan with the layer of its size knows its pieces; a single piece is known by itself") {
  Writing w;
  CHECK_FALSE(w.writer->knows_pieces());
  TransferPlan plan;
  plan.size_known = true;
  plan.size = w.bytes.size();
  w.start(plan);
  CHECK_FALSE(w.writer->knows_pieces());
  plan.layer = std::string(96, 'x');
  w.start(plan);
  CHECK(w.writer->knows_pieces());
  plan.size = 5;
  plan.layer.clear();
  w.start(plan);
  CHECK_FALSE(w.writer->knows_pieces());
  plan.proven = "\x01";
  w.start(plan);
  CHECK(w.writer->knows_pieces());
}

TEST_CASE("what was learned is saved at once, and pieces when they are flushed") {
  Writing w;
  w.open();
  REQUIRE(w.saved.size() == 1);
  CHECK(w.saved[0].size == w.bytes.size());
  CHECK(w.saved[0].layer.size() == 96);
  REQUIRE(w.flush().ok());
  CHECK(w.saved.size() == 1);  // nothing is new
  w.put(1);
  CHECK(w.writer->unsaved() == kPiece);
  REQUIRE(w.flush().ok());
  REQUIRE(w.saved.size() == 2);
  CHECK(w.saved[1].proven == "\x02");
  CHECK(w.writer->unsaved() == 0);
  w.liars = {"liar"};
  REQUIRE(w.flush().ok());
  CHECK(w.saved.at(2).liars == w.liars);
}

TEST_CASE("the last piece that came with the layer is in the file, and proven") {
  Writing w;
  const auto pieces = w.writer->open(
      Learned{w.bytes.size(), *layer_at(w.tree, kPiece), w.bytes.substr(2 * kPiece)});
  REQUIRE(pieces.ok());
  CHECK(pieces->is_proven(2));
  CHECK(w.writer->unsaved() == 77);
  CHECK(text_of(w.writer->plan().partial()).substr(2 * kPiece) == w.bytes.substr(2 * kPiece));
}

TEST_CASE("pieces that were proven before count only while the file is there in its size") {
  Writing w;
  w.open();
  w.put(0);
  REQUIRE(w.flush().ok());
  const auto kept = w.saved.back();
  w.start(kept);
  CHECK(w.writer->open({})->proven_bits() == "\x01");
  w.start(kept);
  std::filesystem::resize_file(kept.partial(), 10);
  CHECK(w.writer->open({})->proven_bits() == std::string(1, '\0'));
  CHECK(w.saved.back().proven.empty());  // before the file looks whole again
  auto coarse = kept;
  coarse.proven = std::string("\x01\x00", 2);  // in pieces of another size
  w.start(coarse);
  CHECK(w.writer->open({})->proven_bits() == std::string(1, '\0'));
}

TEST_CASE("a whole file gets a name that is free, which is recorded before") {
  Writing w;
  std::ofstream(w.folder.path / "a.bin") << "mine";
  w.open();
  for (const auto piece : {0U, 1U, 2U}) w.put(piece);
  REQUIRE(w.writer->finish([&] { return w.progress(); }).ok());
  const auto target = w.folder.path / "a (2).bin";
  CHECK(text_of(target) == w.bytes);
  CHECK(text_of(w.folder.path / "a.bin") == "mine");
  CHECK(w.saved.back().target == target.string());
  CHECK(w.saved.back().proven == "\x07");
  const auto goes_on = [] { return false; };
  w.start(w.saved.back());
  CHECK(w.writer->was_renamed(goes_on));
  auto replacing = w.saved.back();
  replacing.overwrite = true;
  w.start(replacing);
  CHECK(w.writer->was_renamed(goes_on));
  CHECK_FALSE(w.writer->was_renamed([] { return true; }));
  std::ofstream(target, std::ios::in | std::ios::binary) << "other";
  CHECK_FALSE(w.writer->was_renamed(goes_on));
}

TEST_CASE("what could not be saved stays unsaved, and no name is given") {
  Writing w;
  w.open();
  for (const auto piece : {0U, 1U, 2U}) w.put(piece);
  w.broken = true;
  CHECK(w.writer->finish([&] { return w.progress(); }).error().message == "the disk is full");
  CHECK(w.writer->unsaved() == w.bytes.size());
  CHECK_FALSE(std::filesystem::exists(w.folder.path / "a.bin"));
}

TEST_CASE("others may fetch what is proven once it is offered, and see what is on its way") {
  Writing w;
  w.open();
  w.put(0);
  CHECK(w.growing.count() == 0);
  w.writer->offer({});
  w.writer->offer({});
  const auto file = w.growing.find(w.tree.content);
  REQUIRE(file);
  CHECK(file->bits() == "\x01");
  w.writer->expect({1, 2}, true);
  CHECK(file->coming() == "\x06");
  w.put(1);
  w.writer->expect({1, 2}, false);
  CHECK(file->bits() == "\x03");
  CHECK(file->coming() == std::string(1, '\0'));
}

TEST_CASE("what is proven is offered to those who may have it, and to nobody once nobody may") {
  Writing w;
  w.open();
  w.put(0);
  w.writer->offer({false, {"friends"}, {}});
  CHECK(w.growing.find(w.tree.content)->audience() == Audience{false, {"friends"}, {}});
  w.writer->offer({false, {}, {}});
  CHECK(w.growing.count() == 0);
  w.writer->offer({});
  CHECK(w.growing.find(w.tree.content)->audience().everyone);
}

TEST_CASE("who has no room waits until what is written is saved, the disk fails, or all end") {
  Writing w(kPiece);
  w.open();
  CHECK(w.writer->wait_for_room());
  w.put(0);
  auto waits = std::async(std::launch::async, [&] { return w.writer->wait_for_room(); });
  SECTION("saved") {
    REQUIRE(w.flush().ok());
    CHECK(waits.get());
  }
  SECTION("the disk fails") {
    w.writer->set_problem({ErrorCode::no_space, "the disk is full", {}});
    w.writer->set_problem({ErrorCode::internal, "and then more", {}});
    CHECK_FALSE(waits.get());
    CHECK(w.writer->problem()->message == "the disk is full");
  }
  SECTION("all end") {
    w.writer->wake();
    CHECK_FALSE(waits.get());
  }
}

}  // namespace swapmeet::transfer_swarm
