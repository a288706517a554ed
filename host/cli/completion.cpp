#include "host/cli/completion.h"

#include <algorithm>
#include <set>

#include "completions.h"
#include "host/cli/usage.h"

namespace swapmeet::cli {
namespace {

const Option* option_called(const Command& command, const std::string& word) {
  const auto found =
      std::find_if(command.options.begin(), command.options.end(), [&](const Option& option) {
        return option.name == word || (!option.letter.empty() && option.letter == word);
      });
  return found == command.options.end() ? nullptr : &*found;
}

// A path of this machine, or something that only the host knows.
void offer_value(Completion& completion, const std::string& placeholder, bool is_here) {
  if (placeholder == "FILE" || placeholder == "INI")
    completion.files = completion.files || is_here;
  else if (placeholder == "FOLDER" || placeholder == "DIR")
    completion.folders = completion.folders || is_here;
  else if (completion.wanted.empty())
    completion.wanted = placeholder;
}

// What was typed before the last word, sorted.
struct Typed {
  std::vector<std::string> words;
  std::set<std::string> options;      // by name
  const Option* waits_for = nullptr;  // the last one is its value
  bool only_words = false;            // after "--"
};

Typed sort(const Command& command, const std::vector<std::string>& before) {
  Typed typed;
  for (const auto& word : before) {
    if (typed.waits_for != nullptr) {
      typed.waits_for = nullptr;
    } else if (typed.only_words || word.size() < 2 || word[0] != '-') {
      typed.words.push_back(word);
    } else if (word == "--") {
      typed.only_words = true;
    } else if (const auto* option = option_called(command, word.substr(0, word.find('=')))) {
      typed.options.insert(option->name);
      if (!option->value.empty() && word.find('=') == std::string::npos) typed.waits_for = option;
    }
  }
  return typed;
}

void offer_options(Completion& completion, const Command& command, const Typed& typed) {
  for (const auto& option : command.options)
    if (typed.options.count(option.name) == 0 || !option.value.empty())
      completion.words.push_back({option.name, option.help});
}

// A folder that is named after a peer is one of that peer's.
bool names_a_peer(const UsageLine& line, std::size_t place) {
  for (std::size_t i = 0; i < place; ++i)
    if (const auto* word = line.at(i))
      if (std::find(word->placeholders.begin(), word->placeholders.end(), "PEER") !=
          word->placeholders.end())
        return true;
  return false;
}

bool has_needed(const UsageLine& line, const Typed& typed) {
  return std::all_of(line.needed_options.begin(), line.needed_options.end(),
                     [&](const auto& name) { return typed.options.count(name) != 0; });
}

// Lines that are for options which were given count before all others.
std::vector<UsageLine> lines_for(const Command& command, const Typed& typed) {
  auto lines = usage_lines(command.usage);
  const bool is_special = std::any_of(lines.begin(), lines.end(), [&](const auto& line) {
    return !line.needed_options.empty() && has_needed(line, typed);
  });
  if (is_special) std::erase_if(lines, [](const auto& one) { return one.needed_options.empty(); });
  return lines;
}

void offer_words(Completion& completion, const Command& command, const Typed& typed) {
  std::set<std::string> offered;
  const auto place = typed.words.size();
  for (const auto& line : lines_for(command, typed)) {
    const auto* word = line.at(place);
    if (word == nullptr || !line.begins_with(typed.words)) continue;
    for (const auto& literal : word->literals)
      if (offered.insert(literal).second) completion.words.push_back({literal, ""});
    if (!has_needed(line, typed)) continue;
    const bool is_here = line.needed_options.empty() && !names_a_peer(line, place);
    for (const auto& placeholder : word->placeholders)
      offer_value(completion, placeholder, is_here);
  }
}

void keep_what_begins_with(Completion& completion, const std::string& text) {
  std::erase_if(completion.words, [&](const auto& word) { return !word.text.starts_with(text); });
}

}  // namespace

Completion complete(std::span<const Command> commands, const std::vector<std::string>& words) {
  Completion completion;
  if (words.empty()) return completion;
  const auto& last = words.back();
  const bool names_command = words.size() == 1 || (words.size() == 2 && words[0] == "help");
  if (names_command) {
    for (const auto& command : commands)
      completion.words.push_back({command.name, command.summary});
    if (words.size() == 1)
      completion.words.push_back({"help", "what there is, and how it is used"});
    keep_what_begins_with(completion, last);
    return completion;
  }
  const auto command = std::find_if(commands.begin(), commands.end(),
                                    [&](const Command& one) { return one.name == words[0]; });
  if (command == commands.end()) return completion;
  const auto typed = sort(*command, {words.begin() + 1, words.end() - 1});
  const auto equals = last.find('=');
  if (typed.waits_for != nullptr) {
    offer_value(completion, typed.waits_for->value, true);
  } else if (last.starts_with("--") && equals != std::string::npos) {
    if (const auto* option = option_called(*command, last.substr(0, equals)))
      offer_value(completion, option->value, true);
  } else if (!typed.only_words && last.starts_with('-')) {
    offer_options(completion, *command, typed);
  } else {
    offer_words(completion, *command, typed);
  }
  keep_what_begins_with(completion, last);
  return completion;
}

std::string completion_lines(const Completion& completion) {
  std::string lines;
  for (const auto& word : completion.words)
    lines += word.text + (word.help.empty() ? "" : "\t" + word.help) + "\n";
  if (completion.files) lines += ":files\n";
  if (completion.folders && !completion.files) lines += ":folders\n";
  return lines;
}

std::string completion_script(const std::string& shell) {
  if (shell == "bash") return kBashCompletion;
  if (shell == "zsh") return kZshCompletion;
  if (shell == "fish") return kFishCompletion;
  return "";
}

}  // namespace swapmeet::cli
