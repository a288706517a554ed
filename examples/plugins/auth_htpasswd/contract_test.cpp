// The auth contract, for each kind of hash that Apache writes, against the plugin's own file.
#include <swapmeet/testing/auth_contract.h>
#include <swapmeet/testing/catch.h>
#include <swapmeet/testing/temporary_folder.h>

#include <fstream>
#include <string>

using namespace swapmeet::testing;

namespace {

const std::string kOther = "eve:{SHA}L55TUjtiq8FBorTWAZ0jy6g129A=\n";

void write(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file.string() + ".new") << text;
  std::filesystem::rename(file.string() + ".new", file);
}

}  // namespace

TEST_CASE("auth.htpasswd keeps the auth contract") {
  const std::string hash = GENERATE(  // as `htpasswd -nB`, -nm, -ns and -n5 make them
      "$2y$05$t3QmudxjBxiXDUumglo7N.kDtymER4R9wJq5NKqXGxx7v3bdxr8oy",
      "$apr1$TOwMjpVl$CW2Kmxa/W6ZJQ5/MLt2lK0", "{SHA}L55TUjtiq8FBorTWAZ0jy6g129A=",
      "$6$abcdefgh$yIZAF3gQPvtKZO/"
      "9qOJKffAKKbtS3ef3qmwyugk4uWVjX8YZf/GV3A8SkFxEPY0T56CcilGrHKLffBsp6dLMG.");
  const TemporaryFolder folder;
  const auto users = folder.path / "users";
  write(users, "# members\n" + kOther + "ann:" + hash + "\n");
  write(folder.path / "groups", "friends: eve ann\nboard: ann\n");
  auth_contract([&] {
    return auth_plugin(
        PLUGIN_FILE,
        {{"file", users}, {"groups", folder.path / "groups"}, {"admin_group", "board"}},
        {.account = "ann",
         .password = "correct horse",
         .groups = {"friends", "board"},
         .roles = {"admin"},
         .remove = [users] { write(users, kOther); }});
  });
}

TEST_CASE("while the password file cannot be read, nobody logs in and no session ends") {
  const TemporaryFolder folder;
  write(folder.path / "users", kOther);
  const auto subject = auth_plugin(PLUGIN_FILE, {{"file", folder.path / "users"}});
  std::filesystem::remove(folder.path / "users");
  CHECK(subject->authenticator().current("eve").error().code == swapmeet::ErrorCode::unavailable);
}
