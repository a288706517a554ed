// A piece that comes in portions of any size.
#include "transfer/swarm/fetch/incoming_piece.h"

#include <algorithm>
#include <cstring>

#include "catch.h"
#include "fake_source.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::size_t kMiB = 1 << 20;

struct Coming {
  explicit Coming(std::size_t size) : file(fakes::noise(size)) {
    MerkleBuilder builder;
    builder.add(file.data(), file.size());
    const auto tree = builder.finish();
    const auto layer = piece_count(size) > 1 ? layer_at(tree, kMiB).value() : std::string();
    pieces.emplace(tree.content, size, kMiB, layer, std::string_view{});
  }
  void come(IncomingPiece& piece, std::size_t portion) {
    while (!piece.whole()) {
      const auto room = piece.room();
      const auto some = std::min(portion, room.size());
      std::memcpy(room.data(), file.data() + pieces->offset(piece.piece()) + piece.filled(), some);
      piece.add(some);
    }
  }
  std::string file;
  std::optional<PieceMap> pieces;
};

}  // namespace

TEST_CASE("a piece is proven in whatever portions it comes") {
  Coming coming(2 * kMiB + 100'001);
  IncomingPiece piece;
  for (const std::size_t portion : {std::size_t{4093}, std::size_t{65536}, 2 * kMiB})
    for (std::size_t i = 0; i < 3; ++i) {
      piece.begin(i, coming.pieces->length(i));
      coming.come(piece, portion);
      CHECK(std::string(piece.bytes(), piece.length()) ==
            coming.file.substr(coming.pieces->offset(i), piece.length()));
      CHECK(piece.proven(*coming.pieces));
    }
}

TEST_CASE("a piece with one wrong bit is not proven, and the next one is not the worse for it") {
  Coming coming(kMiB + 5);
  IncomingPiece piece;
  piece.begin(0, kMiB);
  coming.file[777] ^= 1;
  coming.come(piece, 10'000);
  CHECK_FALSE(piece.proven(*coming.pieces));
  piece.begin(0, kMiB);
  piece.add(1000);  // and given up
  coming.file[777] ^= 1;
  piece.begin(0, kMiB);
  coming.come(piece, 10'000);
  CHECK(piece.proven(*coming.pieces));
}

}  // namespace swapmeet::transfer_swarm
