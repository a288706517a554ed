// The program: `run`, `check` and `plugins` make a host of their own; every other command speaks to
// a running one.
#include <iostream>
#include <string>
#include <vector>

#include "host/app/application.h"
#include "host/cli/cli.h"

namespace {

int own_host(const std::string& command, const std::vector<std::string>& words,
             const char* program) {
  using namespace swapmeet;
  auto options = parse_run_options(words);
  if (options && options->config.empty() && command != "plugins")
    options = Error{ErrorCode::invalid_argument, command + " needs --config FILE", {}};
  if (!options) {
    std::cerr << "swapmeet " << options.error().message << '\n';
    return 2;
  }
  if (command == "check") return check_command(*options);
  if (command == "plugins") return plugins_command(*options);
  block_signals();
  return Application(std::move(*options)).run_host(program);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string command = argc > 1 ? argv[1] : "help";
  if (command == "run" || command == "check" || command == "plugins")
    return own_host(command, {argv + 2, argv + argc}, argv[0]);
  return swapmeet::run_command(argc, argv);
}
