#include "host/cli/cli.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "host/cli/commands.h"
#include "host/cli/completion.h"
#include "host/cli/display.h"
#include "host/cli/known_names.h"
#include "host/cli/man_page.h"
#include "host/cli/query_words.h"
#include "host/cli/subcommands.h"
#include "host/cli/terminal.h"

namespace swapmeet {
namespace {

using cli::Command;
using cli::Option;
using cli::printable;

const std::vector<Option>& host_options() {
  static const std::vector<Option> kOptions{
      {"--config", "-c", "FILE", "the configuration of the host that is meant"},
      {"--host", "", "URL", "or its address: http://127.0.0.1:6690, https://HOST:PORT#sha256=KEY"},
      {"--ca-file", "", "FILE", "who may vouch for it over https:// (PEM)"},
      {"--insecure", "", "", "secrets may go over http:// to another machine"},
      {"--json", "", "", "print JSON"},
      {"--help", "-h", "", "print this"}};
  return kOptions;
}

std::vector<Option> search_options() {
  std::vector<Option> options{{"--interactive", "-i", "", "type, see what is found, pick and get"},
                              {"--limit", "-n", "NUMBER", "show so many (50)"},
                              {"--page", "", "NUMBER", "the page with the next so many"},
                              {"--more", "-m", "", "the next page of the last search"},
                              {"--sort", "", "ORDER", "relevance, sources, size or newest first"}};
  options.insert(options.end(), cli::filter_options().begin(), cli::filter_options().end());
  return options;
}

const std::vector<Command>& commands() {
  static const Option kNoWait{"--no-wait", "", "", "do not wait for the end"};
  static const Option kSet{"--set", "", "SECTION.KEY=VALUE", "override a key"};
  static const Option kConfig{"--config", "-c", "FILE",
                              "the configuration of the host that is meant"};
  static const std::vector<Command> kCommands{
      {.name = "up",
       .usage = "up [--share FOLDER]",
       .summary = "begin: make a peer, start it, say how it stands",
       .options = {{"--share", "", "FOLDER", "a folder to share; may be repeated"},
                   {"--index", "", "URL", "the index to join"},
                   {"--index-here", "", "", "make an index on this machine, too, and join it"},
                   {"--name", "", "NAME", "what others see it as (user@machine)"},
                   {"--listen", "", "ADDRESS", "listen there only: 127.0.0.1 for this machine"},
                   kConfig},
       .alone = cli::up,
       .most_words = 0},
      {.name = "init",
       .usage = "init index|peer [DIR]",
       .summary = "write a commented configuration to start from",
       .options = {{"--index", "", "URL", "the index that the peer registers with"},
                   {"--name", "", "NAME", "what others see the host as"},
                   {"--share", "", "FOLDER", "a folder to share; may be repeated"},
                   {"--data", "", "FOLDER", "where the host keeps what it knows"},
                   {"--listen", "", "ADDRESS",
                    "where others find it: 0.0.0.0 for all, or with a port"},
                   {"--system", "", "", "for the unit of the system, in /etc/swapmeet"}},
       .alone = cli::init,
       .least_words = 1,
       .most_words = 2},
      {.name = "run",
       .usage = "run [--config FILE]",
       .summary = "the host, in the foreground",
       .options = {kSet,
                   {"--daemon", "", "", "run in the background"},
                   {"--pidfile", "", "FILE", "write the process id there"}},
       .most_words = 0},
      {.name = "stop",
       .usage = "stop",
       .summary = "end a host that runs on this machine",
       .options = {kConfig},
       .alone = cli::stop,
       .most_words = 0},
      {.name = "reload",
       .usage = "reload",
       .summary = "read the configuration again; what came of it",
       .on_host = cli::read_again,
       .most_words = 0},
      {.name = "set",
       .usage = "set KEY VALUE\nset [KEY]",
       .summary = "change the configuration, or show what it says",
       .options = {kConfig,
                   {"--host", "", "URL", "a host elsewhere, which you administer"},
                   {"--ca-file", "", "FILE", "who may vouch for it over https:// (PEM)"},
                   {"--insecure", "", "", "secrets may go over http:// to another machine"},
                   {"--json", "", "", "print JSON"}},
       .most_words = 2},
      {.name = "unset",
       .usage = "unset KEY",
       .summary = "give a key of the configuration its default again",
       .options = {kConfig,
                   {"--host", "", "URL", "a host elsewhere, which you administer"},
                   {"--ca-file", "", "FILE", "who may vouch for it over https:// (PEM)"},
                   {"--insecure", "", "", "secrets may go over http:// to another machine"}},
       .least_words = 1,
       .most_words = 1},
      {.name = "logs",
       .usage = "logs [--follow]",
       .summary = "what a host in the background has written down",
       .options = {{"--follow", "-f", "", "go on as it writes more, until Ctrl-C"},
                   {"--lines", "-n", "NUMBER", "so many of the last lines (20)"},
                   kConfig},
       .alone = cli::logs,
       .most_words = 0},
      {.name = "check",
       .usage = "check [--data] [--config FILE]",
       .summary = "is this configuration right? with --data: are its data?",
       .options = {{"--data", "", "", "look through the data folder; no host may run on it"},
                   {"--accept-loss", "", "",
                    "stores and keys that were lost are begun anew at the next start"},
                   kSet},
       .most_words = 0},
      {.name = "plugins",
       .usage = "plugins [--config FILE]\nplugins reload KIND\nplugins shadow",
       .summary = "what can be loaded, with its keys; replace what runs; try a shadow",
       .options = {kSet},
       .on_host = cli::plugins,
       .most_words = 2},
      {.name = "plugin",
       .usage = "plugin new KIND NAME",
       .summary = "a project for a plugin of your own: search, auth, registry, transfer, …",
       .options = {{"--into", "", "FOLDER", "make it there (KIND_NAME)"}},
       .alone = cli::plugin,
       .least_words = 1,
       .most_words = 3},
      {.name = "status",
       .usage = "status",
       .summary = "the host: name, addresses, index, plugins",
       .on_host = cli::status,
       .most_words = 0},
      {.name = "web",
       .usage = "web",
       .summary = "a link that lets your browser in, once",
       .on_host = cli::web,
       .most_words = 0},
      {.name = "peers",
       .usage = "peers",
       .summary = "who is there",
       .options = {{"--all", "", "", "also those that are away"}},
       .on_host = cli::peers,
       .most_words = 0},
      {.name = "browse",
       .usage = "browse PEER [FOLDER]",
       .summary = "what a peer shares, a folder at a time",
       .options = {{"--tree", "", "", "the folders below as well, as a tree"},
                   {"--depth", "", "NUMBER", "so many levels of it (3)"},
                   {"--all", "-a", "", "every file below, each with its path"}},
       .on_host = cli::browse,
       .least_words = 1,
       .most_words = 2},
      {.name = "search",
       .usage = "search WORDS…",
       .summary = "words, \"a phrase\", -without, prefix*, type: ext: size> peer: path:",
       .options = search_options(),
       .on_host = cli::search,
       .free_words = true},
      {.name = "watch",
       .usage = "watch WORDS…\nwatch save WORDS…\nwatch list\nwatch show [ID|WORDS…]\n"
                "watch remove ID|WORDS…",
       .summary = "tell of files that match as they appear; save searches",
       .options = {{"--get", "", "", "fetch them"}},
       .on_host = cli::watch,
       .free_words = true,
       .least_words = 1},
      {.name = "events",
       .usage = "events",
       .summary = "tell what happens on the host, until Ctrl-C",
       .options = {{"--topics", "", "LIST",
                    "only these, and what belongs to them: peer,offer.came"}},
       .on_host = cli::events,
       .most_words = 0},
      {.name = "get",
       .usage = "get NUMBER|CONTENT|NAME…\nget --from PEER FOLDER|FILE…",
       .summary = "fetch files; NUMBER counts the last search or browse",
       .options = {{"--from", "", "PEER",
                    "its folders, each with all that is in it, or files, as browse shows"},
                   {"--folder", "-o", "FOLDER", "put them there"},
                   {"--overwrite", "", "", "replace files of the same name"},
                   kNoWait},
       .on_host = cli::get,
       .least_words = 1},
      {.name = "downloads",
       .usage = "downloads\ndownloads pause|resume|cancel all|ID…\ndownloads clear [ID…]\n"
                "downloads show ID…\ndownloads files ID",
       .summary = "what is fetched, and why not; clear forgets what is done",
       .options = {{"--all", "", "", "also what is done, and all that is queued"},
                   {"--state", "", "LIST",
                    "only these: running, waiting, queued, paused, failed, done"}},
       .on_host = cli::downloads},
      {.name = "uploads",
       .usage = "uploads",
       .summary = "what others fetch now, and what they have fetched",
       .options = {{"--history", "", "", "what they have fetched, newest first"},
                   {"--limit", "-n", "NUMBER", "of these so many (50)"}},
       .on_host = cli::uploads,
       .most_words = 0},
      {.name = "share",
       .usage = "share list\nshare add [NAME] FOLDER\nshare audience NAME WHO\nshare remove NAME\n"
                "share rescan [NAME]",
       .summary = "the folders that others may fetch from, and who may",
       .options = {{"--audience", "", "WHO", "whom it is for: friends,@bob"},
                   {"--visible", "", "", "others see its name, and that it is locked"}},
       .on_host = cli::share,
       .most_words = 64},
      {.name = "send",
       .usage = "send FILE|FOLDER PEER",
       .summary = "send a file or a folder to one peer, who is asked",
       .options = {kNoWait},
       .on_host = cli::send,
       .least_words = 2,
       .most_words = 2},
      {.name = "inbox",
       .usage = "inbox\ninbox accept|refuse ID…",
       .summary = "files sent to you and by you; refusing one of yours withdraws it",
       .on_host = cli::inbox},
      {.name = "login",
       .usage = "login [NAME]",
       .summary = "log in to a host that has accounts",
       .on_host = cli::login,
       .most_words = 1},
      {.name = "logout",
       .usage = "logout",
       .summary = "end the session, and forget it",
       .on_host = cli::logout,
       .most_words = 0},
      {.name = "backup",
       .usage = "backup FOLDER",
       .summary = "copy the data folder of a running host; the copy can take its place",
       .on_host = cli::backup,
       .least_words = 1,
       .most_words = 1},
      {.name = "account",
       .usage = "account list\naccount show|create|password|disable|enable|remove NAME\n"
                "account groups|roles NAME [LIST]\n"
                "account ban NAME REASON [--days NUMBER]\naccount unban NAME\n"
                "account invite [NOTE] [--groups LIST] [--roles LIST] [--days NUMBER]\n"
                "account invitations\naccount withdraw ID\naccount join LINK|CODE [NAME]\n"
                "account sessions [NAME]\naccount end ID\naccount end all [NAME]\n"
                "account key make NAME SCOPES [--days NUMBER]\naccount key list\n"
                "account key remove ID\naccount audit [NAME]",
       .summary = "administer the accounts of a host; one's own password, sessions and keys",
       .options = {{"--days", "", "NUMBER", "for so long: a ban, an invitation, a key"},
                   {"--groups", "", "LIST", "of whoever is invited: friends,family"},
                   {"--roles", "", "LIST", "the same: admin"}},
       .on_host = cli::account,
       .least_words = 1,
       .most_words = 4},
      {.name = "peer",
       .usage = "peer forget|transfer|ban PEER\npeer ban --addresses RANGE\npeer unban NUMBER\n"
                "peer bans",
       .summary = "remove, hand over or ban peers of an index that is yours",
       .options = {{"--to", "", "ACCOUNT", "who may take the peer over; else whoever comes first"},
                   {"--for", "", "TIME", "so long: 12h, 7d; a ban without it lasts until unban"},
                   {"--addresses", "", "RANGE", "ban all that call from 203.0.113.0/24 as well"},
                   {"--reason", "", "TEXT", "why, for who is banned to read"}},
       .on_host = cli::peer,
       .least_words = 1,
       .most_words = 2},
      {.name = "version",
       .usage = "version",
       .summary = "the version of this program; --version is the same",
       .alone = cli::version,
       .most_words = 0}};
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
