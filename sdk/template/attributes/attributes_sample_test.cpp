// The reader in a fake host, with files as a transfer plugin would open them.
#include <fcntl.h>
#include <swapmeet/attribute_reader.h>
#include <swapmeet/http.h>
#include <swapmeet/testing/catch.h>
#include <swapmeet/testing/plugin_under_test.h>

#include <fstream>

using namespace swapmeet;

namespace {

Result<Attributes> attributes_of(const std::string& name, const std::string& bytes) {
  testing::PluginUnderTest plugin(PLUGIN_FILE);
  plugin.start();
  const testing::TemporaryFolder folder;
  std::ofstream(folder.path / name, std::ios::binary) << bytes;
  const http::OpenFile file(::open((folder.path / name).c_str(), O_RDONLY | O_CLOEXEC));
  return plugin.get<AttributeReader>().read(
      {.name = name, .descriptor = file.descriptor(), .size = bytes.size(), .deadline = {}});
}

}  // namespace

TEST_CASE("attributes.sample takes the first line as the title") {
  CHECK(*attributes_of("a.md", "# Holiday in Köln\n\nIt rained.") ==
        Attributes{{"title", "Holiday in Köln"}});
  CHECK(attributes_of("a.txt", "")->empty());
}

TEST_CASE("attributes.sample bears files that are broken") {
  CHECK(attributes_of("a.txt", std::string(5000, '\0')).error().code ==
        ErrorCode::invalid_argument);
  CHECK(attributes_of("a.txt", "\xff\xfe\x01")->empty());
}

TEST_CASE("attributes.sample reads texts only") {
  testing::PluginUnderTest plugin(PLUGIN_FILE, {{"endings", "text"}});
  plugin.start();
  CHECK(plugin.get<AttributeReader>().reads("A.TEXT"));
  CHECK_FALSE(plugin.get<AttributeReader>().reads("a.txt"));
}
