// What goes wrong between real peers while a file is on its way: the download says why it waits and
// when it tries next, and ends with the right bytes.
#include <csignal>

#include "catch.h"
#include "network.h"
#include "swapmeet/wire/json.h"

using namespace e2e;
using swapmeet::DownloadState;
using swapmeet::DownloadStatus;
using swapmeet::wire::from_json;

namespace {

constexpr std::uint64_t kMiB = 1 << 20;

// An index, a sharer whose uploads are slow enough to be caught in the middle, and a downloader.
struct Trouble {
  Trouble() {
    write_file(folder.path() / "ann/film.mkv", bytes);
    index.start();
    ann.start();
    fs::create_directories(folder.path() / "dora");
    dora.start();
    REQUIRE(eventually([&] { return find(); }));
  }
  bool find() {
    const auto hits = index.get("/api/v1/search?q=film");
    const auto page = hits ? from_json<swapmeet::SearchPage>(*hits) : hits.error();
    if (!page || page->hits.empty() || page->hits[0].sources == 0) return false;
    content = page->hits[0].content.text();
    return true;
  }
  void ask() {
    const auto body = R"({"content":")" + content + R"(","name":"film.mkv"})";
    const auto answer = dora.call("POST", "/api/v1/downloads", body);
    INFO((answer ? "" : answer.error().message));
    REQUIRE(answer.ok());
    id = from_json<DownloadStatus>(*answer)->id;
  }
  // Begins the download and waits until it is well on its way, but not at its end.
  void begin() {
    ask();
    REQUIRE(eventually([&] { return get().done >= 2 * kMiB; }));
    REQUIRE(get().state == DownloadState::running);
  }
  DownloadStatus get() {
    const auto answer = dora.get("/api/v1/downloads/" + id);
    return answer ? from_json<DownloadStatus>(*answer).value_or({}) : DownloadStatus{};
  }
  // Waits, and says why and when it tries again.
  bool waits() {
    return eventually([&] {
      const auto now = get();
      return now.state == DownloadState::waiting && !now.why.empty() && now.next_try.has_value();
    });
  }
  bool ends_well() {
    const bool done =
        eventually([&] { return get().state == DownloadState::done; }, std::chrono::seconds(90));
    return done && read_file(folder.path() / "downloads/dora/film.mkv") == bytes;
  }
  std::string peer(const std::string& name, const std::string& more = "") const {
    return peer_ini(folder.path(), name, "http://" + address, folder.path() / name) + more;
  }

  Folder folder;
  const std::string bytes = random_bytes(12 * kMiB + 5, 9);
  const std::string address = "127.0.0.1:" + std::to_string(free_port());
  Node index{folder.path(), "index", index_ini(folder.path(), address, "10s")};
  Node ann{folder.path(), "ann", peer("ann", "upload_limit = 3M\n")};
  Node dora{folder.path(), "dora", peer("dora")};
  std::string content;
  std::string id;
};

}  // namespace

TEST_CASE("the only source is killed in the middle of a piece, and comes back") {
  Trouble t;
  t.begin();
  t.ann.signal(SIGKILL);
  CHECK(t.waits());
  const auto kept = t.get().done;
  CHECK(kept >= 2 * kMiB);
  t.ann.start();
  CHECK(t.ends_well());
}

TEST_CASE("the only source stands still in the middle of a piece, and goes on") {
  Trouble t;
  t.begin();
  ::kill(t.ann.pid(), SIGSTOP);
  Node bob(t.folder.path(), "bob", t.peer("bob"));
  write_file(t.folder.path() / "bob/film.mkv", t.bytes);
  bob.start();
  CHECK(t.ends_well());  // by another that has come
  ::kill(t.ann.pid(), SIGCONT);
}

TEST_CASE("the index is killed during a download, which goes on with the source it has") {
  Trouble t;
  t.begin();
  t.index.signal(SIGKILL);
  CHECK(t.ends_well());
}

TEST_CASE("a file that is written to while it is served gives no wrong byte") {
  Trouble t;
  t.begin();
  const auto before = t.get().done;
  write_file(t.folder.path() / "ann/film.mkv", random_bytes(t.bytes.size(), 10));
  CHECK(t.waits());
  CHECK(t.get().done >= before);  // what was proven stays so
  Node bob(t.folder.path(), "bob", t.peer("bob"));
  write_file(t.folder.path() / "bob/film.mkv", t.bytes);
  bob.start();
  CHECK(t.ends_well());
}

TEST_CASE("a share that is unplugged during a download is waited for") {
  Trouble t;
  t.begin();
  fs::rename(t.folder.path() / "ann", t.folder.path() / "away");
  CHECK(t.waits());
  fs::rename(t.folder.path() / "away", t.folder.path() / "ann");
  CHECK(t.ends_well());
}

TEST_CASE("a download folder that cannot be written to is said, and tried again") {
  Trouble t;
  const auto downloads = t.folder.path() / "downloads/dora";
  fs::remove_all(downloads);
  write_file(downloads, "a file where the folder should be");  // which stops the superuser, too
  t.ask();
  CHECK(t.waits());
  CHECK(t.get().why.find(downloads.string()) != std::string::npos);
  fs::remove(downloads);
  CHECK(t.ends_well());
}

TEST_CASE("a download folder without permission to write is said, and tried again") {
  Trouble t;
  const auto downloads = t.folder.path() / "downloads/dora";
  fs::create_directories(downloads);
  t.dora.signal(SIGTERM);
  if (!t.dora.run_as_nobody()) {
    WARN("nobody cannot run the program here: nothing is tested");
    return;
  }
  t.dora.start();
  fs::permissions(downloads, fs::perms(0555));
  t.ask();
  CHECK(t.waits());
  const auto why = t.get().why;
  INFO(why);
  CHECK(why.find(downloads.string()) != std::string::npos);
  CHECK(why.find("Permission denied") != std::string::npos);
  fs::permissions(downloads, fs::perms(0755));
  CHECK(t.ends_well());
  t.dora.signal(SIGTERM);
}
