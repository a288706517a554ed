#include "transfer/swarm/hashing/merkle.h"

#include <Poco/JSON/Parser.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <vector>

#include "catch.h"
#include "unit/swarm/scan/shared_folder.h"

namespace swapmeet::transfer_swarm {
namespace {

std::string periodic(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 131 + (i >> 8) * 17);
  return bytes;
}

std::string chunks(std::size_t size) {
  std::string bytes;
  for (std::uint64_t k = 0; bytes.size() < size; ++k) {
    unsigned char number[8];
    for (int i = 0; i < 8; ++i) number[i] = static_cast<unsigned char>(k >> (8 * i));
    unsigned char hash[32];
    SHA256(number, sizeof number, hash);
    bytes.append(reinterpret_cast<const char*>(hash), sizeof hash);
  }
  bytes.resize(size);
  return bytes;
}

TEST_CASE("content ids are the pieces roots of BEP 52") {
  std::ifstream file(SWARM_VECTORS);
  REQUIRE(file);
  const auto sets =
      Poco::JSON::Parser().parse(file).extract<Poco::JSON::Object::Ptr>()->getArray("sets");
  for (unsigned s = 0; s < sets->size(); ++s) {
    const auto vectors = sets->getObject(s)->getArray("vectors");
    for (unsigned v = 0; v < vectors->size(); ++v) {
      const auto vector = vectors->getObject(v);
      const auto size = vector->getValue<std::size_t>("size");
      CAPTURE(s, size);
      const auto tree = tree_of(s == 0 ? periodic(size) : chunks(size));
      if (size == 0)
        CHECK(tree.content == kEmptyContent);
      else
        CHECK(tree.content.text() == vector->getValue<std::string>("pieces_root"));
    }
  }
}

TEST_CASE("two hashes at a time are those that OpenSSL makes") {
  const auto bytes = chunks(40'000);
  Sha256 fast;
  Sha256 openssl(HashWith::openssl);
  std::vector<std::size_t> sizes{16'384, 16'383, 17'000};
  for (std::size_t size = 0; size < 300; ++size) sizes.push_back(size);  // each way to end
  for (const auto size : sizes) {
    CAPTURE(size);
    const auto* first = bytes.data() + 1;  // as unaligned as can be
    const auto* second = bytes.data() + 19'003;
    CHECK(fast.two(first, second, size) == std::array{openssl(first, size), openssl(second, size)});
  }
}

TEST_CASE("a tree is the same with OpenSSL alone, and in whatever portions its leaves come") {
  constexpr auto kLeaf = static_cast<std::size_t>(kLeafSize);
  const auto bytes = chunks(3 * kBlockSize + 5 * kLeaf + 7);
  MerkleBuilder openssl(HashWith::openssl);
  openssl.add(bytes.data(), bytes.size());
  const auto expected = openssl.finish();
  for (const std::size_t leaves : {1U, 2U, 3U, 7U, 63U, 64U, 130U}) {
    CAPTURE(leaves);
    MerkleBuilder builder;
    for (std::size_t at = 0; at < bytes.size(); at += leaves * kLeaf)
      builder.add(bytes.data() + at, std::min(leaves * kLeaf, bytes.size() - at));
    const auto tree = builder.finish();
    CHECK(tree.content == expected.content);
    CHECK(tree.layer == expected.layer);
  }
}

TEST_CASE(
    "a file keeps its leaves up to 64 MiB, and a node a block beyond; one builder makes many "
    "trees") {
  const auto bytes = chunks(kMostWithLeaves + kBlockSize + 3 * kLeafSize + 5);
  MerkleBuilder builder;
  for (const std::uint64_t size : {kMostWithLeaves + kBlockSize + 3 * kLeafSize + 5,
                                   std::uint64_t{5}, kMostWithLeaves, kMostWithLeaves + 1}) {
    CAPTURE(size);
    for (std::uint64_t at = 0; at < size; at += kBlockSize)
      builder.add(bytes.data() + at, std::min(kBlockSize, size - at));
    const auto tree = builder.finish();
    CHECK(tree.size == size);
    CHECK(tree.span == (size <= kMostWithLeaves ? kLeafSize : kBlockSize));
    if (size <= kBlockSize) continue;
    const auto blocks = layer_at(tree, kBlockSize);
    REQUIRE(blocks.ok());
    CHECK(layer_leads_to(tree.content, size, kBlockSize, *blocks));
    const std::uint64_t last = (size - 1) / kBlockSize;
    for (const auto block : {std::uint64_t{0}, last / 2, last}) {
      const auto part = std::string_view(bytes).substr(
          block * kBlockSize, std::min(kBlockSize, size - block * kBlockSize));
      CHECK(leaves_lead_to(std::string_view(*blocks).substr(block * 32, 32), kBlockSize,
                           leaf_hashes(part)));
    }
  }
}

TEST_CASE("layers lead to the content id") {
  for (const std::size_t size :
       {std::size_t{3} << 20, (std::size_t{5} << 20) + 3, (std::size_t{65} << 20) + 1}) {
    const auto tree = tree_of(periodic(size));
    for (const std::uint64_t piece : {1U << 20, 2U << 20}) {
      const auto layer = layer_at(tree, piece);
      REQUIRE(layer);
      CHECK(layer_leads_to(tree.content, size, piece, *layer));
    }
    CHECK_FALSE(layer_at(tree, 3 << 20));
    CHECK_FALSE(layer_at(tree, 1ULL << 40));
  }
}

TEST_CASE("a piece alone gives its node of the layer") {
  const std::size_t size = (std::size_t{5} << 20) + 3;
  const auto bytes = periodic(size);
  const auto tree = tree_of(bytes);
  for (const std::size_t piece : {1U << 20, 2U << 20, 4U << 20}) {
    const auto layer = layer_at(tree, piece);
    REQUIRE(layer);
    std::string nodes;
    for (std::size_t at = 0; at < size; at += piece) {
      MerkleBuilder builder;
      const auto end = std::min(size, at + piece);
      for (auto block = at; block < end; block += kBlockSize)
        builder.add(bytes.data() + block, std::min<std::size_t>(kBlockSize, end - block));
      const auto node = builder.finish_piece(piece);
      nodes.append(node.begin(), node.end());
    }
    CHECK(nodes == *layer);
  }
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
