// The content routes by their handlers alone: RFC 9110 on files of a catalogue.
#include "transfer/swarm/serve/content_routes.h"

#include <fcntl.h>
#include <openssl/sha.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "catch.h"
#include "fake_source.h"
#include "swapmeet/testing/manual_clock.h"
#include "transfer/swarm/base/peer_headers.h"
#include "transfer/swarm/hashing/merkle.h"
#include "unit/swarm/catalogue/still_clock.h"

namespace swapmeet::transfer_swarm {
namespace {

using fakes::noise;

struct FakeRoutes : http::Routes {
  std::map<std::string, http::Handler> handlers;
  std::map<std::string, http::AtOnce> at_once;
  Result<Registration> add(const std::string&, const std::string& pattern, http::Handler handler,
                           const http::RouteOptions& options) override {
    handlers[pattern] = std::move(handler);
    if (options.at_once) at_once[pattern] = options.at_once;
    return Registration();
  }
};

using Fields = std::vector<std::pair<std::string, std::string>>;

// One shared file, and what is told about it.
struct Served {
  Served(const std::string& name, const std::string& bytes) {
    file = folder / name;
    std::ofstream(file, std::ios::binary) << bytes;
    MerkleBuilder builder;
    for (std::size_t at = 0; at < bytes.size(); at += kBlockSize)
      builder.add(bytes.data() + at, std::min<std::size_t>(kBlockSize, bytes.size() - at));
    HashedFile hashed{name, {}, builder.finish()};
    struct stat info {};
    ::stat(file.c_str(), &info);
    hashed.stamp = stamp_of(info);
    content = hashed.tree.content;
    tag = '"' + content.text() + '"';
    catalogue.put_share({"s", folder.string(), {}}, true);
    catalogue.commit(catalogue.share("s")->key, {hashed});
    auto added = add_content_routes(
        routes, {catalogue, meter, hashes,
                 [this](const std::string& path, int error) { changed.emplace_back(path, error); },
                 nullptr, nullptr, &open, nullptr, nullptr,
                 [this](const std::string& path) { spoiled.push_back(path); }});
    REQUIRE(added.ok());
    registrations = std::move(*added);
  }
  ~Served() { std::filesystem::remove_all(folder); }

  http::Response ask(const std::string& pattern, const Fields& fields, const std::string& cid,
                     const Fields& query = {}, const std::string& method = "GET") {
    http::Request request;
    request.method = method;
    request.remote_address = address;
    request.remote_port = port;
    request.params["cid"] = cid;
    request.query = query;
    for (const auto& [name, value] : fields) request.headers.add(name, value);
    return routes.handlers.at(pattern)(request);
  }
  // The status, when it is answered without a worker; 0: it is not.
  int at_once(const Fields& query = {}, const Identity& who = {}) {
    http::Request request;
    request.method = "GET";
    request.remote_address = address;
    request.params["cid"] = content.text();
    request.query = query;
    request.identity = who;
    request.secure = !who.is_guest();
    const auto answer = routes.at_once.at("/content/{cid}")(request);
    return answer ? answer->status : 0;
  }
  http::Response get(const Fields& fields = {}) {
    return ask("/content/{cid}", fields, content.text());
  }
  http::Response layer(const std::string& piece) {
    return ask("/content/{cid}/layer", {}, content.text(), {{"piece", piece}});
  }

  static std::filesystem::path new_folder() {
    char pattern[] = "/tmp/swapmeet-content-XXXXXX";
    return ::mkdtemp(pattern);
  }

  const std::filesystem::path folder = new_folder();
  std::filesystem::path file;
  std::string address = "127.0.0.1";  // of who asks
  std::uint16_t port = 1;
  ContentId content;
  std::string tag;
  std::vector<std::pair<std::string, int>> changed;  // and errno
  std::vector<std::string> spoiled;
  Catalogue catalogue{folder / ".catalogue.sqlite", still_clock()};
  testing::ManualClock clock;
  UploadMeter meter{clock};
  FileHashes hashes{clock};
  OpenContents open{catalogue, clock};
  FakeRoutes routes;
  std::vector<Registration> registrations;
};

std::string value(const http::Response& response, std::string_view name) {
  const auto* found = response.headers.find(name);
  return found ? *found : "";
}

std::pair<std::uint64_t, std::uint64_t> part(const http::Response& response) {
  const auto& body = std::get<http::FileBody>(response.body);
  return {body.offset, body.length};
}

}  // namespace

TEST_CASE("a content is served whole or in part, with its id as the strong tag") {
  Served served("a.txt", "hello");
  const auto whole = served.get();
  CHECK(whole.status == 200);
  CHECK(value(whole, "ETag") == served.tag);
  CHECK(value(whole, "Accept-Ranges") == "bytes");
  CHECK(value(whole, "Content-Type").starts_with("text/plain"));
  CHECK(value(whole, "X-Content-Type-Options") == "nosniff");
  CHECK(value(whole, "Content-Disposition") == "attachment; filename=\"a.txt\"");
  CHECK(part(whole) == std::pair<std::uint64_t, std::uint64_t>{0, 5});

  const auto middle = served.get({{"Range", "bytes=1-2"}});
  CHECK(middle.status == 206);
  CHECK(value(middle, "Content-Range") == "bytes 1-2/5");
  CHECK(value(middle, "ETag") == served.tag);
  CHECK(part(middle) == std::pair<std::uint64_t, std::uint64_t>{1, 2});

  const auto beyond = served.get({{"Range", "bytes=9-"}});
  CHECK(beyond.status == 416);
  CHECK(value(beyond, "Content-Range") == "bytes */5");
  CHECK(served.get({{"Range", "bytes=0-1,3-4"}}).status == 200);

  const auto head =
      served.ask("/content/{cid}", {{"Range", "bytes=1-2"}}, served.content.text(), {}, "HEAD");
  CHECK(head.status == 200);  // RFC 9110 §14.2: ranges are for GET
  CHECK(part(head).second == 5);
}

TEST_CASE("conditions are weighed as RFC 9110 says") {
  Served served("a.txt", "hello");
  const auto& tag = served.tag;
  for (const auto& list : {tag, "\"x\", W/" + tag, "\"x\"," + tag, std::string("*")}) {
    CAPTURE(list);
    const auto same = served.get({{"If-None-Match", list}});
    CHECK(same.status == 304);
    CHECK(value(same, "ETag") == tag);
  }
  CHECK(served.get({{"If-None-Match", "\"x\""}, {"If-None-Match", tag}}).status == 304);
  CHECK(served.get({{"If-None-Match", "\"x\""}}).status == 200);
  CHECK(served.get({{"If-Match", tag}}).status == 200);
  CHECK(served.get({{"If-Match", "*"}}).status == 200);
  CHECK(served.get({{"If-Match", "\"x\""}}).status == 412);
  CHECK(served.get({{"If-Match", "W/" + tag}}).status == 412);  // strong comparison
  CHECK(served.get({{"If-Match", "\"x\""}, {"If-None-Match", tag}}).status == 412);

  const auto range_if = [&](const std::string& condition) {
    return served.get({{"Range", "bytes=1-2"}, {"If-Range", condition}}).status;
  };
  CHECK(range_if(tag) == 206);
  CHECK(range_if("W/" + tag) == 200);
  CHECK(range_if("\"x\"") == 200);
  CHECK(range_if("Sat, 01 Jan 2050 00:00:00 GMT") == 200);  // there is no date to compare with
  CHECK(served.get({{"Range", "bytes=9-"}, {"If-Range", "\"x\""}}).status == 200);
}

TEST_CASE("a file that changed since it was hashed is not served, and is looked at again") {
  Served served("a.txt", "hello");
  const auto& file = served.file;
  int error = 0;
  SECTION("other bytes, another time") { std::ofstream(file) << "other"; }
  SECTION("longer") { std::ofstream(file, std::ios::app) << "!"; }
  SECTION("another file under the name") {
    std::filesystem::rename(file, served.folder / "b.txt");
    std::filesystem::copy_file(served.folder / "b.txt", file);
  }
  SECTION("a link") {
    std::filesystem::remove(file);
    std::filesystem::create_symlink("/etc/hostname", file);
    error = ELOOP;
  }
  SECTION("gone") {
    std::filesystem::remove(file);
    error = ENOENT;
  }
  CHECK(served.get().status == 404);
  CHECK(served.changed == std::vector{std::pair(file.string(), error)});
  CHECK(served.layer("16384").status == 404);
}

TEST_CASE("a source that is told of wrong bytes compares those with the tree") {
  const auto size = GENERATE(as<std::size_t>(), 5, 100'000, 70 << 20);  // leaves, or blocks
  const auto bytes = fakes::noise(size);
  Served served("a.bin", bytes);
  const auto doubt = [&](const std::string& offset, const std::string& length) {
    const auto answer = served.ask("/content/{cid}/doubts", {}, served.content.text(),
                                   {{"offset", offset}, {"length", length}}, "POST");
    CHECK(answer.status == 200);
    return std::get<std::string>(answer.body);
  };
  const auto last = std::to_string(size - 1);
  CHECK(doubt("0", "5") == "{\"wrong\":false}");
  CHECK(doubt(last, "99999999999999999999") == "{\"wrong\":false}");
  CHECK(doubt("99999999999999999999", "1") == "{\"wrong\":false}");
  CHECK(served.spoiled.empty());
  CHECK(served.ask("/content/{cid}/doubts", {}, served.content.text(), {}, "POST").status == 400);
  // As a disk does that loses bits: no time tells it.
  std::fstream(served.file, std::ios::in | std::ios::out).seekp(-1, std::ios::end) << '!';
  HashedFile stamped{"a.bin", {}, fakes::tree_of(bytes)};
  struct stat info {};
  REQUIRE(::stat(served.file.c_str(), &info) == 0);
  stamped.stamp = stamp_of(info);
  served.catalogue.commit(served.catalogue.share("s")->key, {stamped});
  CHECK(doubt(last, "1") == "{\"wrong\":true}");
  CHECK(served.spoiled == std::vector{served.file.string()});
}

TEST_CASE("a file that was served a moment ago is served without a worker, while nothing changes") {
  using std::filesystem::path;
  Served served("a.txt", "hello");
  CHECK(served.at_once() == 0);  // not open yet
  REQUIRE(served.get().status == 200);
  REQUIRE(served.at_once() == 200);
  CHECK(served.at_once({{"offer", "token"}}) == 0);
  const auto& file = served.file;
  const path other = served.folder / "b.txt";
  SECTION("other bytes of the same size and time") {
    struct stat info {};
    REQUIRE(::stat(file.c_str(), &info) == 0);
    std::ofstream(file) << "jello";
    const timespec times[] = {info.st_atim, info.st_mtim};
    REQUIRE(::utimensat(AT_FDCWD, file.c_str(), times, 0) == 0);
  }
  SECTION("longer") { std::ofstream(file, std::ios::app) << "!"; }
  SECTION("renamed") { std::filesystem::rename(file, other); }
  SECTION("gone") { std::filesystem::remove(file); }
  SECTION("its folder renamed, and a link to it in its place") {
    std::filesystem::rename(file, other);
    std::filesystem::create_symlink(other, file);
  }
  SECTION("another file under the name") {
    std::filesystem::copy_file(file, other);
    std::filesystem::rename(other, file);
  }
  SECTION("not to be read any more") { std::filesystem::permissions(file, {}); }
  SECTION("the share has another audience") {
    served.catalogue.put_share({"s", served.folder.string(), {false, {"friends"}, {}}}, true);
  }
  SECTION("the share is removed") { served.catalogue.remove_share("s"); }
  SECTION("nobody asked for some seconds") {
    served.clock.advance(std::chrono::seconds(3));
    served.open.close_idle();
  }
  CHECK(served.at_once() == 0);
}

TEST_CASE("an open file is for those whom its share is for") {
  Served served("a.txt", "hello");
  served.catalogue.put_share({"s", served.folder.string(), {false, {"friends"}, {}}}, true);
  Identity friend_of;
  friend_of.account = "fay";
  friend_of.groups = {"friends"};
  http::Request request;
  request.method = "GET";
  request.params["cid"] = served.content.text();
  request.identity = friend_of;
  request.secure = true;
  REQUIRE(served.routes.handlers.at("/content/{cid}")(request).status == 200);
  CHECK(served.at_once({}, friend_of) == 200);
  CHECK(served.at_once() == 0);
  CHECK(served.get().status == 404);
}

TEST_CASE("who asks when all slots are taken is told so at once, too") {
  Served served("a.txt", "hello");
  served.meter.set_slots(1);
  const auto first = served.get();
  REQUIRE(first.status == 200);
  served.address = "10.0.0.2";
  CHECK(served.at_once() == 503);
  std::get<http::FileBody>(first.body).on_end(true);
  CHECK(served.at_once() == 200);
}

TEST_CASE("a peer that fetches over several connections is one reader, and is told how many") {
  Served served("a.txt", "hello");
  served.meter.set_slots(1);
  served.meter.set_connections(2);
  const Fields ann = {{kReaderHeader, "ann"}};
  std::vector<http::Response> answers;
  for (served.port = 1; served.port <= 2; ++served.port) {
    answers.push_back(served.get(ann));
    CHECK(answers.back().status == 200);
    CHECK(value(answers.back(), kConnectionsHeader) == "2");
  }
  const auto crowded = served.get(ann);
  CHECK(crowded.status == 429);
  CHECK(value(crowded, kConnectionsHeader) == "2");
  CHECK(value(crowded, "Retry-After") == "1");
  CHECK(value(crowded, kPlaceHeader).empty());
  CHECK(std::get<std::string>(crowded.body).find("over 2 connections at a time") !=
        std::string::npos);
  CHECK(served.meter.list()->size() == 1);  // it is one file to one reader
  const auto other = served.get({{kReaderHeader, "bob"}});
  CHECK(other.status == 503);
  CHECK(value(other, kPlaceHeader) == "1");
  for (auto& answer : answers) std::get<http::FileBody>(answer.body).on_end(true);
  CHECK(served.get({{kReaderHeader, "bob"}}).status == 503);  // a peer may want more files
  CHECK(served.get(ann).status == 200);
}

TEST_CASE("only contents are asked for") {
  Served served("a.txt", "hello");
  const auto status = [&](const std::string& cid) {
    return served.ask("/content/{cid}", {}, cid).status;
  };
  CHECK(status("zz") == 400);
  CHECK(status(std::string(64, '0')) == 404);
  CHECK(status(served.content.text() + "0") == 400);
  CHECK(served.changed.empty());
}

TEST_CASE("a layer is given at every piece size that proves something, and at no other") {
  const auto bytes = noise(3 * kBlockSize + 5);
  Served served("a.bin", bytes);
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
  Served served("a.bin", bytes);
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

TEST_CASE("uploads are counted while they last") {
  Served served("a.txt", "hello");
  {
    auto answer = served.get({{"Range", "bytes=1-3"}});
    auto& body = std::get<http::FileBody>(answer.body);
    const auto running = served.meter.list();
    REQUIRE(running->size() == 1);
    CHECK(running->at(0).name == "a.txt");
    CHECK(running->at(0).size == 5);
    body.on_sent(2);
    CHECK(served.meter.list()->at(0).done == 2);
    CHECK(body.allowance(3).bytes == 3);
    body.on_end(false);
  }
  served.clock.advance(FileUploads::kSilence);
  CHECK(served.meter.list()->empty());
  CHECK(served.meter.counted().requests == 1);
  CHECK(served.meter.counted().sent == 2);
}

TEST_CASE("other programs get SHA-256 hashes, a Metalink, and digests once they are known") {
  Served served("a<b>.txt", "hello");
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
  Served served("a.bin", bytes);
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

  Served small("b.bin", "b");
  const auto one = std::get<std::string>(
      small.ask("/content/{cid}", {{"Host", "ann"}}, small.content.text() + ".torrent").body);
  CHECK_THAT(one, Catch::Matchers::Contains("12:piece layersde8:url-list"));
  Served empty("c.bin", "");
  CHECK(empty.ask("/content/{cid}", {{"Host", "ann"}}, empty.content.text() + ".torrent").status ==
        501);
}

TEST_CASE("who comes when all upload slots are taken is told when to come back, and the place") {
  Served served("a.txt", "hello");
  served.meter.set_slots(1);
  const auto first = served.get();
  REQUIRE(first.status == 200);
  served.address = "10.0.0.2";
  const auto waits = served.get({{"Range", "bytes=1-3"}});
  CHECK(waits.status == 503);
  CHECK(value(waits, "Retry-After") == "1");
  CHECK(value(waits, kPlaceHeader) == "1");
  CHECK(value(waits, "Content-Type") == "application/problem+json");
  const auto& body = std::get<std::string>(waits.body);
  CHECK_THAT(body, Catch::Matchers::Contains("\"code\":\"unavailable\"") &&
                       Catch::Matchers::Contains("\"place\":1") &&
                       Catch::Matchers::Contains("place 1 in the queue"));
  const auto listed = served.meter.list();
  REQUIRE(listed->size() == 2);
  CHECK(listed->at(0).place == 0);
  CHECK(listed->at(1).place == 1);
  CHECK(listed->at(1).address == "10.0.0.2");
  // What costs next to nothing takes no slot.
  CHECK(served.layer("16384").status != 503);
  CHECK(served.ask("/content/{cid}", {}, served.content.text(), {}, "HEAD").status == 200);
  CHECK(served.get({{"If-None-Match", served.tag}}).status == 304);
  CHECK(served.get({{"Range", "bytes=9-"}}).status == 416);
  std::get<http::FileBody>(first.body).on_end(true);
  CHECK(served.get({{"Range", "bytes=1-3"}}).status == 206);
}

}  // namespace swapmeet::transfer_swarm
