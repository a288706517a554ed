// What a request becomes: a safe name in a folder, with the size that somebody says.
#include "transfer/swarm/fetch/download_plan.h"

#include "catch.h"
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
  const auto plan = plan_for(request, "/home/ann/got", nullptr);
  return plan ? plan->folder.string() : plan.error().message;
}

ContentRecord record(std::uint64_t size, std::vector<std::string> names) {
  ContentRecord record;
  record.size = size;
  record.names = std::move(names);
  return record;
}

}  // namespace

TEST_CASE("a relative folder is below the download folder, an absolute one is where it says") {
  CHECK(folder_of("") == "/home/ann/got");
  CHECK(folder_of("films/new/") == "/home/ann/got/films/new");
  CHECK(folder_of("./films") == "/home/ann/got/films");
  CHECK(folder_of("/srv/films/") == "/srv/films");
  for (const auto* folder : {"..", "x/../../y", "x/.."})
    CHECK(folder_of(folder).find("leads out of the download folder") != std::string::npos);
  CHECK(folder_of(std::string("a\0b", 3)) == "the folder's name has a zero byte in it");
}

TEST_CASE("a plan has the name that is asked for, or the registry's first, or the content id") {
  FakeRegistry registry;
  registry.knows(record(5, {"first.bin", "second.bin"}));
  auto request = request_from(0);
  CHECK(plan_for(request, "/got", &registry)->name == "first.bin");
  request.name = "../mine.bin";
  CHECK(plan_for(request, "/got", &registry)->name == "mine.bin");
  request.name.clear();
  registry.knows(record(5, {}));
  CHECK(plan_for(request, "/got", &registry)->name == request.content.text());
  CHECK(plan_for(request, "/got", nullptr)->name == request.content.text());
}

TEST_CASE("the size is what the registry says, or else the source, unless no file has it") {
  FakeRegistry registry;
  registry.knows(record(5, {}));
  CHECK(plan_for(request_from(9), "/got", &registry)->size == 5);
  CHECK(plan_for(request_from(9), "/got", nullptr)->size == 9);
  CHECK_FALSE(plan_for(request_from(0), "/got", nullptr)->size_known);
  CHECK_FALSE(plan_for(request_from(kMostFileSize + 1), "/got", nullptr)->size_known);
  registry.knows(record(kMostFileSize + 1, {}));
  CHECK_FALSE(plan_for(request_from(9), "/got", &registry)->size_known);
}

TEST_CASE("what nobody has cannot be planned, unless the request names a source") {
  FakeRegistry registry;  // it cannot be reached
  auto request = request_from(9);
  CHECK(plan_for(request, "/got", &registry).ok());
  request.sources.clear();
  CHECK(plan_for(request, "/got", &registry).error().code == ErrorCode::unavailable);
  CHECK(plan_for(request, "/got", nullptr).error().code == ErrorCode::not_found);
}

}  // namespace swapmeet::transfer_swarm
