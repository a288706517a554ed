#include <openssl/sha.h>
#include <zlib.h>

#include <algorithm>

#include "fakes.h"
#include "host/api/merkle_proof.h"

using namespace swapmeet;
using namespace swapmeet::testing;

namespace {

const std::string kPeers = "/api/v1/peers";
const std::string kOne = kPeers + "/" + kPeer;

std::string gzip(const std::string& text) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string packed(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

http::Request gzipped() {
  auto request = World::guest();
  request.headers.set("Content-Encoding", "gzip");
  request.headers.set("Authorization", "Bearer peer-token");
  return request;
}

}  // namespace

TEST_CASE("what no plugin provides is answered 501 with a sentence") {
  World world;
  const Api api(world.bare());
  for (const auto* path :
       {"/api/v1/peers", "/api/v1/search?q=a", "/api/v1/shares", "/api/v1/inbox",
        "/api/v1/downloads", "/api/v1/uploads", "/api/v1/accounts", "/api/v1/events"})
    for (const auto& who : {World::admin(), World::guest()})
      CHECK(world.call("GET", path, "", who).status == 501);
  CHECK(code_of(world.call("GET", "/api/v1/search?q=a")) == "unsupported");
}

TEST_CASE("limits and ids are checked before anything is asked") {
  World world;
  const Api api(world.all());
  for (const auto* limit : {"0", "1001", "-1", "x", "", "5x"})
    CHECK(code_of(world.call("GET", kPeers + "?limit=" + limit)) == "invalid_argument");
  CHECK(world.call("GET", kPeers + "?limit=1000&after=z&name=al&all=true").status == 200);
  CHECK(world.registry.query_.page.limit == 1000);
  CHECK(world.registry.query_.page.after == "z");
  CHECK_FALSE(world.registry.query_.present_only);
  CHECK(code_of(world.call("GET", kPeers + "?all=perhaps")) == "invalid_argument");
  CHECK(code_of(world.call("GET", kPeers + "/abc")) == "invalid_argument");
  CHECK(code_of(world.call("GET", kPeers + "/" + std::string(32, 'b'))) == "not_found");
  CHECK(code_of(world.call("GET", "/api/v1/search?q=a&sort=best")) == "invalid_argument");
  CHECK(code_of(world.call("GET", "/api/v1/search")) == "invalid_argument");
}

TEST_CASE("suggestions are ten unless told otherwise, and of what was typed") {
  World world;
  const Api api(world.all());
  const std::string path = "/api/v1/search/suggest";
  CHECK(std::get<std::string>(world.call("GET", path + "?q=a").body) ==
        R"({"suggestions":["abc","10"]})");
  CHECK(std::get<std::string>(world.call("GET", path + "?q=&limit=100").body) ==
        R"({"suggestions":["bc","100"]})");
  for (const auto* wrong : {"", "?limit=5", "?q=a&limit=0", "?q=a&limit=101", "?q=\xff"})
    CHECK(code_of(world.call("GET", path + wrong)) == "invalid_argument");
}

TEST_CASE("text that is not UTF-8 does not come back in JSON") {
  World world;
  const Api api(world.all());
  CHECK(code_of(world.call("GET", "/api/v1/search?q=\xff")) == "invalid_argument");
  CHECK(code_of(world.call("DELETE", "/api/v1/shares/%ff")) == "invalid_argument");
}

TEST_CASE("a plugin that throws is a 500 with the request's id, counted against it") {
  World world;
  auto context = world.all();
  std::vector<std::string> threw;
  Gate gate("registry.fake", [&](auto doing, auto what) {
    threw = {std::string(doing), std::string(what)};
  });
  context.gate_of = [&](auto interface_id) {
    return interface_id == Registry::kInterface ? &gate : nullptr;
  };
  const Api api(context);
  const auto response = world.call("GET", kOne + "/files?folder=throw");
  CHECK(response.status == 500);
  CHECK(code_of(response) == "internal");
  CHECK(std::get<std::string>(response.body).find("a defect") == std::string::npos);
  CHECK_THAT(std::get<std::string>(response.body),
             Catch::Matchers::Contains("registry.fake failed"));
  CHECK(threw.at(0).starts_with("GET " + kOne + "/files"));
  CHECK(threw.at(1) == "a defect");
}

TEST_CASE("a peer registers with the address it was seen at and a token of its own") {
  World world;
  const Api api(world.all());
  auto request = World::guest();
  request.headers.set("Swapmeet-Peer-Token", "proposed");
  request.headers.set("Content-Type", "application/json; charset=utf-8");
  const auto response = world.call("PUT", kOne, R"({"name":"alice","port":6699})", request);
  CHECK(response.status == 200);
  CHECK(world.registry.caller_.address == "192.0.2.7");
  CHECK(world.registry.enrollment_.id == peer_id());
  CHECK(world.registry.enrollment_.token == "proposed");
  request.headers.set("Content-Type", "text/plain");
  CHECK(code_of(world.call("PUT", kOne, R"({"name":"alice","port":6699})", request)) ==
        "invalid_argument");
  CHECK(code_of(world.call("PUT", kOne, "{", World::guest())) == "invalid_argument");
}

TEST_CASE("the session of an account never becomes a peer's token") {
  World world;
  const Api api(world.all());
  auto request = World::as("alice");
  request.headers.set("Authorization", "Bearer alice-session");
  world.call("PUT", kOne, R"({"name":"alice","port":6699})", request);
  CHECK(world.registry.enrollment_.token.empty());
}

TEST_CASE("announcing takes plain and gzip NDJSON and says when the two have lost each other") {
  World world;
  const Api api(world.all());
  const std::string batch = "{\"feed\":\"f\",\"base\":0,\"upto\":4}\n";
  CHECK(body_of(world.call("POST", kOne + "/changes", batch)) == R"({"feed":"f","revision":4})");
  CHECK(world.call("POST", kOne + "/changes", gzip(batch), gzipped()).status == 200);
  CHECK(world.registry.token_ == "peer-token");
  const auto two_members = gzip(batch) + gzip("{\"op\":\"eat\"}\n");
  CHECK(world.call("POST", kOne + "/changes", two_members, gzipped()).status == 400);
  const auto lost =
      world.call("POST", kOne + "/changes", "{\"feed\":\"f\",\"base\":9,\"upto\":9}\n");
  CHECK(lost.status == 409);
  CHECK(code_of(lost) == "conflict");
}

TEST_CASE("a peer asks its index for the status only when its owner wants to know") {
  World world;
  auto context = world.all();
  context.status = [] {
    wire::StatusReport report;
    report.role = "peer";
    report.index_problem = "the index is away";
    return report;
  };
  const Api api(context);
  const auto owner = body_of(world.call("GET", "/api/v1/status", "", World::admin()));
  const auto guest = body_of(world.call("GET", "/api/v1/status", "", World::guest()));
  CHECK(owner.find("the index is away") != std::string::npos);
  CHECK(owner.find("\"files\":2") != std::string::npos);
  CHECK(guest.find("away") == std::string::npos);
  CHECK(guest.find("\"files\":2") == std::string::npos);
}

TEST_CASE("a body that is cut short or inflates without end is refused") {
  World world;
  const Api api(world.all());
  const auto packed = gzip(std::string((64 << 20) + 1, ' '));
  REQUIRE(packed.size() < (1 << 20));
  CHECK(code_of(world.call("POST", kOne + "/changes", packed, gzipped())) == "too_large");
  const auto cut = packed.substr(0, 100);
  CHECK(code_of(world.call("POST", kOne + "/changes", cut, gzipped())) == "invalid_argument");
  CHECK(code_of(world.call("POST", kOne + "/changes", "", gzipped())) == "invalid_argument");
}

TEST_CASE("what a person's host does for them is not for guests") {
  World world;
  const Api api(world.all());
  for (const auto* path :
       {"/api/v1/shares", "/api/v1/downloads", "/api/v1/uploads", "/api/v1/inbox"})
    CHECK(code_of(world.call("GET", path, "", World::guest())) == "not_allowed");
  const auto refused =
      world.call("POST", "/api/v1/shares", R"({"name":"etc","folder":"/etc"})", World::guest());
  CHECK(code_of(refused) == "not_allowed");
}

TEST_CASE("shares are listed, added, removed and rescanned") {
  World world;
  const Api api(world.all());
  CHECK(world.call("POST", "/api/v1/shares", R"({"name":"music","folder":"/x"})").status == 201);
  CHECK(world.call("POST", "/api/v1/shares/rescan").status == 204);
  CHECK(world.call("POST", "/api/v1/shares/music/rescan").status == 204);
  CHECK(world.shares.rescanned_ == std::vector<std::string>{"", "music"});
  CHECK(code_of(world.call("DELETE", "/api/v1/shares/fixed")) == "conflict");
}

TEST_CASE(
    "a share's audience is changed to one that is named, and by nobody's mistake to everyone") {
  World world;
  const Api api(world.all());
  const auto changed = world.call("PATCH", "/api/v1/shares/music",
                                  R"({"audience":["group:friends","account:bob"],"visible":true})");
  CHECK(changed.status == 200);
  CHECK(std::get<std::string>(changed.body)
            .find(R"("audience":["group:friends","account:bob"],"visible":true)") !=
        std::string::npos);
  CHECK(world.call("PATCH", "/api/v1/shares/music", R"({"audience":["everyone"]})").status == 200);
  CHECK(code_of(world.call("PATCH", "/api/v1/shares/music", "{}")) == "invalid_argument");
  CHECK(code_of(world.call("PATCH", "/api/v1/shares/music", R"({"audience":["friends"]})")) ==
        "invalid_argument");
  CHECK(code_of(world.call("PATCH", "/api/v1/shares/fixed", R"({"audience":["everyone"]})")) ==
        "conflict");
}

TEST_CASE("a file is sent to a peer, and an offer is decided once") {
  World world;
  const Api api(world.all());
  CHECK(world.call("POST", "/api/v1/inbox", R"({"path":"/a","peer":")" + kPeer + "\"}").status ==
        201);
  CHECK(world.inbox.sent_.path == "/a");
  CHECK(world.call("POST", "/api/v1/inbox/1/accept").status == 200);
  CHECK(code_of(world.call("POST", "/api/v1/inbox/1/refuse")) == "conflict");
}

TEST_CASE("a Metalink lists the sources of a content, escaped and without a path") {
  World world;
  const Api api(world.all());
  const auto response = world.call("GET", "/api/v1/contents/" + kContent + ".meta4");
  CHECK(response.status == 200);
  CHECK(*response.headers.find("Content-Type") == "application/metalink4+xml");
  const auto xml = body_of(response);
  CHECK(xml.find("<file name=\"a_&amp;_.flac\">") != std::string::npos);
  CHECK(xml.find("<size>5</size>") != std::string::npos);
  CHECK(xml.find("http://127.0.0.1:1/content/x?a&amp;b</url>") != std::string::npos);
  const std::string gone(64, 'd');
  CHECK(code_of(world.call("GET", "/api/v1/contents/" + gone + ".meta4")) == "not_found");
  CHECK(code_of(world.call("GET", "/api/v1/contents/abc.meta4")) == "invalid_argument");
}

TEST_CASE("a torrent is of version 2 alone when nobody tells other hashes") {
  World world;
  const Api api(world.all());
  const auto response = world.call("GET", "/api/v1/contents/" + kContent + ".torrent");
  CHECK(response.status == 200);
  CHECK(*response.headers.find("Content-Type") == "application/x-bittorrent");
  const auto torrent = body_of(response);
  CHECK(torrent.find("12:meta versioni2e4:name") != std::string::npos);
  CHECK(torrent.find("6:pieces") == std::string::npos);
  CHECK(torrent.ends_with("8:url-listl32:http://127.0.0.1:1/content/x?a&bee"));
  const std::string gone(64, 'd');
  CHECK(code_of(world.call("GET", "/api/v1/contents/" + gone + ".torrent")) == "not_found");
  CHECK(code_of(world.call("GET", "/api/v1/contents/abc.torrent")) == "invalid_argument");
}

TEST_CASE("who asks an index for the bytes is sent to a source") {
  World world;
  const Api api(world.all());
  const auto response = world.call("GET", "/api/v1/contents/" + kContent + "/bytes");
  CHECK(response.status == 307);
  CHECK(*response.headers.find("Location") == "http://127.0.0.1:1/content/x?a&b");
  CHECK(*response.headers.find("Link") ==
        "</api/v1/contents/" + kContent +
            ".meta4>; rel=describedby; type=\"application/metalink4+xml\"");
  CHECK(response.headers.find("Digest") == nullptr);  // nobody is asked for it now
  const std::string gone(64, 'd');
  CHECK(code_of(world.call("GET", "/api/v1/contents/" + gone + "/bytes")) == "not_found");
}

TEST_CASE("a Merkle layer is believed only when it leads to the content id") {
  const auto hash = [](const std::string& bytes) {
    std::string made(32, '\0');
    ::SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
             reinterpret_cast<unsigned char*>(made.data()));
    return made;
  };
  const std::uint64_t leaf = 16 << 10;
  const auto size = 5 * leaf;  // three pieces of two leaves
  const std::string zero(32, '\0');
  const auto layer = hash("a") + hash("b") + hash("c");
  const auto root = hash(hash(hash("a") + hash("b")) + hash(hash("c") + hash(zero + zero)));
  ContentId content;
  std::copy_n(root.begin(), root.size(), content.bytes.begin());
  CHECK(leads_to(content, size, 2 * leaf, layer));
  CHECK_FALSE(leads_to(content, size, 2 * leaf, hash("b") + hash("a") + hash("c")));
  CHECK_FALSE(leads_to(content, size, leaf, layer));
  CHECK_FALSE(leads_to(content, size, 2 * leaf, layer + hash(zero + zero)));
  CHECK_FALSE(leads_to(content, 0, 2 * leaf, ""));
}

TEST_CASE("a folder of a peer is one download, asked for as such") {
  World world;
  const Api api(world.all());
  const std::string peer = "\"peer\":\"" + kPeer + '"';
  const auto begun = world.call("POST", "/api/v1/downloads",
                                "{" + peer + R"(,"path":"music/album","folder":"in/there"})");
  CHECK(begun.status == 201);
  CHECK_FALSE(parsed(begun).HasMember("content"));
  CHECK(parsed(begun)["folder"]["files"].GetUint64() == FakeDownloads::kFiles);
  CHECK(world.downloads.folder_.peer == peer_id());
  CHECK(world.downloads.folder_.path == "music/album");
  CHECK(world.downloads.folder_.folder == "in/there");
  CHECK_FALSE(world.downloads.folder_.overwrite);
  const auto file = world.call("POST", "/api/v1/downloads", "{\"content\":\"" + kContent + "\"}");
  CHECK(file.status == 201);
  CHECK_FALSE(parsed(file).HasMember("folder"));
  for (const auto& wrong :
       std::vector<std::string>{"{}", "{" + peer + "}", R"({"path":"music"})",
                                "{" + peer + R"(,"path":"music","content":")" + kContent + "\"}"})
    CHECK(code_of(world.call("POST", "/api/v1/downloads", wrong)) == "invalid_argument");
  CHECK(world.call("POST", "/api/v1/downloads", "{" + peer + R"(,"path":"music"})", World::guest())
            .status == 403);
}

TEST_CASE("a folder of a million files is one short entry, and its files come a page at a time") {
  World world;
  const Api api(world.all());
  const auto list = body_of(world.call("GET", "/api/v1/downloads"));
  CHECK(list.find(R"("files":1000000,"done":500000,"failed":3)") != std::string::npos);
  CHECK(list.size() < 1000);
  const std::string files = "/api/v1/downloads/folder/files";
  CHECK(parsed(world.call("GET", files))["files"].Size() == 50);
  const auto page = parsed(world.call("GET", files + "?limit=1000&after=a7"));
  CHECK(page["files"].Size() == 1000);
  CHECK(page["files"][0]["why"].GetString() == std::string("x"));
  CHECK(page["next"].GetString() == std::string("more"));
  CHECK(world.downloads.page_.after == "a7");
  CHECK(code_of(world.call("GET", files + "?limit=1001")) == "invalid_argument");
  CHECK(code_of(world.call("GET", "/api/v1/downloads/1/files")) == "not_found");
  CHECK(world.call("GET", files, "", World::guest()).status == 403);
}

TEST_CASE("downloads are asked for by state, the beginning of an id and their order") {
  World world;
  const Api api(world.all());
  const auto list = body_of(
      world.call("GET", "/api/v1/downloads?state=running,failed&id=12&order=turn&limit=7&after=x"));
  CHECK(list.find(R"("counts":{"queued":2,"running":0)") != std::string::npos);
  const auto& query = world.downloads.query_;
  CHECK(query.states == std::vector{DownloadState::running, DownloadState::failed});
  CHECK(query.id == "12");
  CHECK(query.by_turn);
  CHECK(query.page.limit == 7);
  CHECK(query.page.after == "x");
  CHECK(world.call("GET", "/api/v1/downloads").status == 200);
  CHECK(query.states.empty());
  CHECK_FALSE(query.by_turn);
  for (const char* wrong : {"state=running,", "state=lost", "order=name", "limit=0"})
    CHECK(code_of(world.call("GET", std::string("/api/v1/downloads?") + wrong)) ==
          "invalid_argument");
}

TEST_CASE("all downloads are changed at once, by the host's person only") {
  World world;
  const Api api(world.all());
  CHECK(body_of(world.call("POST", "/api/v1/downloads/clear")) == R"({"downloads":2})");
  CHECK(world.downloads.changed_ == DownloadChange::clear);
  world.downloads.changed_.reset();
  CHECK(world.call("POST", "/api/v1/downloads/cancel", "", World::guest()).status == 403);
  CHECK(world.call("GET", "/api/v1/uploads/history", "", World::guest()).status == 403);
  CHECK_FALSE(world.downloads.changed_);
}
