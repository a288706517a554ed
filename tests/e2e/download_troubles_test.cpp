// What goes wrong at one end of a download, with the real program at this one: sources that break
// every rule, a disk without room, a name that is taken, a clock that is set.
#include <csignal>

#include "downloader.h"

using namespace e2e;
using fakes::Fault;

TEST_CASE("whatever one source does, the file arrives from the other") {
  const std::vector<Fault> faults{
      Fault::stalls,      Fault::silent,           Fault::trickles,     Fault::wrong_bytes,
      Fault::wrong_layer, Fault::too_few,          Fault::too_many,     Fault::wrong_range,
      Fault::wrong_size,  Fault::huge_size,        Fault::whole_file,   Fault::busy,
      Fault::full,        Fault::endless_head,     Fault::closes_after, Fault::closes_midway,
      Fault::not_http,    Fault::endless_continue,
  };
  Downloader peer("max_downloads = 64\n");
  peer.node.start();
  struct Pair {
    std::string bytes;
    FakeSource bad;
    FakeSource good;
    std::string id;
  };
  std::vector<std::unique_ptr<Pair>> pairs;
  for (std::size_t i = 0; i < faults.size(); ++i) {
    const auto bytes = fakes::noise(3 * kMiB + 77, static_cast<std::uint32_t>(i));
    pairs.emplace_back(new Pair{bytes, FakeSource(bytes), FakeSource(bytes), ""});
    auto& [wanted, bad, good, id] = *pairs.back();
    bad.misbehave(faults[i]);
    good.slow_down(kMiB);
    id = peer.start(good, std::to_string(i), {bad.source(1), good.source(2)});
  }
  for (std::size_t i = 0; i < faults.size(); ++i) {
    CAPTURE(static_cast<int>(faults[i]));
    CHECK(peer.reaches(pairs[i]->id, DownloadState::done));
    CHECK(read_file(peer.downloads() / std::to_string(i)) == pairs[i]->bytes);
  }
}

TEST_CASE("what is in the download folder is not overwritten") {
  Downloader peer;
  const FakeSource source(fakes::noise(2 * kMiB));
  write_file(peer.downloads() / "film.mkv", "mine");
  peer.node.start();
  const auto id = peer.start(source, "film.mkv", {source.source(1)});
  REQUIRE(peer.reaches(id, DownloadState::done));
  CHECK(read_file(peer.downloads() / "film.mkv") == "mine");
  CHECK(peer.get(id).path == (peer.downloads() / "film (2).mkv").string());
  CHECK(read_file(peer.get(id).path) == fakes::noise(2 * kMiB));
}

TEST_CASE("a download waits while its disk is full, and goes on when there is room") {
  Downloader peer;
  fs::create_directories(peer.downloads());
  const std::vector<std::string> small_disk{"unshare",
                                            "--mount",
                                            "sh",
                                            "-c",
                                            R"(mount -t tmpfs -o size=6m tmpfs "$0" && exec "$@")",
                                            peer.downloads().string()};
  auto may = small_disk;
  may.emplace_back("true");
  if (run_command(may).code != 0) {
    WARN("a disk cannot be mounted here: nothing is tested");
    return;
  }
  peer.node.run_under(small_disk);
  peer.node.start();
  // As the host sees it.
  const auto disk = fs::path("/proc") / std::to_string(peer.node.pid()) / "root" /
                    peer.downloads().relative_path();
  write_file(disk / "other", std::string(4 * kMiB, 'o'));
  const FakeSource source(fakes::noise(3 * kMiB));
  const auto id = peer.start(source, "film.mkv", {source.source(1)});
  REQUIRE(peer.reaches(id, DownloadState::waiting));
  const auto full = peer.get(id);
  INFO(full.why);
  CHECK(full.why.find("room") != std::string::npos);
  CHECK(full.next_try.has_value());
  CHECK_FALSE(fs::exists(disk / "film.mkv"));
  fs::remove(disk / "other");
  REQUIRE(peer.reaches(id, DownloadState::done));
  CHECK(read_file(disk / "film.mkv") == fakes::noise(3 * kMiB));
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // they want to be loaded first
TEST_CASE("a clock that is set does not hold a download up") {
  Downloader peer;
  const auto offset = peer.folder.path() / "clock";
  write_file(offset, "0");
  peer.node.run_under({"env",
                       "LD_PRELOAD=" + (program().parent_path() / "fixtures/set_clock.so").string(),
                       "SET_CLOCK=" + offset.string()});
  FakeSource source(fakes::noise(8 * kMiB));
  source.slow_down(kMiB);
  peer.node.start();
  const auto id = peer.start(source, "film.mkv", {source.source(1)});
  const auto started = peer.get(id).started;
  for (const char* seconds : {"86400", "-31536000", "3600"}) {
    const auto before = peer.get(id).done;
    write_file(offset, seconds);
    REQUIRE(eventually([&] { return peer.get(id).done > before; }));
    CHECK(peer.get(id).state == DownloadState::running);
  }
  // Also what waits.
  source.misbehave(Fault::busy);
  REQUIRE(peer.reaches(id, DownloadState::waiting));
  write_file(offset, "-86400");
  source.misbehave(Fault::none);
  source.slow_down(0);
  REQUIRE(peer.reaches(id, DownloadState::done));
  CHECK(read_file(peer.downloads() / "film.mkv") == fakes::noise(8 * kMiB));
  CHECK(peer.get(id).started == started);
}
#endif
