// What may stand behind a hook's key.
#include "transfer/swarm/hooks/hook_command.h"

#include <sys/stat.h>

#include <fstream>

#include "catch.h"
#include "unit/swarm/scan/shared_folder.h"

namespace swapmeet::transfer_swarm {

TEST_CASE("a hook is a program and its arguments, which no shell reads") {
  const auto command = HookCommand::parse(R"(/bin/echo  --to "my desk"	$HOME;x "a"b "")");
  REQUIRE(command.ok());
  REQUIRE(*command);
  CHECK((*command)->file == "/bin/echo");
  CHECK((*command)->arguments == std::vector<std::string>{"--to", "my desk", "$HOME;x", "ab", ""});
  CHECK(HookCommand::parse("env")->value().file.filename() == "env");
  CHECK_FALSE(HookCommand::parse("  ")->has_value());
}

TEST_CASE("a program that cannot be run is refused when the configuration is read") {
  const Folder folder;
  std::ofstream(folder.path / "script") << "#!/bin/sh\n";
  const auto refused = [](const std::string& text) {
    const auto command = HookCommand::parse(text);
    REQUIRE_FALSE(command.ok());
    return command.error().message;
  };
  CHECK(refused((folder.path / "script").string()).find("chmod +x") != std::string::npos);
  CHECK(refused("/no/such/program").find("/no/such/program") != std::string::npos);
  CHECK(refused("no-such-program-anywhere").find("whole path") != std::string::npos);
  CHECK(refused("bin/echo").find("begin it with '/'") != std::string::npos);
  CHECK(refused(folder.path.string()).find("no program") != std::string::npos);
  CHECK(refused("/bin/echo \"x").find("quotation mark") != std::string::npos);
  ::chmod((folder.path / "script").c_str(), 0755);
  CHECK(HookCommand::parse((folder.path / "script").string()).ok());
}

}  // namespace swapmeet::transfer_swarm
