#include "host/cli/cli.h"

#include <iostream>
#include <map>

#include "host/cli/session.h"

namespace swapmeet {
namespace {

constexpr const char* kHelp = R"(Swapmeet: file sharing with a meeting place

  swapmeet run --config FILE        the host, in the foreground (also --daemon, --pidfile FILE)
  swapmeet check --config FILE      is this configuration right?
  swapmeet plugins [--config FILE]  what can be loaded, and the keys each takes

These speak to a running host, found by --config FILE, --host URL, SWAPMEET_HOST or ./config/peer.ini;
--json prints what the API answered:

  swapmeet status
  swapmeet peers
  swapmeet browse PEER [FOLDER]
  swapmeet search WORDS…            words, "a phrase", -without, prefix*, type: ext: size> peer: path:
  swapmeet get CONTENT|NUMBER|NAME  fetches a file; NUMBER counts the hits of the last search
  swapmeet downloads [pause|resume|cancel ID]
  swapmeet uploads
  swapmeet share add NAME FOLDER | remove NAME | list | rescan [NAME]
)";

}  // namespace

int run_command(int argc, char** argv) {
  const std::string command = argc > 1 ? argv[1] : "help";
  if (command == "help" || command == "--help" || command == "-h") {
    std::cout << kHelp;
    return 0;
  }
  const std::map<std::string, int (*)(cli::Session&)> commands{
      {"status", cli::status},   {"peers", cli::peers}, {"browse", cli::browse},
      {"search", cli::search},   {"get", cli::get},     {"downloads", cli::downloads},
      {"uploads", cli::uploads}, {"share", cli::share}};
  const auto found = commands.find(command);
  if (found == commands.end()) {
    std::cerr << "swapmeet: there is no command '" << command << "'; `swapmeet help` lists them\n";
    return 2;
  }
  auto session = cli::Session::open({argv + 2, argv + argc});
  if (!session) return cli::fail(session.error());
  return found->second(*session);
}

}  // namespace swapmeet
