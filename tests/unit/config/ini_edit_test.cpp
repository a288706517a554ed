#include "host/config/ini_edit.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "catch.h"
#include "host/config/environment.h"

using namespace swapmeet;

namespace {
const std::string kText =
    "; what it is\n[host]\n; a name\nname = x\n\n[transfer]\n; how fast\n;upload_limit = 0\n"
    ";share.music = /m\n; the end\n\n[search]\nplugin = memory\n";
}

TEST_CASE("a key is set where it stands, commented out or not, and all else stays") {
  CHECK(with_key(kText, {"host", "name"}, "new") ==
        "; what it is\n[host]\n; a name\nname = new\n\n[transfer]\n; how fast\n;upload_limit = 0\n"
        ";share.music = /m\n; the end\n\n[search]\nplugin = memory\n");
  CHECK_THAT(with_key(kText, {"transfer", "upload_limit"}, "1M"),
             Catch::Contains("; how fast\nupload_limit = 1M\n;share.music"));
  CHECK_THAT(with_key(kText, {"search", "name"}, "y"), Catch::EndsWith("memory\nname = y\n"));
}

TEST_CASE("what belongs together stands together, and a new section at the end") {
  const auto two =
      with_key(with_key(kText, {"transfer", "share.docs"}, "/d"), {"transfer", "share.art"}, "/a");
  CHECK_THAT(two, Catch::Contains(";share.music = /m\nshare.docs = /d\nshare.art = /a\n; the end"));
  CHECK_THAT(with_key(kText, {"http", "listen"}, "127.0.0.1:1"),
             Catch::EndsWith("memory\n\n[http]\nlisten = 127.0.0.1:1\n"));
  CHECK(with_key("", {"a", "b"}, "") == "[a]\nb =\n");
  CHECK(with_key("[a]\r\nb = 1\r\n", {"a", "b"}, "2") == "[a]\r\nb = 2\r\n");
}

TEST_CASE("a key that is taken out leaves its default as a comment, once") {
  const auto set = with_key(kText, {"transfer", "upload_limit"}, "1M");
  CHECK(without_key(set, {"transfer", "upload_limit"}, "0") == kText);
  CHECK(without_key("[a]\n;k = 0\nk = 1\n", {"a", "k"}, "0") == "[a]\n;k = 0\n");
  CHECK(without_key("[a]\nk = 1\n", {"a", "k"}, std::nullopt) == "[a]\n");
  CHECK(without_key(kText, {"nowhere", "k"}, "0") == kText);
}

TEST_CASE("a value that an INI file would not give back is refused") {
  CHECK(check_value({"a", "k"}, "two words = three").ok());
  for (const char* value : {" begins", "ends ", "a ; comment", "two\nlines", "bell\a"})
    CHECK_FALSE(check_value({"a", "k"}, value).ok());
}

TEST_CASE("a file that is rewritten keeps its mode, and a link to it stays a link") {
  const auto folder =
      std::filesystem::temp_directory_path() / ("swapmeet-ini-edit-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "real.ini") << "[a]\nk = 1\n";
  ::chmod((folder / "real.ini").c_str(), 0640);
  std::filesystem::create_symlink("real.ini", folder / "link.ini");
  REQUIRE(rewrite(folder / "link.ini", "[a]\nk = 2\n").ok());
  CHECK(read_text(folder / "real.ini").value() == "[a]\nk = 2\n");
  CHECK(std::filesystem::is_symlink(folder / "link.ini"));
  struct stat status {};
  REQUIRE(::stat((folder / "real.ini").c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0640);
  CHECK_FALSE(std::filesystem::exists(folder / "real.ini.new"));
  CHECK(rewrite(folder / "none.ini", "").error().message.find("cannot be written") !=
        std::string::npos);
  std::filesystem::remove_all(folder);
}

TEST_CASE("the environment gives keys in small letters, two underscores being a dot") {
  const char* const variables[] = {"SWAPMEET_TRANSFER_SHARE__MUSIC=/m=1",
                                   "SWAPMEET_HOST=http://elsewhere",
                                   "SWAPMEET_HOST_NAME=bob",
                                   "SWAPMEET_TOKEN=secret",
                                   "SWAPMEET_EXTENSION__WEBHOOK_URL=http://x",
                                   "SWAPMEET_OTHER_KEY=1",
                                   "HOME=/root",
                                   nullptr};
  std::vector<std::string> all;
  for (const auto& one : environment_overrides(variables)) all.push_back(one.assignment);
  CHECK(all == std::vector<std::string>{"extension.webhook.url=http://x", "host.name=bob",
                                        "transfer.share.music=/m=1"});
  CHECK(environment_overrides(nullptr).empty());
}
