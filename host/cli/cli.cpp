#include "host/cli/cli.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "host/cli/command_table.h"
#include "host/cli/commands.h"
#include "host/cli/completion.h"
#include "host/cli/display.h"
#include "host/cli/known_names.h"
#include "host/cli/man_page.h"
#include "host/cli/subcommands.h"
#include "host/cli/terminal.h"

namespace swapmeet {
namespace {

using cli::Command;
using cli::commands;
using cli::host_options;
using cli::Option;
using cli::printable;

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
    if (std::any_of(options.begin(), options.end(),
                    [&](const Option& one) { return one.name == option.name; }))
      continue;
    options.push_back(option);
  }
  return options;
}

// Beside what stands to its left, in lines that fit the terminal, if it is one.
std::string beside(const std::string& text, std::size_t column) {
  const auto width = cli::terminal_width();
  if (!width || *width < 2 * column) return text;
  auto lines = cli::wrapped(text, column, width).substr(column);
  lines.pop_back();  // the end of the last one
  return lines;
}

void print_overview() {
  std::cout << "Swapmeet: file sharing with a meeting place\n\n";
  for (const auto& command : commands())
    fmt::print("  {:<32} {}\n", command.usage.substr(0, command.usage.find('\n')),
               beside(command.summary, 35));
  std::cout << R"(
`swapmeet help COMMAND` tells more. Commands speak to a running host, found by
--config FILE, --host URL, SWAPMEET_HOST, peer.ini or index.ini in
~/.config/swapmeet, or ./config/peer.ini. Every listing takes --json.
Exit codes: 0 done, 1 it failed, 2 wrong usage, 3 not found, 4 not allowed,
5 host not reachable.
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
    fmt::print("  {:<28} {}\n", names, beside(option.help, 31));
  }
}

int unknown_command(const std::string& name) {
  std::vector<std::string> names{"help"};
  for (const auto& command : commands()) names.push_back(command.name);
  const auto meant = cli::meant_text(name, names);
  std::cerr << "swapmeet: there is no command '" << printable(name) << '\''
            << (meant.empty() ? "; `swapmeet help` lists them" : meant) << '\n';
  return 2;
}

// The table with all options of each command, for manual and completion.
std::vector<Command> whole_commands() {
  auto whole = commands();
  for (auto& command : whole) command.options = options_of(command);
  return whole;
}

// For a shell: what may come next. The last word is being typed.
std::string completions(const std::vector<std::string>& words, Clock& clock) {
  const auto whole = whole_commands();
  auto completion = cli::complete(whole, words);
  const auto command = std::find_if(whole.begin(), whole.end(),
                                    [&](const Command& one) { return one.name == words[0]; });
  if (!completion.wanted.empty() && command != whole.end())
    for (auto& word :
         cli::known_names(*command, completion.wanted, {words.begin() + 1, words.end()}, clock))
      if (word.text.starts_with(words.back())) completion.words.push_back(std::move(word));
  return cli::completion_lines(completion);
}

// What packages are made with, and what shells ask: help --man, --completion SHELL, and
// --complete -- WORD…
int written_help(const std::vector<std::string>& words, Clock& clock) {
  if (words[0] == "--man") {
    std::cout << cli::man_page(whole_commands(), host_options(), SWAPMEET_VERSION);
    return 0;
  }
  if (words[0] == "--complete" && words.size() > 2 && words[1] == "--") {
    std::cout << completions({words.begin() + 2, words.end()}, clock);
    return 0;
  }
  const auto shell = words.size() == 2 && words[0] == "--completion" ? words[1] : "";
  const auto script = cli::completion_script(shell);
  std::cout << script;
  if (script.empty())
    std::cerr << "swapmeet help: there are --man and --completion bash|zsh|fish\n";
  return script.empty() ? 2 : 0;
}

int help(const std::vector<std::string>& words, Clock& clock) {
  if (words.empty() || words[0] == "--help") {
    print_overview();
    return 0;
  }
  if (words[0].starts_with("--")) return written_help(words, clock);
  if (words.size() == 1)
    if (const auto* command = find(words[0])) {
      print_usage(*command);
      return 0;
    }
  return unknown_command(words[0]);
}

}  // namespace

int cli::version(const Arguments&) {
  std::cout << "swapmeet " << SWAPMEET_VERSION << '\n';
  return 0;
}

Result<cli::Arguments> command_arguments(const std::string& name,
                                         const std::vector<std::string>& words) {
  const auto* command = find(name);
  const auto wrong = [&](const std::string& sentence) {
    return Error{ErrorCode::invalid_argument,
                 sentence + (sentence.ends_with('?') ? " `" : "; `") + "swapmeet help " + name +
                     "` tells more",
                 {}};
  };
  if (command == nullptr) return wrong("there is no such command");
  auto arguments = cli::parse_arguments(words, options_of(*command), command->free_words);
  if (!arguments) return wrong(arguments.error().message);
  if (arguments->has("--help")) return arguments;
  const auto subcommands = cli::subcommands_of(command->usage);
  if (!subcommands.empty() && !arguments->words.empty() &&
      std::find(subcommands.begin(), subcommands.end(), arguments->words[0]) == subcommands.end()) {
    const auto& typed = arguments->words[0];
    return wrong("there is no '" + name + ' ' + typed + '\'' + cli::meant_text(typed, subcommands));
  }
  if (arguments->words.size() < command->least_words) return wrong("something is missing");
  if (arguments->words.size() > command->most_words)
    return wrong("'" + arguments->words[command->most_words] + "' is one word too many");
  return arguments;
}

int misused(const std::string& command, const Error& error) {
  std::cerr << "swapmeet " << command << ": " << printable(error.message) << '\n';
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
  if (name == "help" || name == "--help" || name == "-h") return help(words, clock);
  if (name == "--version" || name == "-v") return run_command("version", words, clock);
  const auto* command = find(name);
  if (command == nullptr) return unknown_command(name);
  auto arguments = command_arguments(name, words);
  if (!arguments) return misused(name, arguments.error());
  if (arguments->has("--help")) return print_usage(*command), 0;
  if (command->alone != nullptr) return command->alone(*arguments);
  auto session = cli::Session::open(std::move(*arguments), clock);
  if (!session) return cli::fail(session.error());
  return command->on_host(*session);
}

}  // namespace swapmeet
