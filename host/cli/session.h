// One run of a command: its words and options, the host it speaks to, and how it prints.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "swapmeet/result.h"
#include "swapmeet/wire/client.h"

namespace swapmeet::cli {

class Session {
 public:
  // Takes --config, --host, --json out of the words and finds the host. `invalid_argument`.
  static Result<Session> open(std::vector<std::string> words);

  const std::vector<std::string>& words() const { return words_; }  // without the command
  bool json() const { return json_; }
  Result<std::string> call(const std::string& method, const std::string& target,
                           const std::string& body = "");
  // Prints the answer as it came.
  int print(const std::string& answer) const;

 private:
  std::vector<std::string> words_;
  bool json_ = false;
  std::unique_ptr<wire::Client> client_;
};

// The sentence on standard error, and the exit code that goes with it.
int fail(const Error& error);
int usage(const std::string& how);

// Rows as aligned columns; the first row is the heading. `right`: columns that are numbers.
void print_table(const std::vector<std::vector<std::string>>& rows, const std::vector<bool>& right);
std::string human_size(std::uint64_t bytes);  // "1.4 MB"

// Where the hits of the last search are kept, so that `get 3` knows what was third.
std::filesystem::path last_search_file();

int status(Session& session);
int peers(Session& session);
int browse(Session& session);
int search(Session& session);
int get(Session& session);
int downloads(Session& session);
int uploads(Session& session);
int share(Session& session);

}  // namespace swapmeet::cli
