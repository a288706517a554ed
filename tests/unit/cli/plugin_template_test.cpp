// `swapmeet plugin new`: what becomes of a template, and what is refused.
#include "host/cli/plugin_template.h"

#include <fstream>

#include "catch.h"
#include "swapmeet/testing/temporary_folder.h"

using namespace swapmeet;
using namespace swapmeet::cli;
namespace fs = std::filesystem;
using Catch::Matchers::Contains;

namespace {

void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << text;
}
std::string read(const fs::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

struct Templates {
  testing::TemporaryFolder folder;
  Templates() {
    write(folder.path / "common/.github/build.yml", "@KIND@.sample @DASHED@");
    write(folder.path / "common/README.md", "@ABOUT@ @INI@\n@SNIPPET@\n");
    write(folder.path / "extension/extension_sample.cpp", "class SampleExtension; // sample");
    write(folder.path / "extension/about.txt", "About sample.\n");
  }
  auto make(const std::string& kind, const std::string& name, const fs::path& into) const {
    return make_plugin_project(folder.path, kind, name, into);
  }
};

}  // namespace

TEST_CASE("a project has the name wherever the template has its own") {
  const Templates templates;
  const testing::TemporaryFolder folder;
  const auto into = folder.path / "new/project";
  const auto written = templates.make("extension", "my_own", into);
  REQUIRE(written);
  CHECK(*written ==
        std::vector<fs::path>{".github/build.yml", "README.md", "extension_my_own.cpp"});
  CHECK(read(into / ".github/build.yml") == "extension.my_own my-own");
  CHECK(read(into / "README.md") ==
        "About my_own. index.ini\n[extension.my_own]\nplugin = my_own\n");
  CHECK(read(into / "extension_my_own.cpp") == "class MyOwnExtension; // my_own");
}

TEST_CASE("a project never overwrites what is there") {
  const Templates templates;
  const testing::TemporaryFolder folder;
  REQUIRE(templates.make("extension", "mine", folder.path));
  const auto again = templates.make("extension", "mine", folder.path);
  REQUIRE_FALSE(again);
  CHECK(again.error().code == ErrorCode::already_exists);
}

TEST_CASE("a kind that there is none of, and a name that is none, are refused") {
  const Templates templates;
  const testing::TemporaryFolder folder;
  const auto kind = templates.make("serch", "mine", folder.path);
  REQUIRE_FALSE(kind);
  CHECK_THAT(kind.error().message, Contains("'serch'") && Contains("extension"));
  for (const std::string& name : {std::string(), std::string("Mine"), std::string("a-b"),
                                  std::string("1a"), std::string("../x"), std::string(41, 'a')})
    CHECK_FALSE(templates.make("extension", name, folder.path));
  CHECK(fs::is_empty(folder.path));
}
