// What the loader refuses, and that each refusal says which file, why and what to do.
#include <sys/stat.h>

#include "catch.h"
#include "swapmeet/loading.h"
#include "tests/unit/plugins/bench_host.h"

using namespace swapmeet;
namespace fs = std::filesystem;
using Catch::Matchers::Contains;

namespace {

std::string refusal(const std::vector<std::string>& names, const RawSettings& raw = {}) {
  BenchHost host;
  const auto loaded = host.load(names, raw);
  REQUIRE_FALSE(loaded);
  return loaded.error().message;
}

std::string file_of(const std::string& name) {
  return fs::canonical(fixtures() / ("extension_" + name + ".so")).string();
}

// A copy of the well-behaved plugin in a folder of its own.
struct Copy {
  testing::TemporaryFolder folder;
  fs::path file = folder.path / "extension_base.so";
  Copy() { fs::copy_file(file_of("base"), file); }
};

}  // namespace

TEST_CASE("a descriptor that is not this host's is refused with file, both values and remedy") {
  const auto magic = refusal({"wrong_magic"});
  CHECK_THAT(magic, Contains(file_of("wrong_magic")) && Contains("is no Swapmeet plugin"));
  const auto abi = [](int major, int minor) {
    return std::to_string(major) + '.' + std::to_string(minor);
  };
  const auto speaks = "speaks " + abi(kAbiMajor, kAbiMinor);
  CHECK_THAT(refusal({"other_abi"}), Contains(file_of("other_abi")) && Contains(speaks) &&
                                         Contains("rebuild it") &&
                                         Contains("plugin ABI " + abi(kAbiMajor + 1, kAbiMinor)));
  CHECK_THAT(refusal({"newer_abi"}),
             Contains("plugin ABI " + abi(kAbiMajor, kAbiMinor + 1)) && Contains(speaks));
  CHECK_THAT(refusal({"other_size"}), Contains("has a descriptor of") && Contains("rebuild it"));
  const auto toolchain = refusal({"other_toolchain"});
  CHECK_THAT(toolchain, Contains(file_of("other_toolchain")) && Contains("gcc 4, ") &&
                            Contains(kToolchain) && Contains("rebuild it"));
}

TEST_CASE(
    "a plugin that was built with edited headers is refused, though the ABI number is right") {
  const auto edited = refusal({"other_contracts"});
  CHECK_THAT(edited, Contains(file_of("other_contracts")) && Contains("edited headers") &&
                         Contains("0123456789abcdef") && Contains("rebuild it"));
  CHECK_THAT(refusal({"no_contracts"}), Contains("swapmeet_add_plugin()"));
}

TEST_CASE("a plugin of an older minor version has that version's headers") {
  CHECK(check_contracts("x.so", "abc", "abc", "4.0"));
  const auto refused = check_contracts("x.so", "abc", "abd", "4.0");
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().message, Contains("those of 4.0 have abd"));
}

TEST_CASE("a library that exports nothing, or misses symbols, is refused") {
  CHECK_THAT(refusal({"missing_symbol"}), Contains(file_of("missing_symbol")) &&
                                              Contains("does not export 'swapmeet_plugin'") &&
                                              Contains("SWAPMEET_PLUGIN"));
  CHECK_THAT(refusal({"undefined_symbols"}),
             Contains(file_of("undefined_symbols")) && Contains("undefined symbol") &&
                 Contains("defined_nowhere") && Contains("link all that it uses"));
}

TEST_CASE("a plugin without an id, or with another than its file's name, is refused") {
  CHECK_THAT(refusal({"no_id"}), Contains(file_of("no_id")) && Contains("id"));
  CHECK_THAT(refusal({"other_id"}), Contains(file_of("other_id")) &&
                                        Contains("extension.somebody_else") &&
                                        Contains("extension.other_id"));
}

TEST_CASE("a plugin that is not there is named with where it was looked for") {
  CHECK_THAT(refusal({"nowhere"}),
             Contains("extension_nowhere.so") && Contains("swapmeet plugins"));
  CHECK_THAT(refusal({"/nowhere/x.so"}), Contains("/nowhere/x.so: there is no such file"));
}

TEST_CASE("settings are checked against the declared keys before the plugin is made") {
  CHECK(refusal({"throws_in_create"}, {{"number", "0"}}) ==
        "x.ini [extension.throws_in_create] number: 0 is below the minimum 1");
}

TEST_CASE("requirements that nobody meets, circles and doubles are refused") {
  CHECK_THAT(refusal({"dependent"}), Contains("extension.dependent requires fixture.base/1") &&
                                         Contains("add one that does"));
  CHECK_THAT(refusal({"circle_a", "circle_b"}),
             Contains("extension.circle_a → extension.circle_b → extension.circle_a"));
  CHECK_THAT(refusal({"base", "other_base"}),
             Contains("extension.base and extension.other_base both provide fixture.base/1") &&
                 Contains("choose one"));
}

TEST_CASE("a file that others may write is refused, and so is its folder") {
  Copy copy;
  CHECK(open_library(copy.file).ok());
  REQUIRE(::chmod(copy.file.c_str(), 0757) == 0);
  const auto file = open_library(copy.file);
  REQUIRE_FALSE(file);
  CHECK_THAT(file.error().message, Contains(copy.file.string()) && Contains("chmod o-w"));
  REQUIRE(::chmod(copy.file.c_str(), 0755) == 0);
  REQUIRE(::chmod(copy.folder.path.c_str(), 0777) == 0);
  const auto folder = open_library(copy.file);
  REQUIRE_FALSE(folder);
  CHECK_THAT(folder.error().message, Contains(copy.folder.path.string()) && Contains("chmod o-w"));
}
