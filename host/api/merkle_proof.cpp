#include "host/api/merkle_proof.h"

#include <string>

#include "swapmeet/digest.h"

namespace swapmeet {
namespace {

constexpr std::uint64_t kLeaf = 16 << 10;
constexpr std::size_t kNode = kSha256Size;

// The node above two that stand one after the other.
std::string above(std::string_view pair) { return sha256(pair); }

std::string above_two(const std::string& node) {
  auto pair = node;
  pair += node;
  return above(pair);
}

}  // namespace

bool leads_to(const ContentId& content, std::uint64_t size, std::uint64_t piece,
              std::string_view nodes) {
  const auto pieces = size / piece + (size % piece == 0 ? 0 : 1);
  if (pieces == 0 || nodes.size() != pieces * kNode) return false;
  std::string filler(kNode, '\0');  // stands for what lies beyond the end of the content
  for (auto span = kLeaf; span < piece; span *= 2) filler = above_two(filler);
  std::string layer(nodes);
  while (layer.size() > kNode) {
    if (layer.size() / kNode % 2 != 0) layer += filler;
    std::string next;
    for (std::size_t at = 0; at < layer.size(); at += 2 * kNode)
      next.append(above(std::string_view(layer).substr(at, 2 * kNode)));
    layer = std::move(next);
    filler = above_two(filler);
  }
  return layer == std::string_view(reinterpret_cast<const char*>(content.bytes.data()), kNode);
}

}  // namespace swapmeet
