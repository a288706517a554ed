// The program: `run`, `check` and `plugins` make a host of their own; every other command speaks to
// a running one.
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "host/app/application.h"
#include "host/cli/cli.h"
#include "host/cli/places.h"

namespace {

int own_host(const std::string& command, const std::vector<std::string>& words,
             const char* program) {
  using namespace swapmeet;
  auto options = parse_run_options(words);
  if (options && options->config.empty() && command != "plugins") {
    if (const auto file = cli::default_config())
      options->config = std::filesystem::absolute(*file);
    else
      options = Error{ErrorCode::invalid_argument,
                      "no configuration is named and none is in the usual places; --config FILE, "
                      "or make one: swapmeet init index|peer",
                      {}};
  }
  if (!options) {
    std::cerr << "swapmeet " << command << ": " << options.error().message << '\n';
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
  const std::vector<std::string> words(argv + std::min(argc, 2), argv + argc);
  if (command == "run" || command == "check" || command == "plugins")
    return swapmeet::printed_help(command, words) ? 0 : own_host(command, words, argv[0]);
  return swapmeet::run_command(command, words);
}
