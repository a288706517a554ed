#include "host/cli/cli.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "host/cli/commands.h"

namespace swapmeet {
namespace {

using cli::Command;
using cli::Option;

const std::vector<Option>& host_options() {
  static const std::vector<Option> kOptions{
      {"--config", "-c", "FILE", "the configuration of the host that is meant"},
      {"--host", "", "URL", "or its address, such as http://127.0.0.1:6690"},
      {"--json", "", "", "print JSON"},
      {"--help", "-h", "", "print this"}};
  return kOptions;
}

const std::vector<Command>& commands() {
  static const std::vector<Option> kNoWait{{"--no-wait", "", "", "do not wait for the end"}};
  static const std::vector<Command> kCommands{
      {"init",
       "init index|peer [DIR]",
       "write a commented configuration to start from",
       {{"--index", "", "URL", "the index that the peer registers with"},
        {"--name", "", "NAME", "what others see the host as"},
        {"--share", "", "FOLDER", "a folder to share; may be repeated"}},
       nullptr,
       cli::init,
       false,
       1,
       2},
      {"run",
       "run [--config FILE]",
       "the host, in the foreground",
       {{"--set", "", "SECTION.KEY=VALUE", "override a key"},
        {"--daemon", "", "", "run in the background"},
        {"--pidfile", "", "FILE", "write the process id there"}},
       nullptr,
       nullptr,
       false,
       0,
       0},
      {"check",
       "check [--data] [--config FILE]",
       "is this configuration right? with --data: are its data?",
       {{"--data", "", "", "look through the data folder; no host may run on it"},
        {"--set", "", "SECTION.KEY=VALUE", "override a key"}},
       nullptr,
       nullptr,
       false,
       0,
       0},
      {"plugins",
       "plugins [--config FILE]",
       "what can be loaded, and the keys each takes",
       {{"--set", "", "SECTION.KEY=VALUE", "override a key"}},
       nullptr,
       nullptr,
       false,
       0,
       0},
      {"status",
       "status",
       "the host: name, addresses, index, plugins",
       {},
       cli::status,
       nullptr,
       false,
       0,
       0},
      {"peers",
       "peers",
       "who is there",
       {{"--all", "", "", "also those that are away"}},
       cli::peers,
       nullptr,
       false,
       0,
       0},
      {"browse",
       "browse PEER [FOLDER]",
       "what a peer shares",
       {},
       cli::browse,
       nullptr,
       false,
       1,
       2},
      {"search",
       "search WORDS…",
       "words, \"a phrase\", -without, prefix*, type: ext: size> peer: path:",
       {{"--limit", "-n", "NUMBER", "show so many (50)"}},
       cli::search,
       nullptr,
       true,
       1},
      {"watch",
       "watch WORDS…",
       "tell of files that match as they appear, until Ctrl-C",
       {{"--get", "", "", "fetch them"}},
       cli::watch,
       nullptr,
       true,
       1},
      {"get",
       "get NUMBER|CONTENT|NAME…\nget --from PEER FOLDER|FILE…",
       "fetch files; NUMBER counts the last search or browse",
       {{"--from", "", "PEER", "its folders, with all that is in them, or files, as browse shows"},
        {"--folder", "-o", "FOLDER", "put them there"},
        {"--overwrite", "", "", "replace files of the same name"},
        kNoWait[0]},
       cli::get,
       nullptr,
       false,
       1},
      {"downloads",
       "downloads\ndownloads pause|resume|cancel ID…",
       "what is fetched",
       {},
       cli::downloads},
      {"uploads", "uploads", "what others fetch now", {}, cli::uploads, nullptr, false, 0, 0},
      {"share",
       "share list\nshare add NAME FOLDER\nshare remove NAME\nshare rescan [NAME]",
       "the folders that others may fetch from",
       {},
       cli::share,
       nullptr,
       false,
       0,
       3},
      {"send", "send FILE|FOLDER PEER", "send a file or a folder to one peer, who is asked",
       kNoWait, cli::send, nullptr, false, 2, 2},
      {"inbox",
       "inbox\ninbox accept|refuse ID…",
       "files sent to you and by you; refusing one of yours withdraws it",
       {},
       cli::inbox},
      {"login",
       "login [NAME]",
       "log in to a host that has accounts",
       {},
       cli::login,
       nullptr,
       false,
       0,
       1},
      {"logout", "logout", "forget the session", {}, cli::logout, nullptr, false, 0, 0},
      {"backup",
       "backup FOLDER",
       "copy the data folder of a running host; the copy can take its place",
       {},
       cli::backup,
       nullptr,
       false,
       1,
       1},
      {"account",
       "account list\naccount show|create|password|disable|enable|remove NAME\n"
       "account groups|roles NAME [LIST]",
       "administer the accounts of a host",
       {},
       cli::account,
       nullptr,
       false,
       1,
       3}};
  return kCommands;
}

const Command* find(const std::string& name) {
  const auto found = std::find_if(commands().begin(), commands().end(),
                                  [&](const Command& one) { return one.name == name; });
  return found == commands().end() ? nullptr : &*found;
}

// The command's own options and those that all have.
std::vector<Option> options_of(const Command& command) {
  auto options = command.options;
  for (const auto& option : host_options()) {
    const bool own_host = command.on_host == nullptr;  // run, check, plugins, init
    if (own_host && (option.name == "--host" || command.alone != nullptr) &&
        option.name != "--help")
      continue;
    if (own_host && option.name == "--json" && command.name != "plugins") continue;
    options.push_back(option);
  }
  return options;
}

void print_overview() {
  std::cout << "Swapmeet: file sharing with a meeting place\n\n";
  for (const auto& command : commands())
    fmt::print("  {:<32} {}\n", command.usage.substr(0, command.usage.find('\n')), command.summary);
  std::cout << R"(
`swapmeet help COMMAND` tells more. Commands speak to a running host, found by --config FILE, --host URL,
SWAPMEET_HOST, peer.ini or index.ini in ~/.config/swapmeet, or ./config/peer.ini. Every listing takes --json.
Exit codes: 0 done, 1 it failed, 2 wrong usage, 3 not found, 4 not allowed, 5 host not reachable.
)";
}

void print_usage(const Command& command) {
  std::string usage = command.usage;
  const char* before = "usage: swapmeet ";
  for (std::size_t end = 0; end != std::string::npos; before = "       swapmeet ") {
    end = usage.find('\n');
    std::cout << before << usage.substr(0, end) << '\n';
    usage.erase(0, end == std::string::npos ? usage.size() : end + 1);
  }
  std::cout << '\n' << command.summary << "\n\n";
  for (const auto& option : options_of(command)) {
    const auto names = (option.letter.empty() ? "" : option.letter + ", ") + option.name +
                       (option.value.empty() ? "" : " " + option.value);
    fmt::print("  {:<28} {}\n", names, option.help);
  }
}

int help(const std::vector<std::string>& words) {
  if (words.empty()) {
    print_overview();
    return 0;
  }
  if (words.size() == 1)
    if (const auto* command = find(words[0])) {
      print_usage(*command);
      return 0;
    }
  std::cerr << "swapmeet: there is no command '" << words[0] << "'; `swapmeet help` lists them\n";
  return 2;
}

}  // namespace

Result<cli::Arguments> command_arguments(const std::string& name,
                                         const std::vector<std::string>& words) {
  const auto* command = find(name);
  const auto wrong = [&](const std::string& sentence) {
    return Error{
        ErrorCode::invalid_argument, sentence + "; `swapmeet help " + name + "` tells more", {}};
  };
  if (command == nullptr) return wrong("there is no such command");
  auto arguments = cli::parse_arguments(words, options_of(*command), command->free_words);
  if (!arguments) return wrong(arguments.error().message);
  if (arguments->has("--help")) return arguments;
  if (arguments->words.size() < command->least_words) return wrong("something is missing");
  if (arguments->words.size() > command->most_words)
    return wrong("'" + arguments->words[command->most_words] + "' is one word too many");
  return arguments;
}

int misused(const std::string& command, const Error& error) {
  std::cerr << "swapmeet " << command << ": " << error.message << '\n';
  return 2;
}

bool printed_help(const std::string& command, const std::vector<std::string>& words) {
  const auto* known = find(command);
  if (known == nullptr || std::none_of(words.begin(), words.end(), [](const std::string& word) {
        return word == "--help" || word == "-h";
      }))
    return false;
  print_usage(*known);
  return true;
}

int run_command(const std::string& name, const std::vector<std::string>& words, Clock& clock) {
  if (name == "help" || name == "--help" || name == "-h") return help(words);
  if (name == "--version") {
    std::cout << "swapmeet " << SWAPMEET_VERSION << '\n';
    return 0;
  }
  const auto* command = find(name);
  if (command == nullptr) return help({name});
  auto arguments = command_arguments(name, words);
  if (!arguments) return misused(name, arguments.error());
  if (arguments->has("--help")) return print_usage(*command), 0;
  if (command->alone != nullptr) return command->alone(*arguments);
  auto session = cli::Session::open(std::move(*arguments), clock);
  if (!session) return cli::fail(session.error());
  return command->on_host(*session);
}

}  // namespace swapmeet
