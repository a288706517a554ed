// The plugin's own file, asked as a peer asks it, and what the search makes of the answers.
#include <fcntl.h>
#include <swapmeet/attribute_reader.h>
#include <swapmeet/listing.h>
#include <swapmeet/matching.h>
#include <swapmeet/query.h>
#include <swapmeet/testing/catch.h>
#include <swapmeet/testing/plugin_under_test.h>
#include <swapmeet/testing/temporary_folder.h>
#include <unistd.h>

#include <fstream>

#include "telling_words.h"

using namespace swapmeet;
using attributes_text::telling_words;

namespace {

class Documents {
 public:
  explicit Documents(const RawSettings& settings = {}) : plugin_(PLUGIN_FILE, settings) {
    plugin_.start();
  }
  AttributeReader& reader() { return plugin_.get<AttributeReader>(); }
  Result<Attributes> read(const std::string& name, const std::string& bytes) {
    std::ofstream(folder_.path / name, std::ios::binary) << bytes;
    const int descriptor = open((folder_.path / name).c_str(), O_RDONLY | O_CLOEXEC);
    auto read = reader().read({.name = name, .descriptor = descriptor, .size = bytes.size()});
    close(descriptor);
    return read;
  }
  // As a search looks at it.
  bool finds(const std::string& query, const std::string& name, const std::string& bytes) {
    Listing listing;
    listing.path = "papers/" + name;
    if (auto attributes = read(name, bytes)) listing.attributes = *attributes;
    REQUIRE(check_listing(listing).ok());
    return matches(parse_query(query).value(), listing, PeerId{}, "");
  }

 private:
  testing::TemporaryFolder folder_;
  testing::PluginUnderTest plugin_;
};

// A page with these words; poppler finds its way without the table at the end.
std::string pdf(const std::string& words) {
  const auto drawing = "BT /F1 12 Tf 20 100 Td (" + words + ") Tj ET";
  return "%PDF-1.4\n"
         "1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj\n"
         "2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj\n"
         "3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 500 200]/Contents 4 0 R"
         "/Resources<</Font<</F1 5 0 R>>>>>> endobj\n"
         "4 0 obj <</Length " +
         std::to_string(drawing.size()) + ">> stream\n" + drawing +
         "\nendstream endobj\n"
         "5 0 obj <</Type/Font/Subtype/Type1/BaseFont/Helvetica>> endobj\n"
         "6 0 obj <</Title(On Whales)/Author(H. Melville)>> endobj\n"
         "trailer <</Root 1 0 R/Info 6 0 R>>\n";
}

}  // namespace

TEST_CASE("the words that tell are kept, once each, in their order") {
  CHECK(telling_words("Call me Ishmael. The sea, the SEA, and Ishmael!") == "call ishmael sea");
  CHECK(telling_words("").empty());
  CHECK(telling_words("a b c, it is so").empty());
  CHECK(telling_words("Café cafe\u0301 CAFÉ") == "cafe");
}

TEST_CASE("when there is no room for all, often and long goes before rare and short") {
  CHECK(telling_words("one whale two whale three harpooner", 15) == "whale harpooner");
  std::string text;
  for (int i = 0; i < 5'000; ++i) text += "word" + std::to_string(i) + ' ';
  for (int i = 0; i < 50; ++i) text += "leviathan ";
  const auto words = telling_words(text);
  CHECK(words.size() <= 1'024);
  CHECK(words.size() > 1'000);
  CHECK(words.find("leviathan") != std::string::npos);
}

TEST_CASE("plain text is found by its words") {
  Documents documents;
  CHECK(documents.reader().reads("notes.TXT"));
  CHECK(documents.reader().reads("README.md"));
  CHECK_FALSE(documents.reader().reads("song.mp3"));
  const std::string text = "Some years ago - never mind how long - I thought I would sail about.";
  CHECK(documents.finds("attr.text:sail", "moby.txt", text));
  CHECK(documents.finds("attr.text:thou*", "moby.txt", text));
  CHECK_FALSE(documents.finds("attr.text:whale", "moby.txt", text));
  CHECK_FALSE(documents.finds("sail", "moby.txt", text));
  CHECK(documents.read("empty.txt", "").value().empty());
  CHECK(documents.read("bytes.txt", std::string(3'000, '\xff')).value().empty());
}

TEST_CASE("only so much of a text is looked at as the setting says") {
  Documents documents(RawSettings{{"read", "1K"}});
  const auto text = std::string(900, '.') + " harpoon " + std::string(100, '.') + " leviathan";
  CHECK(documents.read("a.txt", text).value().at("text") == "harpoon");
  CHECK(documents.reader().version() == "read=1000");
}

#ifdef READS_PDF
TEST_CASE("a PDF is found by its words, and says its title, author and pages") {
  Documents documents;
  CHECK(documents.reader().reads("a.pdf"));
  const auto read = documents.read("a.pdf", pdf("Call me Ishmael")).value();
  CHECK(read.at("text") == "call ishmael");
  CHECK(read.at("title") == "On Whales");
  CHECK(read.at("author") == "H. Melville");
  CHECK(read.at("pages") == "1");
  CHECK(documents.finds("attr.text:ishmael pages<5", "a.pdf", pdf("Call me Ishmael")));
}

TEST_CASE("a PDF that is none, or broken, has no attributes and does no harm") {
  Documents documents;
  const auto whole = pdf("Call me Ishmael");
  CHECK_FALSE(documents.read("a.pdf", "no pdf").ok());
  for (std::size_t size = 0; size < whole.size(); size += 7)
    static_cast<void>(documents.read("a.pdf", whole.substr(0, size)));
  for (std::size_t at = 0; at < whole.size(); at += 5) {
    auto broken = whole;
    broken[at] = '<';
    static_cast<void>(documents.read("a.pdf", broken));
  }
}
#endif
