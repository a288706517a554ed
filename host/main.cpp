// The program: `run`, `check` and plain `plugins` make a host of their own, `set` and `unset`
// change the file of one; every other command speaks to a running host.
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "host/app/application.h"
#include "host/app/settings_book.h"
#include "host/cli/background.h"
#include "host/cli/cli.h"
#include "host/cli/places.h"
#include "host/cli/session.h"
#include "host/cli/settings.h"
#include "swapmeet/system_clock.h"

namespace {

// A daemon leaves this folder: paths are made absolute.
swapmeet::RunOptions options_from(const swapmeet::cli::Arguments& arguments) {
  const auto path = [&](const char* option) {
    const auto value = arguments.value(option);
    return value.empty() ? std::filesystem::path() : std::filesystem::absolute(value);
  };
  auto overrides = swapmeet::environment_overrides(environ);
  for (auto& assignment : arguments.values("--set")) overrides.push_back({std::move(assignment)});
  return {.config = path("--config"),
          .overrides = std::move(overrides),
          .daemon = arguments.has("--daemon"),
          .pidfile = path("--pidfile"),
          .json = arguments.has("--json"),
          .data = arguments.has("--data"),
          .accept_loss = arguments.has("--accept-loss")};
}

int own_host(const std::string& command, const std::vector<std::string>& words,
             const char* program) {
  using namespace swapmeet;
  const auto arguments = command_arguments(command, words);
  if (!arguments) return misused(command, arguments.error());
  if (!arguments->words.empty())
    return misused(command, {ErrorCode::invalid_argument,
                             "'" + arguments->words[0] + "' is neither reload nor shadow",
                             {}});
  auto options = options_from(*arguments);
  if (options.config.empty() && command != "plugins") {
    const auto file = cli::default_config();
    if (!file)
      return misused(command, {ErrorCode::invalid_argument,
                               "no configuration is named and none is in the usual places; "
                               "--config FILE, or make one: swapmeet init index|peer",
                               {}});
    options.config = std::filesystem::absolute(*file);
  }
  if (command == "check") return check_command(options);
  if (command == "plugins") return plugins_command(options);
  block_signals();
  return Application(std::move(options)).run_host(program);
}

// Of a file of this machine, unless another host is named.
int settings_command(const std::string& command, const std::vector<std::string>& words) {
  using namespace swapmeet;
  SystemClock clock;
  const auto arguments = command_arguments(command, words);
  if (!arguments) return misused(command, arguments.error());
  const auto named = arguments->value("--config");
  const bool elsewhere =
      arguments->has("--host") || (named.empty() && !cli::environment("SWAPMEET_HOST").empty());
  if (elsewhere) return cli::change_settings(command, *arguments, nullptr, clock);
  const auto file = named.empty() ? cli::default_config() : std::filesystem::path(named);
  if (!file)
    return misused(command, {ErrorCode::invalid_argument,
                             "no configuration is named and none is in the usual places; "
                             "--config FILE says which is meant, and `swapmeet up` makes one",
                             {}});
  const auto host = cli::known_host(*file);
  if (!host) return cli::fail(host.error());
  const SettingsBook book(host->file, environment_overrides(environ));
  const cli::LocalSettings local{
      .file = host->file,
      .data = host->data,
      .list = [&] { return book.list(); },
      .full_name = [&](const std::string& key) { return book.full_name(key); },
      .change =
          [&](const std::vector<wire::SettingChange>& changes) {
            return book.change(changes, SettingsBook::From::this_machine);
          },
      .restore = [&](const std::string& before) { return book.restore(before); }};
  return cli::change_settings(command, *arguments, &local, clock);
}

// `plugins` alone looks at what is installed; these ask a host that runs.
bool asks_host(const std::vector<std::string>& words) {
  return std::any_of(words.begin(), words.end(),
                     [](const auto& word) { return word == "reload" || word == "shadow"; });
}

}  // namespace

int main(int argc, char** argv) {
  const std::string command = argc > 1 ? argv[1] : "help";
  const std::vector<std::string> words(argv + std::min(argc, 2), argv + argc);
  if (command == "run" || command == "check" || (command == "plugins" && !asks_host(words)))
    return swapmeet::printed_help(command, words) ? 0 : own_host(command, words, argv[0]);
  if (command == "set" || command == "unset")
    return swapmeet::printed_help(command, words) ? 0 : settings_command(command, words);
  swapmeet::SystemClock clock;
  return swapmeet::run_command(command, words, clock);
}
