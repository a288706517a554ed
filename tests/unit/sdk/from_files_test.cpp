#include "swapmeet/from_files.h"

#include <fstream>

#include "catch.h"
#include "swapmeet/testing/temporary_folder.h"

using namespace swapmeet;

namespace {

struct Folder {
  testing::TemporaryFolder folder;
  std::filesystem::path file = folder.path / "words";
  int reads = 0;
  FromFiles<std::string> words{{file, {}}, [this] {
                                 ++reads;
                                 std::string word;
                                 std::ifstream(file) >> word;
                                 return word;
                               }};

  void write(const std::string& word) const {
    std::ofstream(folder.path / "new") << word;
    std::filesystem::rename(folder.path / "new", file);
  }
};

}  // namespace

TEST_CASE("a file is read when it is asked for first, and again when it has changed") {
  Folder folder;
  CHECK(folder.words.now().error().code == ErrorCode::unavailable);
  folder.write("one");
  const auto first = folder.words.now();
  CHECK(**first == "one");
  CHECK(**folder.words.now() == "one");
  CHECK(folder.reads == 1);
  folder.write("two");
  CHECK(**folder.words.now() == "two");
  CHECK(folder.reads == 2);
  CHECK(**first == "one");
}

TEST_CASE("a file that is gone is an error that names it, and read when it is back") {
  Folder folder;
  folder.write("one");
  CHECK(folder.words.now().ok());
  std::filesystem::remove(folder.file);
  const auto gone = folder.words.now();
  REQUIRE_FALSE(gone.ok());
  CHECK(gone.error().message.find(folder.file.string()) == 0);
  folder.write("two");
  CHECK(**folder.words.now() == "two");
}

TEST_CASE("a file that changes while it is read is not taken for what it will be") {
  testing::TemporaryFolder folder;
  const auto file = folder.path / "words";
  std::ofstream(file) << "half";
  bool is_written = true;
  FromFiles<int> words{{file}, [&] {
                         if (is_written) std::ofstream(file, std::ios::app) << " of it";
                         return 1;
                       }};
  const auto torn = words.now();
  REQUIRE_FALSE(torn.ok());
  CHECK(torn.error().message.find("is being written") != std::string::npos);
  is_written = false;
  CHECK(words.now().ok());
}
