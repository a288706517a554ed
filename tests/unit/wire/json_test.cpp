#include "swapmeet/wire/json.h"

#include "catch.h"

using namespace swapmeet;
using namespace swapmeet::wire;

namespace {
const std::string kCid(64, 'a');

Listing a_listing() {
  Listing listing;
  listing.path = "music/é \"quoted\".flac";
  listing.content = kEmptyContent;
  listing.size = kLargestFile;
  listing.modified = *from_rfc3339("2026-01-01T00:00:00Z");
  return listing;
}
}  // namespace

TEST_CASE("a listing keeps all it has, and leaves out what is the rule") {
  Page<Listing> page{{a_listing()}, "more"};
  const auto plain = to_json(page);
  CHECK(plain.find("audience") == std::string::npos);
  CHECK(plain.find("attributes") == std::string::npos);
  page.items[0].audience = {false, {"staff"}, {"bob"}};
  page.items[0].attributes = {{"artist", std::string("a\0b", 3)}};
  page.items[0].have = 7;
  CHECK(to_json(page).find(R"(["group:staff","account:bob"])") != std::string::npos);
  const auto back = from_json<Page<Listing>>(to_json(page)).value();
  CHECK(back.items == page.items);
  CHECK(back.next == "more");
}

TEST_CASE("a listing for nobody does not become one for everyone") {
  Page<Listing> page{{a_listing()}, ""};
  page.items[0].audience.everyone = false;
  CHECK_FALSE(from_json<Page<Listing>>(to_json(page)).value().items[0].audience.everyone);
}

TEST_CASE("a page of hits keeps what it says beside them, and can do without") {
  SearchPage page;
  page.query = "beatels";
  page.searched_for = "beatles";
  page.total = 5;
  page.has_more = true;
  page.next = "3";
  page.facets.emplace();
  page.facets->types[static_cast<std::size_t>(MediaType::audio)] = 5;
  page.facets->sizes = {1, 0, 0, 0, 4};
  const auto text = to_json(page);
  CHECK(text.find(R"("types":[{"type":"audio","count":5}])") != std::string::npos);
  CHECK(text.find(R"({"from":1000000000,"count":4})") != std::string::npos);
  const auto back = from_json<SearchPage>(text).value();
  CHECK(back.searched_for == page.searched_for);
  CHECK(back.has_more);
  CHECK(back.facets == page.facets);
  // An index of before knows nothing of it.
  const auto old = from_json<SearchPage>(R"({"query":"a","total":0,"hits":[],"next":""})").value();
  CHECK(old.searched_for.empty());
  CHECK_FALSE(old.has_more);
  CHECK_FALSE(old.facets);
}

TEST_CASE("a batch survives its trip as NDJSON") {
  ChangeBatch batch{"feed-1", 4, 9, {}};
  batch.changes.push_back({5, ChangeKind::put, {}, "", a_listing()});
  Listing gone;
  gone.path = "music/old.flac";
  batch.changes.push_back({7, ChangeKind::remove, {}, "", gone});
  batch.changes.push_back({9, ChangeKind::clear, {}, "", {}});
  CHECK(batch_from_ndjson(to_ndjson(batch)).value() == batch);
}

TEST_CASE("a line is read the same, whether it is of the usual form or not") {
  const std::string content(64, 'a');
  const std::string usual[] = {
      R"("op":"put","path":"a\"/\u00e9","content":")" + content + R"(","size":1125899906842624)",
      R"("op":"put","revision":7,"path":"a","content":")" + content +
          R"(","size":1,"modified":"2026-01-01T01:02:03.5Z","audience":["group:a","account:b"],)"
          R"("attributes":{"artist":"x","artist":"y","":"z"},"have":0)",
      R"("op":"put","path":"a","content":")" + content +
          R"(","size":1,"audience":[],"attributes":{})",
      R"("op":"put","path":"a","content":")" + content + R"(","size":1,"audience":["everyone"])",
      R"("op":"put","path":"a","content":")" + content + R"(","size":1,"have":null)",
      R"("op":"put","path":"a","content":")" + content + R"(","size":1,"size":2)",
      R"("op":"remove","path":"a","revision":3)",
      R"("op":"remove","path":"a","size":"what")",
      R"("op":"clear")",
      // Wrong in both ways:
      R"("op":"put","path":"a","content":"ab","size":1)",
      R"("op":"put","path":"a","content":")" + content + R"(")",
      R"("op":"put","path":"a","content":")" + content + R"(","size":-1)",
      R"("op":"put","path":"a","content":")" + content + R"(","size":1,"audience":"all")",
      R"("op":"put","path":"a","content":")" + content + R"(","size":1,"audience":[["group:a"]])",
      R"("op":"put","path":"a","content":")" + content + R"(","size":1,"attributes":{"a":{}})",
      R"("op":"put","path":"a","content":")" + content + R"(","size":1,"modified":"never")",
      R"("op":"remove")",
      R"("path":"a")",
  };
  const std::string head = "{\"feed\":\"f\",\"base\":0,\"upto\":1}\n";
  for (const auto& fields : usual) {
    INFO(fields);
    const auto one = batch_from_ndjson(head + "{" + fields + "}");
    const auto other = batch_from_ndjson(head + "{" + fields + ",\"not known\":[{}]}");
    REQUIRE(one.ok() == other.ok());
    if (one)
      CHECK(*one == *other);
    else
      CHECK(one.error().message == other.error().message);
  }
  for (const auto& [tail, is_right] : std::vector<std::pair<std::string, bool>>{
           {"x", false}, {"{}", false}, {std::string(1, '\0'), false}, {" \r", true}})
    CHECK(batch_from_ndjson(head + "{" + usual[6] + "}" + tail).ok() == is_right);
}

TEST_CASE("what is wrong in a batch names the line") {
  const auto wrong =
      batch_from_ndjson("{\"feed\":\"f\",\"base\":0,\"upto\":1}\n{\"op\":\"eat\"}\n");
  REQUIRE_FALSE(wrong.ok());
  CHECK(wrong.error().message.find("line 2") == 0);
  CHECK_FALSE(batch_from_ndjson("").ok());
  CHECK_FALSE(batch_from_ndjson("{\"feed\":\"f\",\"base\":2,\"upto\":1}\n").ok());
}

TEST_CASE("a batch is bounded by its changes, however few bytes they take") {
  std::string text = "{\"feed\":\"f\",\"base\":0,\"upto\":1}\n";
  for (int i = 0; i < 50'000; ++i) text += "{\"op\":\"clear\"}\n";
  CHECK(batch_from_ndjson(text)->changes.size() == 50'000);
  text += "{\"op\":\"clear\"}\n";
  CHECK(batch_from_ndjson(text).error().code == ErrorCode::too_large);
}

TEST_CASE("present and absent are not announced as clear") {
  ChangeBatch batch{"feed-1", 0, 1, {}};
  batch.changes.push_back({1, ChangeKind::present, {}, "alice", {}});
  CHECK(to_ndjson(batch).find("clear") == std::string::npos);
}

TEST_CASE("hostile texts are refused with a sentence") {
  const std::string texts[] = {"",
                               "[]",
                               "null",
                               "{",
                               "{\"content\":7}",
                               "{\"content\":\"xyz\"}",
                               "{\"content\":\"" + kCid + "\",\"name\":\"\xff\xfe\"}",
                               "{\"content\":\"" + kCid + "\",\"overwrite\":1}",
                               "{\"content\":\"" + kCid + "\",\"sources\":[3]}",
                               "{\"a\":" + std::string(100'000, '[')};
  for (const auto& text : texts) {
    const auto read = from_json<DownloadRequest>(text);
    INFO(text.substr(0, 80));
    REQUIRE_FALSE(read.ok());
    CHECK(read.error().code == ErrorCode::invalid_argument);
    CHECK_FALSE(read.error().message.empty());
  }
  CHECK(from_json<DownloadRequest>("{\"content\":\"" + kCid + "\",\"new\":[{}]}").ok());
}

TEST_CASE("a lease that does not fit is refused") {
  CHECK(from_json<std::chrono::seconds>("{\"lease_seconds\":60}").value().count() == 60);
  CHECK_FALSE(from_json<std::chrono::seconds>("{\"lease_seconds\":18446744073709551615}").ok());
  CHECK_FALSE(from_json<std::chrono::seconds>("{\"lease_seconds\":-1}").ok());
}

TEST_CASE("an error keeps its code and position across the wire") {
  const auto error =
      error_from_problem(400, R"({"code":"invalid_argument","detail":"no","position":3})");
  CHECK(error == Error{ErrorCode::invalid_argument, "no", 3});
  CHECK(error_from_problem(502, "<html>").code == ErrorCode::unavailable);
}

TEST_CASE("what the person's own host is asked comes back the same") {
  const auto share =
      from_json<ShareSpec>(to_json(ShareSpec{"music", "/m", {false, {"staff"}, {}}}));
  CHECK(share.value().audience.groups == std::vector<std::string>{"staff"});
  DownloadRequest request;
  request.sources = {{PeerId{}, "alice", "http://127.0.0.1:6699/content/x", 5}};
  CHECK(from_json<DownloadRequest>(to_json(request)).value().sources == request.sources);
  DownloadStatus download;
  download.state = DownloadState::waiting;
  const auto text = to_json(Page<DownloadStatus>{{download}, ""});
  CHECK(text.find("{\"downloads\":[{\"id\":") == 0);
  CHECK(text.find(R"("state":"waiting")") != std::string::npos);
}

TEST_CASE("a folder of a peer is asked for, and its download comes back with the counts of files") {
  FolderRequest request{*PeerId::parse(std::string(32, 'b')), "music/\"Köln\" & <b>", "/x", true};
  const auto asked = from_json<FolderRequest>(to_json(request)).value();
  CHECK(asked.peer == request.peer);
  CHECK(asked.path == request.path);
  CHECK(asked.folder == "/x");
  CHECK(asked.overwrite);
  DownloadStatus download;
  download.name = "Köln";
  download.state = DownloadState::running;
  download.folder = {10'000, 9'231, 2, true};
  const auto text = to_json(download);
  CHECK(text.find("content") == std::string::npos);
  CHECK(text.find(R"("folder":{"files":10000,"done":9231,"failed":2,"listing":true})") !=
        std::string::npos);
  const auto back = from_json<DownloadStatus>(text).value();
  REQUIRE(back.folder);
  CHECK(back.folder->files == 10'000);
  CHECK(back.folder->done == 9'231);
  CHECK(back.folder->failed == 2);
  CHECK(back.folder->listing);
  CHECK(back.content.is_zero());
}

TEST_CASE("a download is of a content, or has the counts of a folder") {
  DownloadStatus download;
  download.content = *ContentId::parse(kCid);
  const auto text = to_json(download);
  CHECK(text.find("\"folder\"") == std::string::npos);
  CHECK_FALSE(from_json<DownloadStatus>(text).value().folder);
  auto neither = text;
  neither.replace(neither.find("\"content\""), 9, "\"contents\"");
  CHECK(from_json<DownloadStatus>(neither).error().message == "\"content\" is missing");
  download.folder.emplace();
  auto torn = to_json(download);
  torn.replace(torn.find("\"failed\":0"), 10, "\"failed\":-1");
  CHECK(from_json<DownloadStatus>(torn).error().message ==
        "\"failed\" must be a whole number that is not negative");
}

TEST_CASE("the files of a folder that are not there tell why") {
  const Page<FolderFile> page{
      {{"a/b.txt", *ContentId::parse(kCid), 7, DownloadState::failed, "it changed"},
       {"c", kEmptyContent, 0, DownloadState::queued, ""}},
      "more"};
  const auto back = from_json<Page<FolderFile>>(to_json(page)).value();
  CHECK(back.next == "more");
  REQUIRE(back.items.size() == 2);
  CHECK(back.items[0].path == "a/b.txt");
  CHECK(back.items[0].content == page.items[0].content);
  CHECK(back.items[0].size == 7);
  CHECK(back.items[0].state == DownloadState::failed);
  CHECK(back.items[0].why == "it changed");
  CHECK(back.items[1].state == DownloadState::queued);
}

TEST_CASE("an order of a download is one file or one folder, and what is wrong in it is said") {
  const std::string content = "\"content\":\"" + kCid + '"';
  const std::string peer = "\"peer\":\"" + std::string(32, 'b') + '"';
  const std::string path = R"("path":"music/album")";
  const auto order = [](const std::string& fields) {
    return from_json<DownloadOrder>("{" + fields + "}");
  };
  CHECK(std::holds_alternative<DownloadRequest>(order(content).value()));
  const auto folder = order(peer + "," + path + R"(,"folder":"there")");
  REQUIRE(std::holds_alternative<FolderRequest>(folder.value()));
  CHECK(std::get<FolderRequest>(*folder).path == "music/album");
  CHECK(std::get<FolderRequest>(*folder).folder == "there");
  const auto wrong = [&](const std::string& fields) {
    const auto read = order(fields);
    REQUIRE_FALSE(read.ok());
    CHECK(read.error().code == ErrorCode::invalid_argument);
    return read.error().message;
  };
  for (const auto& both : {content + "," + path, content + "," + peer})
    CHECK(wrong(both) ==
          "\"content\" is one file, and \"peer\" with \"path\" a folder: give one or the other");
  CHECK(wrong("") ==
        "\"content\" is missing; for a folder there are \"peer\" and \"path\" instead");
  CHECK(wrong(path) == "\"peer\" is missing: the id of the peer whose folder it is");
  CHECK(wrong(peer) == "\"path\" is missing: the peer's folder, as it lists it");
  CHECK(wrong(R"("peer":"bob",)" + path) == "\"peer\" is no id of 32 hex digits");
  CHECK(wrong(peer + R"(,"path":7)") == "\"path\" must be a text");
  CHECK(wrong(peer + "," + path + R"(,"overwrite":1)") == "\"overwrite\" must be true or false");
}

TEST_CASE("how a peer speaks TLS goes along, and what came before TLS can do without") {
  PeerRecord peer;
  peer.name = "ann";
  CHECK(to_json(peer).find("fingerprint") == std::string::npos);
  peer.fingerprint = std::string(64, 'f');
  peer.plain = false;
  CHECK(from_json<PeerRecord>(to_json(peer)).value() == peer);

  Enrollment enrollment;
  enrollment.name = "ann";
  enrollment.port = 6699;
  enrollment.fingerprint = peer.fingerprint;
  enrollment.plain = false;
  const auto told = from_json<Enrollment>(to_json(enrollment)).value();
  CHECK(told.fingerprint == peer.fingerprint);
  CHECK_FALSE(told.plain);
  const auto old = from_json<Enrollment>(R"({"name":"ann","port":6699})").value();
  CHECK(old.fingerprint.empty());
  CHECK(old.plain);

  ContentRecord content;
  content.sources = {{{}, "ann", "https://a:1/content/x", 3, peer.fingerprint},
                     {{}, "bob", "http://b:1/content/x", 3, ""}};
  CHECK(from_json<ContentRecord>(to_json(content)).value() == content);
}
