// What proves a content to whoever fetches it: layers and leaves, and for other programs hashes,
// Metalink and torrent.
#include <openssl/sha.h>

#include "catch.h"
#include "fake_source.h"
#include "transfer/swarm/hashing/merkle.h"
#include "transfer/swarm/serve/content_routes.h"
#include "unit/swarm/serve/served_content.h"

namespace swapmeet::transfer_swarm {
namespace {

using fakes::noise;

TEST_CASE("a layer is given at every piece size that proves something, and at no other") {
  const auto bytes = noise(3 * kBlockSize + 5);
  ServedContent served("a.bin", bytes);
  for (const std::uint64_t piece : {16384U, 65536U, 1U << 20, 2U << 20}) {
    const auto answer = served.layer(std::to_string(piece));
    REQUIRE(answer.status == 200);
    CHECK(layer_leads_to(served.content, bytes.size(), piece, std::get<std::string>(answer.body)));
  }
  for (const auto* wrong : {"0", "1", "16383", "3145728", "4194304", "-1", "x", "", "1e6",
                            "99999999999999999999999999"}) {
    CAPTURE(wrong);
    CHECK(served.layer(wrong).status == 400);
  }
  CHECK(served.ask("/content/{cid}/layer", {}, served.content.text()).status == 400);
  CHECK(served.ask("/content/{cid}/layer", {}, std::string(64, '0'), {{"piece", "16384"}}).status ==
        404);
}

TEST_CASE("the leaves of the last piece lead to its node of the layer") {
  const auto bytes = noise(3 * kBlockSize + 2 * kLeafSize + 5);
  ServedContent served("a.bin", bytes);
  const auto leaves = [&](const std::string& piece) {
    return served.ask("/content/{cid}/leaves", {}, served.content.text(), {{"piece", piece}});
  };
  for (const std::uint64_t piece : {1U << 20, 2U << 20}) {
    const auto answer = leaves(std::to_string(piece));
    REQUIRE(answer.status == 200);
    const auto text = std::get<std::string>(answer.body);
    CHECK(text.size() / 32 == (piece == 1U << 20 ? 3U : 64U + 3U));
    const auto layer = std::get<std::string>(served.layer(std::to_string(piece)).body);
    CHECK(leaves_lead_to(layer.substr(layer.size() - 32), piece, text));
    CHECK(text.substr(text.size() - 32) == leaf_hashes(bytes.substr(bytes.size() - 5)));
    auto wrong = text;
    wrong.back() = static_cast<char>(wrong.back() ^ 1);
    CHECK_FALSE(leaves_lead_to(layer.substr(layer.size() - 32), piece, wrong));
    CHECK_FALSE(leaves_lead_to(layer.substr(layer.size() - 32), piece, ""));
  }
  for (const auto* wrong : {"16384", "1048577", "33554432", "", "x"})
    CHECK(leaves(wrong).status == 400);
  CHECK(served.ask("/content/{cid}/leaves", {}, std::string(64, '0'), {{"piece", "1048576"}})
            .status == 404);
}

TEST_CASE("other programs get SHA-256 hashes, a Metalink, and digests once they are known") {
  ServedContent served("a<b>.txt", "hello");
  const auto sum = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
  CHECK(value(served.get(), "Link") ==
        "</content/" + served.content.text() +
            ".meta4>; rel=\"describedby\"; type=\"application/metalink4+xml\", </content/" +
            served.content.text() +
            ".torrent>; rel=\"describedby\"; type=\"application/x-bittorrent\"");
  CHECK(value(served.get(), "Repr-Digest").empty());
  const auto hashes = served.ask("/content/{cid}/hashes", {}, served.content.text());
  CHECK(hashes.status == 200);
  CHECK_THAT(std::get<std::string>(hashes.body),
             Catch::Matchers::Contains("\"sha256\":\"" + std::string(sum) + '"'));
  const auto metalink =
      served.ask("/content/{cid}", {{"Host", "ann:6699"}}, served.content.text() + ".meta4");
  CHECK(metalink.status == 200);
  CHECK(value(metalink, "Content-Type") == "application/metalink4+xml");
  CHECK_THAT(
      std::get<std::string>(metalink.body),
      Catch::Matchers::Contains("<file name=\"a_b_.txt\">") &&
          Catch::Matchers::Contains("<hash type=\"sha-256\">" + std::string(sum) + "</hash>") &&
          Catch::Matchers::Contains("http://ann:6699/content/" + served.content.text() + "</url>"));
  const auto part = served.get({{"Range", "bytes=1-2"}});
  CHECK(value(part, "Repr-Digest") == "sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:");
  CHECK(value(part, "Digest") == "SHA-256=LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=");
  // Of the sentence that such an answer has it would not be true.
  CHECK(value(served.get({{"Range", "bytes=9-"}}), "Repr-Digest").empty());

  const std::string none(64, '0');
  CHECK(served.ask("/content/{cid}", {}, none + ".meta4").status == 404);
  CHECK(served.ask("/content/{cid}", {}, "x.meta4").status == 400);
  CHECK(served.ask("/content/{cid}/hashes", {}, none).status == 404);
}

TEST_CASE("a torrent has the content id as its pieces root, and SHA-1 hashes of the pieces") {
  const auto bytes = noise(2 * kBlockSize + 1);
  ServedContent served("a.bin", bytes);
  const auto torrent =
      served.ask("/content/{cid}", {{"Host", "ann:6699"}}, served.content.text() + ".torrent");
  CHECK(torrent.status == 200);
  CHECK(value(torrent, "Content-Type") == "application/x-bittorrent");
  CHECK(value(torrent, "Content-Disposition") == "attachment; filename=\"a.bin.torrent\"");
  const auto text = [](const std::string& one) { return std::to_string(one.size()) + ':' + one; };
  std::string sha1;
  std::string layer;
  for (std::size_t at = 0; at < bytes.size(); at += kBlockSize) {
    std::string hash(20, '\0');
    ::SHA1(reinterpret_cast<const unsigned char*>(bytes.data()) + at,
           std::min<std::size_t>(kBlockSize, bytes.size() - at),
           reinterpret_cast<unsigned char*>(hash.data()));
    sha1 += hash;
  }
  layer = std::get<std::string>(served.layer(std::to_string(kBlockSize)).body);
  const std::string root(served.content.bytes.begin(), served.content.bytes.end());
  const std::string length = "6:lengthi2097153e";
  CHECK(std::get<std::string>(torrent.body) ==
        "d10:created by8:swapmeet4:infod9:file treed5:a.bind0:d" + length + "11:pieces root" +
            text(root) + "eee" + length +
            "12:meta versioni2e4:name5:a.bin12:piece lengthi1048576e6:pieces" + text(sha1) +
            "e12:piece layersd" + text(root) + text(layer) + "e8:url-listl" +
            text("http://ann:6699/content/" + served.content.text()) + "ee");

  ServedContent small("b.bin", "b");
  const auto one = std::get<std::string>(
      small.ask("/content/{cid}", {{"Host", "ann"}}, small.content.text() + ".torrent").body);
  CHECK_THAT(one, Catch::Matchers::Contains("12:piece layersde8:url-list"));
  ServedContent empty("c.bin", "");
  CHECK(empty.ask("/content/{cid}", {{"Host", "ann"}}, empty.content.text() + ".torrent").status ==
        501);
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
