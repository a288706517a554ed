// The commands: what each is called, what it takes, and the function that does it. One file per
// group of commands.
// Threads: one.
#pragma once

#include <string>
#include <vector>

#include "host/cli/arguments.h"
#include "host/cli/session.h"

namespace swapmeet::cli {

struct Command {
  std::string name;
  std::string usage;                         // lines after "swapmeet ", the first for the overview
  std::string summary;                       // one line
  std::vector<Option> options{};             // besides --config, --host, --json and --help
  int (*on_host)(Session&) = nullptr;        // speaks to a running host
  int (*alone)(const Arguments&) = nullptr;  // needs none; without both: the program's own (main)
  bool free_words = false;                   // "-word" is a word
  std::size_t least_words = 0;
  std::size_t most_words = static_cast<std::size_t>(-1);
};

int status(Session& session);
int peers(Session& session);
int browse(Session& session);
int peer(Session& session);
int search(Session& session);
int watch(Session& session);
int events(Session& session);
int get(Session& session);
int downloads(Session& session);
int uploads(Session& session);
int share(Session& session);
int send(Session& session);
int inbox(Session& session);
int login(Session& session);
int logout(Session& session);
int account(Session& session);
int web(Session& session);
int backup(Session& session);
int plugins(Session& session);
int read_again(Session& session);
int init(const Arguments& arguments);
int up(const Arguments& arguments);
int stop(const Arguments& arguments);
int logs(const Arguments& arguments);
int plugin(const Arguments& arguments);
int version(const Arguments& arguments);

}  // namespace swapmeet::cli
