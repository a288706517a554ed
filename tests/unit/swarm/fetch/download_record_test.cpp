// What of downloads is on the disk, and that nothing changes in memory which is not.
#include "transfer/swarm/fetch/download_record.h"

#include "catch.h"
#include "swapmeet/sqlite/database.h"
#include "unit/swarm/scan/shared_folder.h"

namespace swapmeet::transfer_swarm {
namespace {

struct Recording {
  Recording() {
    auto& kept = download.kept;
    kept.seq = 1;
    kept.plan.id = kept.status.id = "0123456789abcdef";
    kept.plan.name = "name.bin";
    kept.plan.folder = "/got";
    kept.plan.given.resize(1);
    kept.plan.given[0].url = "http://127.0.0.1:1/content/x";
    REQUIRE(record->keep(download).ok());
  }
  StoredDownload stored() {
    record.emplace(file);
    auto all = record->all();
    REQUIRE(all.size() == 1);
    return all.front();
  }
  // Whatever is written from now on fails.
  void break_disk() const {
    sqlite::Database(file).execute(
        "CREATE TRIGGER broken BEFORE INSERT ON downloads BEGIN SELECT RAISE(ABORT, 'broken'); "
        "END");
  }

  Folder folder;
  std::filesystem::path file = folder.path / "downloads.sqlite";
  std::optional<DownloadRecord> record{file};
  Download download;
};

}  // namespace

TEST_CASE("a download that ran or waited is queued after a restart; a paused one stays so") {
  Recording r;
  for (const auto& [before, after] : {std::pair{DownloadState::running, DownloadState::queued},
                                      std::pair{DownloadState::waiting, DownloadState::queued},
                                      std::pair{DownloadState::paused, DownloadState::paused},
                                      std::pair{DownloadState::done, DownloadState::done}}) {
    r.download.kept.status.state = before;
    REQUIRE(r.record->keep(r.download).ok());
    CHECK(r.stored().status.state == after);
  }
}

TEST_CASE("a running plan is kept with its layer, beside sources that came meanwhile") {
  Recording r;
  auto plan = r.download.kept.plan;
  plan.given.clear();
  plan.size_known = true;
  plan.size = 3 << 20;
  plan.layer = std::string(96, 'x');
  plan.proven = "\x01";
  plan.liars = {"liar"};
  REQUIRE(r.record->keep_plan(r.download, plan).ok());
  CHECK(r.download.has_layer);
  CHECK(r.download.kept.status.size == 3 << 20);
  const auto stored = r.stored();
  CHECK(stored.plan.given.size() == 1);
  CHECK(stored.plan.proven == "\x01");
  CHECK(stored.plan.liars == std::vector<std::string>{"liar"});
  CHECK(stored.status.done == 1 << 20);
  Download again;
  again.kept = stored;
  CHECK(r.record->plan_of(again).layer == plan.layer);
  CHECK(again.has_layer);
  again.kept.status.state = DownloadState::done;
  REQUIRE(r.record->keep(again).ok());
  CHECK(r.record->plan_of(again).layer.empty());  // nobody needs it any more
}

TEST_CASE("nothing is kept of a plan whose download is being cancelled") {
  Recording r;
  r.download.cancelled = true;
  auto plan = r.download.kept.plan;
  plan.proven = "\x01";
  CHECK(r.record->keep_plan(r.download, plan).error().code == ErrorCode::cancelled);
  CHECK(r.stored().plan.proven.empty());
}

TEST_CASE("what the disk does not take does not change in memory either") {
  Recording r;
  r.break_disk();
  auto kept = r.download.kept;
  kept.offers = {"offer"};
  CHECK_FALSE(r.record->replace(r.download, kept).ok());
  CHECK(r.download.kept.offers.empty());
}

TEST_CASE("what sources gave is kept, and goes with the download") {
  Recording r;
  r.download.kept.status.sources = {{PeerId{}, "ann", "url", 7, 3, "active"},
                                    {PeerId{}, "bob", "other", 0, 3, "active"}};
  REQUIRE(r.record->keep_history(r.download).ok());
  const auto sources = r.stored().status.sources;
  REQUIRE(sources.size() == 1);
  CHECK(sources[0].name == "ann");
  CHECK(sources[0].bytes == 7);
  REQUIRE(r.record->remove(r.download).ok());
  CHECK(r.record->all().empty());
  REQUIRE(r.record->keep(r.download).ok());
  CHECK(r.stored().status.sources.empty());
}

}  // namespace swapmeet::transfer_swarm
