// The content routes by their handlers alone: RFC 9110 on files of a catalogue.
#include "transfer/swarm/serve/content_routes.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "catch.h"
#include "fake_source.h"
#include "unit/swarm/serve/served_content.h"

namespace swapmeet::transfer_swarm {
namespace {

using fakes::noise;

TEST_CASE("a content is served whole or in part, with its id as the strong tag") {
  ServedContent served("a.txt", "hello");
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
  ServedContent served("a.txt", "hello");
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
  ServedContent served("a.txt", "hello");
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
  ServedContent served("a.bin", bytes);
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
  ServedContent served("a.txt", "hello");
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
  ServedContent served("a.txt", "hello");
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

TEST_CASE("only contents are asked for") {
  ServedContent served("a.txt", "hello");
  const auto status = [&](const std::string& cid) {
    return served.ask("/content/{cid}", {}, cid).status;
  };
  CHECK(status("zz") == 400);
  CHECK(status(std::string(64, '0')) == 404);
  CHECK(status(served.content.text() + "0") == 400);
  CHECK(served.changed.empty());
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
