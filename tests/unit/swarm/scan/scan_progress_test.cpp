// What is shown of scans while they run.
#include "transfer/swarm/scan/scan_progress.h"

#include "catch.h"

namespace swapmeet::transfer_swarm {
namespace {

TEST_CASE("a share is scanned while a scan runs or files wait") {
  ScanProgress progress;
  CHECK_FALSE(progress.of("s").scanning);
  progress.begin("s");
  CHECK(progress.of("s").scanning);
  CHECK_FALSE(progress.of("t").scanning);
  progress.add("s", 2, 300);
  progress.end("s");
  CHECK(progress.of("s").scanning);
  CHECK(progress.of("s").waiting_files == 2);
  CHECK(progress.of("s").waiting_bytes == 300);
  progress.take("s", 1, 100);
  progress.committed("s", 1, 200);
  CHECK_FALSE(progress.of("s").scanning);
  CHECK(progress.of("s").waiting_bytes == 0);
}

TEST_CASE("never less than nothing waits") {
  ScanProgress progress;
  progress.end("s");
  progress.add("s", 1, 10);
  progress.take("s", 5, 50);
  CHECK(progress.of("s").waiting_files == 0);
  CHECK(progress.of("s").waiting_bytes == 0);
  CHECK_FALSE(progress.of("s").scanning);
}

TEST_CASE("totals count what was walked and what is in the catalogue") {
  ScanProgress progress;
  progress.walked(7);
  progress.add("s", 3, 30);
  progress.take("s", 1, 10);
  progress.committed("s", 2, 20);
  CHECK(progress.totals().walked_files == 7);
  CHECK(progress.totals().hashed_files == 2);
  CHECK(progress.totals().hashed_bytes == 20);
}

TEST_CASE("problems and totals outlive a fresh start, and a share's problem goes with it") {
  ScanProgress progress;
  progress.begin("s");
  progress.add("s", 3, 30);
  progress.committed("s", 1, 10);
  progress.set_problem("s", "why");
  progress.start_over();
  CHECK_FALSE(progress.of("s").scanning);
  CHECK(progress.of("s").waiting_files == 0);
  CHECK(progress.of("s").problem == "why");
  CHECK(progress.totals().hashed_files == 1);
  progress.forget("s");
  CHECK(progress.of("s").problem == "");
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
