// A program that the configuration names for a hook, with the arguments that stand behind it. It is
// started as it stands there: no shell reads it, and nothing that others chose becomes a part of
// it. Threads: a value; parse() looks at the disk.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "swapmeet/result.h"

namespace swapmeet::transfer_swarm {

struct HookCommand {
  std::filesystem::path file;
  std::vector<std::string> arguments;

  // Words with spaces between them; "one with spaces" stands in quotation marks. The first is an
  // absolute path, or a name that PATH leads to. nullopt: the text is empty. `invalid_argument`: a
  // quotation mark is missing, or there is no such program that this user may run.
  static Result<std::optional<HookCommand>> parse(const std::string& text);
};

// Where PATH leads to for that name; empty: nowhere.
std::filesystem::path program_in_path(const std::string& name);

}  // namespace swapmeet::transfer_swarm
