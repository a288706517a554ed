// A plugin's file may be overwritten while it runs: what runs is a private copy, and what the file
// holds afterwards is loaded beside it.
#include <dlfcn.h>

#include <fstream>

#include "catch.h"
#include "host/plugins/library.h"
#include "tests/unit/plugins/bench_host.h"

using namespace swapmeet;
namespace fs = std::filesystem;
using Catch::Matchers::Contains;

namespace {

std::string bytes_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}
fs::path fixture(const std::string& name) { return fixtures() / ("extension_" + name + ".so"); }

// As `cp` does it: the same file, cut to nothing and written anew.
void overwrite(const fs::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

struct OwnFile {
  testing::TemporaryFolder folder;
  fs::path file = folder.path / "extension_mine.so";
  OwnFile() { fs::copy_file(fixture("base"), file); }
};

}  // namespace

TEST_CASE("a plugin runs on when its file is overwritten in place") {
  const OwnFile own;
  BenchHost host;
  REQUIRE(host.run({own.file.string()}).ok());
  overwrite(own.file, std::string(fs::file_size(own.file), '\0'));
  CHECK(host.manager.find_interface("fixture.base/1") != nullptr);
  overwrite(own.file, "");
  host.manager.stop();
  CHECK(host.log().back() == "extension.base stopped");
  CHECK(host.manager.status().at(0).file == own.file.string());
}

TEST_CASE("what a file holds afterwards is loaded beside what it held before") {
  const OwnFile own;
  const auto before = open_library(own.file);
  REQUIRE(before);
  overwrite(own.file, bytes_of(fixture("dependent")));
  const auto after = open_library(own.file);
  REQUIRE(after);
  CHECK(after->file == own.file);
  CHECK(std::string(info_of(*after->descriptor).id) == "extension.dependent");
  CHECK(std::string(info_of(*before->descriptor).id) == "extension.base");
  const auto again = open_library(own.file);
  REQUIRE(again);
  CHECK(again->descriptor == after->descriptor);
}

TEST_CASE("a plugin that is no longer there runs on, and debuggers find its symbols") {
  const OwnFile own;
  const auto library = open_library(own.file);
  REQUIRE(library);
  fs::remove(own.file);
  Dl_info place{};
  REQUIRE(::dladdr(library->descriptor, &place) != 0);
  CHECK(bytes_of(place.dli_fname) == bytes_of(fixture("base")));
  CHECK_THAT(fs::read_symlink(place.dli_fname).string(), Contains("memfd:extension_mine.so"));
}

TEST_CASE("what cannot be loaded is called by its own name") {
  const auto refused = open_library(fixture("undefined_symbols"));
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().message,
             Contains("extension_undefined_symbols.so: undefined symbol") && !Contains("/proc/"));
}
