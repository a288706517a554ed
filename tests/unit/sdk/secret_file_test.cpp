#include "swapmeet/secret_file.h"

#include <cstdlib>
#include <fstream>

#include "catch.h"
#include "swapmeet/testing/temporary_folder.h"

using namespace swapmeet;
namespace fs = std::filesystem;

namespace {

struct World {
  fs::path put(const std::string& bytes, unsigned mode = 0600) const {
    std::ofstream(file, std::ios::binary) << bytes;
    fs::permissions(file, fs::perms(mode));
    return file;
  }
  testing::TemporaryFolder folder;
  fs::path file = folder.path / "secret";
};

}  // namespace

TEST_CASE("a secret is the first line, without its end") {
  World world;
  CHECK(read_secret(world.put("open sesame\nnot this\n")).value() == "open sesame");
  CHECK(read_secret(world.put("from windows\r\n")).value() == "from windows");
  CHECK(read_secret(world.put(" spaces count ")).value() == " spaces count ");
  CHECK(read_secret(world.put(std::string(4096, 'x') + "\n")).value().size() == 4096);
}

TEST_CASE("a mark of the encoding in front is no part of the secret, and only UTF-8 is taken") {
  World world;
  CHECK(read_secret(world.put("\xef\xbb\xbfopen sesame\r\n")).value() == "open sesame");
  CHECK(read_secret(world.put(std::string("a\0b\0\0c", 6))).value().size() == 6);
  using namespace std::string_literals;
  for (const auto& bytes : {"\xff\xfe"s + "o\0p\0e\0n\0\n\0"s, "\xfe\xff\0o\0p\0e\0n"s,
                            "o\0p\0e\0n\0\n\0"s, "\0o\0p\0e\0n\0\n"s, "caf\xe9\n"s}) {
    const auto refused = read_secret(world.put(bytes));
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code == ErrorCode::invalid_argument);
    CHECK(refused.error().message.find("not UTF-8") != std::string::npos);
    CHECK(refused.error().message.find(world.file.string()) != std::string::npos);
  }
}

TEST_CASE("what is no secret is refused") {
  World world;
  CHECK(read_secret(world.file).error().code == ErrorCode::not_found);
  for (const auto& bytes : {std::string(), std::string("\nsecond\n"), std::string(4097, 'x')})
    CHECK(read_secret(world.put(bytes)).error().code == ErrorCode::invalid_argument);
  for (const unsigned mode : {0640U, 0604U, 0660U})
    CHECK(read_secret(world.put("known to all\n", mode)).error().code == ErrorCode::not_allowed);
  CHECK_FALSE(read_secret(world.folder.path).ok());
}

TEST_CASE("what systemd hands over is a secret, though its access list shows as the group's mode") {
  World world;
  ::setenv("CREDENTIALS_DIRECTORY", (world.folder.path.string() + "/").c_str(), 1);
  CHECK(read_secret(world.put("handed over\n", 0440)).value() == "handed over");
  CHECK(read_secret(world.put("known to all\n", 0444)).error().code == ErrorCode::not_allowed);
  ::setenv("CREDENTIALS_DIRECTORY", "/run/credentials/other", 1);
  CHECK(read_secret(world.put("another's\n", 0440)).error().code == ErrorCode::not_allowed);
  ::unsetenv("CREDENTIALS_DIRECTORY");
}

TEST_CASE("a secret is made once, for its owner's eyes") {
  World world;
  const auto made = random_hex(16);
  CHECK(made.size() == 32);
  CHECK(made != random_hex(16));
  CHECK(read_or_make_secret(world.file, made).value() == made);
  CHECK(fs::status(world.file).permissions() == fs::perms(0600));
  CHECK(read_or_make_secret(world.file, random_hex(16)).value() == made);
  CHECK(read_secret(world.file).value() == made);
  CHECK(read_or_make_secret(world.file, random_hex(8)).error().code == ErrorCode::corrupt);
}

TEST_CASE("a secret is compared as a whole, and an empty one fits nobody") {
  CHECK(equal_in_constant_time("open sesame", "open sesame"));
  CHECK_FALSE(equal_in_constant_time("open sesamE", "open sesame"));
  CHECK_FALSE(equal_in_constant_time("Open sesame", "open sesame"));
  CHECK_FALSE(equal_in_constant_time("open", "open sesame"));
  CHECK_FALSE(equal_in_constant_time("open sesame", ""));
  CHECK_FALSE(equal_in_constant_time("", ""));
  CHECK(equal_in_constant_time(std::string("a\0b", 3), std::string("a\0b", 3)));
  CHECK_FALSE(equal_in_constant_time(std::string("a\0b", 3), std::string("a\0c", 3)));
}
