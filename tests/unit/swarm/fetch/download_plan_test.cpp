// What a request becomes: a safe name in a folder, with the size that somebody says.
#include "transfer/swarm/fetch/download_plan.h"

#include <fstream>

#include "catch.h"
#include "swapmeet/testing/temporary_folder.h"
#include "transfer/swarm/pieces/piece_map.h"
#include "unit/swarm/fetch/fake_registry.h"

namespace swapmeet::transfer_swarm {
namespace {

DownloadRequest request_from(std::uint64_t have) {
  DownloadRequest request;
  request.content.bytes[0] = 7;
  request.sources.emplace_back();
  request.sources[0].url = "http://127.0.0.1:1/content/x";
  request.sources[0].have = have;
  return request;
}

std::string folder_of(const std::string& folder) {
  auto request = request_from(1);
  request.folder = folder;
  const auto plan = plan_for(request, DownloadFolders{"/home/ann/got", {"/srv/films"}}, nullptr);
  return plan ? plan->folder.string() : plan.error().message;
}

ContentRecord record(std::uint64_t size, std::vector<std::string> names) {
  ContentRecord record;
  record.size = size;
  record.names = std::move(names);
  return record;
}

}  // namespace

TEST_CASE("a relative folder is below the download folder, an absolute one where it is allowed") {
  CHECK(folder_of("") == "/home/ann/got");
  CHECK(folder_of("films/new/") == "/home/ann/got/films/new");
  CHECK(folder_of("./films") == "/home/ann/got/films");
  CHECK(folder_of("/home/ann/got/films/") == "/home/ann/got/films");
  CHECK(folder_of("/srv/films/new") == "/srv/films/new");
  for (const auto* folder : {"/etc", "/srv", "/srv/filmstrip", "/home/ann", "/home/ann/got/../x"})
    CHECK(folder_of(folder).find("is outside of the folders for downloads") != std::string::npos);
  for (const auto* folder : {"..", "x/../../y", "x/.."})
    CHECK(folder_of(folder).find("leads out of the download folder") != std::string::npos);
  CHECK(folder_of(std::string("a\0b", 3)) == "the folder's name has a zero byte in it");
}

TEST_CASE("another folder is taken from whoever shows that they may write there") {
  const testing::TemporaryFolder folder;
  const DownloadFolders folders{folder.path / "got", {}};
  const auto other = folder.path / "other";
  std::filesystem::create_directories(other);
  const auto proof = std::string(kFolderProof) + std::string(32, 'a');
  const auto may = [&](const std::filesystem::path& place, const std::string& shown) {
    const auto chosen = folders.choose(place, shown);
    if (!chosen) CHECK(chosen.error().code == ErrorCode::not_allowed);
    return chosen.ok();
  };
  CHECK_FALSE(may(other, proof));
  std::ofstream(other / proof).close();
  CHECK(may(other, proof));
  CHECK(may(other / "new/folder", proof));
  CHECK_FALSE(may(other, ""));
  CHECK_FALSE(may(folder.path / "else", proof));
  CHECK_FALSE(may(folder.path / "else", "other/" + proof));
  std::ofstream(other / "file").close();
  CHECK_FALSE(may(other, "file"));
  std::filesystem::create_symlink("file",
                                  other / (std::string(kFolderProof) + std::string(32, 'b')));
  CHECK_FALSE(may(other, std::string(kFolderProof) + std::string(32, 'b')));
}

TEST_CASE("a link does not lead out of the folders for downloads") {
  const testing::TemporaryFolder folder;
  std::filesystem::create_directories(folder.path / "films");
  std::filesystem::create_directory_symlink("/etc", folder.path / "films/link");
  const DownloadFolders folders{folder.path / "got", {folder.path / "films"}};
  CHECK(folders.choose(folder.path / "films/new", "").ok());
  CHECK_FALSE(folders.choose(folder.path / "films/link/cron.d", "").ok());
  const DownloadFolders anywhere{folder.path / "got", {"/"}};
  CHECK(anywhere.choose("/etc/x", "").ok());
}

TEST_CASE("a plan has the name that is asked for, or the registry's first, or the content id") {
  FakeRegistry registry;
  registry.knows(record(5, {"first.bin", "second.bin"}));
  auto request = request_from(0);
  CHECK(plan_for(request, DownloadFolders{"/got", {}}, &registry)->name == "first.bin");
  request.name = "../mine.bin";
  CHECK(plan_for(request, DownloadFolders{"/got", {}}, &registry)->name == "mine.bin");
  request.name.clear();
  registry.knows(record(5, {}));
  CHECK(plan_for(request, DownloadFolders{"/got", {}}, &registry)->name == request.content.text());
  CHECK(plan_for(request, DownloadFolders{"/got", {}}, nullptr)->name == request.content.text());
}

TEST_CASE("the size is what the registry says, or else the source, unless no file has it") {
  FakeRegistry registry;
  registry.knows(record(5, {}));
  CHECK(plan_for(request_from(9), DownloadFolders{"/got", {}}, &registry)->size == 5);
  CHECK(plan_for(request_from(9), DownloadFolders{"/got", {}}, nullptr)->size == 9);
  CHECK_FALSE(plan_for(request_from(0), DownloadFolders{"/got", {}}, nullptr)->size_known);
  CHECK_FALSE(
      plan_for(request_from(kMostFileSize + 1), DownloadFolders{"/got", {}}, nullptr)->size_known);
  registry.knows(record(kMostFileSize + 1, {}));
  CHECK_FALSE(plan_for(request_from(9), DownloadFolders{"/got", {}}, &registry)->size_known);
}

TEST_CASE("what nobody has cannot be planned, unless the request names a source") {
  FakeRegistry registry;  // it cannot be reached
  auto request = request_from(9);
  CHECK(plan_for(request, DownloadFolders{"/got", {}}, &registry).ok());
  request.sources.clear();
  CHECK(plan_for(request, DownloadFolders{"/got", {}}, &registry).error().code ==
        ErrorCode::unavailable);
  CHECK(plan_for(request, DownloadFolders{"/got", {}}, nullptr).error().code ==
        ErrorCode::not_found);
}

}  // namespace swapmeet::transfer_swarm
