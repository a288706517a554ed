// What people read of their downloads: while they come, and at the end.
#include "host/cli/download_text.h"

#include "catch.h"

using namespace swapmeet;
using namespace swapmeet::cli;

namespace {

DownloadStatus file(DownloadState state, std::uint64_t done, std::uint64_t size) {
  DownloadStatus one;
  one.id = "0123456789abcdef";
  one.name = "a.flac";
  one.path = "/there/a.flac";
  one.state = state;
  one.done = done;
  one.size = size;
  return one;
}

DownloadStatus folder(DownloadState state, const FolderCounts& counts) {
  auto one = file(state, counts.done * 20'000, counts.files * 20'000);
  one.name = "album";
  one.path = "/there/album";
  one.folder = counts;
  return one;
}

std::string line_of(const std::vector<DownloadStatus>& all) {
  return progress_line(advance_of(all), std::nullopt);
}

}  // namespace

TEST_CASE("a folder comes with its files, bytes, rate and the time that is left") {
  auto one = folder(DownloadState::running, {10'000, 9'231, 0, false});
  one.rate = 1'000'000;
  one.sources.push_back({{}, "ann", "", 5, 1'000'000, "active"});
  CHECK(line_of({one}) ==
        "9,231 of 10,000 files   92 %  185 MB of 200 MB  1.0 MB/s, 16 s left  from 1 source");
  one.folder->failed = 3;
  CHECK(line_of({one}).starts_with("9,231 of 10,000 files, 3 failed   92 %"));
}

TEST_CASE("a folder whose files are still being found has neither a part nor an end") {
  auto one = folder(DownloadState::running, {12'000, 0, 0, true});
  CHECK(line_of({one}) == "finds files: 12,000 so far  0 B");
  CHECK(progress_line(advance_of({one}), 80) == "finds files: 12,000 so far  0 B");
  one = folder(DownloadState::running, {12'000, 231, 2, true});
  one.rate = 2'000'000;
  CHECK(line_of({one}) == "finds files: 12,000 so far, 231 there, 2 failed  4.6 MB  2.0 MB/s");
  CHECK(line_of({folder(DownloadState::queued, {})}) == "finds files: 0 so far  0 B  queued");
}

TEST_CASE("several downloads are told of by their files together") {
  auto one = folder(DownloadState::running, {10, 4, 1, false});
  CHECK(line_of({one, file(DownloadState::done, 5, 5), file(DownloadState::failed, 0, 5),
                 file(DownloadState::running, 1, 5)})
            .starts_with("5 of 13 files, 2 failed"));
}

TEST_CASE("a file whose size is not known yet is not complete") {
  CHECK(line_of({file(DownloadState::running, 0, 0)}).starts_with("  0 %"));
  CHECK(line_of({file(DownloadState::done, 0, 0)}).starts_with("100 %"));
  auto waits = file(DownloadState::waiting, 0, 5);
  waits.why = "nobody is there";
  CHECK(line_of({waits}) == "  0 %  0 B of 5 B  nobody is there");
}

TEST_CASE("a folder that is complete is one line") {
  CHECK(end_text(folder(DownloadState::done, {10'000, 10'000, 0, false}), {}) ==
        "/there/album: 10,000 files, 200 MB, verified and complete\n");
  CHECK(end_text(folder(DownloadState::done, {1, 1, 0, false}), {}) ==
        "/there/album: 1 file, 20.0 kB, verified and complete\n");
}

TEST_CASE("of a folder's files that failed, ten are told with their reasons") {
  auto one = folder(DownloadState::failed, {10'000, 9'988, 12, false});
  std::vector<FolderFile> failed;
  for (int i = 0; i < 12; ++i)
    failed.push_back({"b/" + std::to_string(i), {}, 1, DownloadState::failed, "it changed"});
  const auto text = end_text(one, failed);
  CHECK(text.starts_with(
      "/there/album: 9,988 of 10,000 files, 200 MB, verified and complete; 12 were not fetched:\n"
      "  b/0: it changed\n"));
  CHECK(
      text.ends_with("  b/9: it changed\n"
                     "  and 2 more, which `swapmeet downloads files 01234567` lists\n"
                     "`swapmeet downloads resume 01234567` tries them again\n"));
  one.folder = {10'000, 9'999, 1, false};
  failed = {{"x\x1b[2J", {}, 1, DownloadState::failed, "the disk\n is full"}};
  CHECK(end_text(one, failed) ==
        "/there/album: 9,999 of 10,000 files, 200 MB, verified and complete; 1 was not fetched:\n"
        "  x\xef\xbf\xbd[2J: the disk\xef\xbf\xbd is full\n"
        "`swapmeet downloads resume 01234567` tries it again\n");
}

TEST_CASE("a folder that was stopped says how far it had come") {
  auto one = folder(DownloadState::paused, {10, 4, 0, false});
  CHECK(end_text(one, {}) == "album/ is paused, with 4 of 10 files there\n");
  one.why = "paused";
  CHECK(end_text(one, {}) == "album/ is paused, with 4 of 10 files there\n");
  one.state = DownloadState::failed;
  one.why = "it was cancelled";
  CHECK(end_text(one, {}) == "album/ is failed, with 4 of 10 files there: it was cancelled\n");
}

TEST_CASE("the end of one file names its sources") {
  auto one = file(DownloadState::done, 5, 5);
  one.sources = {{{}, "ann", "", 3, 0, "idle"}, {{}, "bob", "", 0, 0, "idle"}};
  CHECK(end_text(one, {}) == "/there/a.flac is verified and complete\n       3 B from ann\n");
  one.state = DownloadState::failed;
  one.why = "no";
  CHECK(end_text(one, {}) == "a.flac is failed: no\n");
}

TEST_CASE("what there is to know of a download") {
  auto one = folder(DownloadState::running, {10'000, 9'231, 3, true});
  one.rate = 1'000'000;
  one.sources = {{{}, "ann", "", 3, 0, "active"}};
  CHECK(detail_text(one) ==
        "album/\n"
        "  id       0123456789abcdef\n"
        "  where    /there/album\n"
        "  state    running\n"
        "  files    9,231 of 10,000, 3 failed, and it finds more\n"
        "  bytes    185 MB of 200 MB, 1.0 MB/s\n"
        "  from     ann, 3 B, active\n");
  auto waits = file(DownloadState::waiting, 0, 5);
  waits.why = "nobody is there";
  CHECK(detail_text(waits).find("  content  " + std::string(64, '0') + '\n') != std::string::npos);
  CHECK(detail_text(waits).find("  state    waiting: nobody is there\n") != std::string::npos);
}

TEST_CASE("a file of a folder that is not there is a line with its reason") {
  CHECK(file_line({"b/x.txt", {}, 20'000, DownloadState::failed, "it changed"}) ==
        "failed    20.0 kB  b/x.txt: it changed\n");
  CHECK(file_line({"c", {}, 5, DownloadState::queued, ""}) == "queued        5 B  c\n");
}

TEST_CASE("a download is shown by its numbers, its whole path, and why it does not go on") {
  const Time now{std::chrono::seconds(1000)};
  auto one = folder(DownloadState::running, {10'000, 9'231, 0, false});
  one.rate = 1'000'000;
  one.sources = {{{}, "bob", "", 5, 1, "active"},
                 {{}, "eve", "", 5, 1, "active"},
                 {{}, "gus", "", 5, 0, "idle"}};
  CHECK(row_text(one, now, 80) ==
        "01234567  running  [#########.]   92 %  185 MB of 200 MB  1.0 MB/s, 16 s left\n"
        "          /there/album/\n"
        "          9,231 of 10,000 files, from bob and 1 other\n");
  CHECK(row_text(one, now, std::nullopt) ==
        "01234567  running   92 %  185 MB of 200 MB  1.0 MB/s, 16 s left\n"
        "          /there/album/\n"
        "          9,231 of 10,000 files, from bob and 1 other\n");
  one.rate = 12'345'678;
  one.size = 999'000'000'000;
  CHECK(row_text(one, now, 80) ==
        "01234567  running  [..........]    0 %  185 MB of 999 GB\n"
        "          /there/album/\n"
        "          12.3 MB/s, 22 h 28 min left, 9,231 of 10,000 files, from bob and 1\n          "
        "other\n");
  auto waits = file(DownloadState::waiting, 5, 50);
  waits.why = "nobody who has it can be reached: ann does not answer, bob has wished for a while";
  waits.next_try = now + std::chrono::minutes(4);
  CHECK(row_text(waits, now, 60) ==
        "01234567  waiting  [#.........]   10 %  5 B of 50 B\n"
        "          /there/a.flac\n"
        "          nobody who has it can be reached: ann does not\n"
        "          answer, bob has wished for a while; tries again in\n"
        "          4 min\n");
  auto failed = folder(DownloadState::failed, {3, 2, 1, false});
  failed.why = "1 of 3 files was not fetched";
  CHECK(row_text(failed, now, std::nullopt)
            .ends_with("          1 of 3 files was not fetched; `swapmeet downloads resume "
                       "01234567` tries again\n"));
  auto done = file(DownloadState::done, 50, 50);
  done.finished = now - std::chrono::minutes(3);
  CHECK(row_text(done, now, 80) == "01234567  done     50 B, 3 min ago\n          /there/a.flac\n");
  CHECK(row_text(file(DownloadState::queued, 0, 50), now, 80) ==
        "01234567  queued   50 B\n          /there/a.flac\n");
  CHECK(row_text(file(DownloadState::queued, 0, 0), now, 80) ==
        "01234567  queued\n          /there/a.flac\n");
}

TEST_CASE("what is not shown is counted") {
  const std::vector<DownloadStatus> shown{file(DownloadState::running, 1, 5),
                                          file(DownloadState::queued, 0, 5)};
  CHECK(others_text({.queued = 10'000, .running = 1, .done = 1'937, .failed = 1}, shown) ==
        "9,999 more are queued, 1 is failed, 1,937 are done");
  CHECK(others_text({.queued = 1, .running = 1}, shown).empty());
}

TEST_CASE("who stops looking is told the ids of what goes on") {
  CHECK(going_on_text({file(DownloadState::running, 1, 5), file(DownloadState::done, 5, 5)}) ==
        "The host goes on with it: `swapmeet downloads` shows it; `swapmeet downloads cancel "
        "01234567` ends it\n");
  const std::vector<DownloadStatus> many(52, file(DownloadState::running, 1, 5));
  const auto text = going_on_text(many);
  CHECK(text.starts_with("The host goes on with 52 of them: "));
  CHECK(text.ends_with(" 01234567` ends them, and there are 2 more\n"));
}

TEST_CASE("at 80 columns the bar makes room for the time that is left") {
  Advance advance{"9 of 23 files", 150'000'000, 1'200'000'000, 12'000'000, "from 3 sources", true};
  const auto line = progress_line(advance, 80);
  CHECK(line == "9 of 23 files   12 %  150 MB of 1.2 GB  12.0 MB/s, 1 min 28 s left  from 3 sou…");
  advance.also = "";
  CHECK(progress_line(advance, 80) ==
        "[#.........] 9 of 23 files   12 %  150 MB of 1.2 GB  12.0 MB/s, 1 min 28 s left");
  CHECK(progress_line(advance, 120).starts_with("[###...........................] 9 of"));
}
