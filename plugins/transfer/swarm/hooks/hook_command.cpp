#include "transfer/swarm/hooks/hook_command.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace swapmeet::transfer_swarm {
namespace {

bool can_be_run(const std::filesystem::path& file) {
  struct stat status {};
  return ::stat(file.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         ::access(file.c_str(), X_OK) == 0;
}

Result<std::vector<std::string>> words_of(const std::string& text) {
  std::vector<std::string> words;
  bool quoted = false;
  bool in_word = false;
  for (const char c : text) {
    const bool ends = !quoted && (c == ' ' || c == '\t');
    if (ends) {
      in_word = false;
      continue;
    }
    if (!in_word) words.emplace_back();
    in_word = true;
    if (c == '"')
      quoted = !quoted;
    else
      words.back() += c;
  }
  if (quoted) return invalid_argument("a quotation mark is missing in " + text);
  return words;
}

}  // namespace

std::filesystem::path program_in_path(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::string_view folders = path == nullptr ? "/usr/bin:/bin" : path;
  while (!folders.empty()) {
    const auto end = folders.find(':');
    const std::filesystem::path folder(folders.substr(0, end));
    folders.remove_prefix(end == std::string_view::npos ? folders.size() : end + 1);
    if (folder.is_absolute() && can_be_run(folder / name)) return folder / name;
  }
  return {};
}

Result<std::optional<HookCommand>> HookCommand::parse(const std::string& text) {
  auto words = words_of(text);
  if (!words) return words.error();
  if (words->empty()) return std::optional<HookCommand>();
  HookCommand command;
  const auto& program = words->front();
  command.file = program.find('/') == std::string::npos ? program_in_path(program)
                                                        : std::filesystem::path(program);
  if (!command.file.empty() && !command.file.is_absolute())
    return invalid_argument(program + " is neither a name nor an absolute path: begin it with '/'");
  if (command.file.empty() || !can_be_run(command.file))
    return invalid_argument("there is no program " + program +
                            " that this user may run; name its whole path, and make it executable "
                            "(chmod +x)");
  command.arguments.assign(words->begin() + 1, words->end());
  return std::optional(std::move(command));
}

}  // namespace swapmeet::transfer_swarm
