// swapmeet-plugin-check FILE […]: is this plugin fit to be loaded?
// Exit code 0: nothing failed; 1: something did; 2: wrong usage.
#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "checks.h"
#include "swapmeet/json_object.h"
#include "swapmeet/system_clock.h"
#include "swapmeet/values.h"

namespace {

using namespace swapmeet;
using namespace swapmeet::tools;

constexpr const char* kUsage =
    "swapmeet-plugin-check FILE [--set key=value …] [--only NAME,…] [--seed N] [--patience TIME]\n"
    "                      [--in-process] [--json]\n"
    "swapmeet-plugin-check --list\n"
    "\n"
    "Runs a plugin through what a host would do with it, each check in a process of its own, and\n"
    "calls what it provides: from many threads, and with nonsense.\n"
    "  --set key=value   a key of the plugin's section, as in the INI file\n"
    "  --only NAME,…     only these checks; '-' may stand for a blank\n"
    "  --seed N          other random changes, queries and requests (1)\n"
    "  --patience TIME   how long one check may take (30s); stop() always has 3 seconds\n"
    "  --in-process      no child processes, for a debugger: gdb --args swapmeet-plugin-check …\n"
    "  --list            the names of the checks\n"
    "  --json            the verdicts as JSON\n"
    "Exit code 0: nothing failed, 1: something failed, 2: wrong usage.\n";

struct Words {
  std::string file;
  CheckOptions options;
  bool json = false;
  bool list = false;
};

void add_names(const std::string& list, std::vector<std::string>& names) {
  std::istringstream stream(list);
  for (std::string name; std::getline(stream, name, ',');)
    if (!name.empty()) names.push_back(name);
}

// An option that takes a value.
Result<void> take(const std::string& option, const std::string& value, CheckOptions& options) {
  if (option == "--set") {
    const auto equals = value.find('=');
    if (equals == std::string::npos || equals == 0)
      return invalid_argument("--set " + value + ": key=value is wanted");
    options.settings.emplace_back(value.substr(0, equals), value.substr(equals + 1));
  } else if (option == "--only") {
    add_names(value, options.only);
  } else if (option == "--seed") {
    const auto seed = parse_integer(value);
    if (!seed || *seed < 0) return invalid_argument("--seed " + value + ": is no number");
    options.seed = static_cast<unsigned>(*seed);
  } else if (option == "--patience") {
    const auto patience = parse_duration(value);
    if (!patience || patience->count() <= 0)
      return invalid_argument("--patience " + value + ": is no time, such as 30s");
    options.patience = *patience;
  } else {
    return invalid_argument("'" + option + "' is not known here");
  }
  return {};
}

Result<Words> parse(const std::vector<std::string>& words) {
  Words parsed;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto& word = words[i];
    if (word == "--json") {
      parsed.json = true;
    } else if (word == "--list") {
      parsed.list = true;
    } else if (word == "--in-process") {
      parsed.options.in_process = true;
    } else if (word.starts_with("--") && word.find('=') != std::string::npos) {
      const auto equals = word.find('=');
      if (auto taken = take(word.substr(0, equals), word.substr(equals + 1), parsed.options);
          !taken)
        return std::move(taken).error();
    } else if (word.starts_with("-")) {
      const bool last = i + 1 == words.size();
      if (auto taken = take(word, last ? "" : words[++i], parsed.options); !taken)
        return std::move(taken).error();
    } else if (!parsed.file.empty()) {
      return invalid_argument("one plugin at a time: " + parsed.file + " or " + word);
    } else {
      parsed.file = word;
    }
  }
  if (parsed.file.empty() && !parsed.list) return invalid_argument("which plugin? Name its file");
  if (auto checked = parsed.options.check(); !checked) return std::move(checked).error();
  return parsed;
}

const char* name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::ok: return "ok";
    case Verdict::failed: return "failed";
    case Verdict::skipped: return "skipped";
  }
  return "";
}

void print_json(const std::string& file, const std::vector<Checked>& all) {
  std::vector<JsonObject> checks;
  checks.reserve(all.size());
  for (const auto& one : all)
    checks.push_back(JsonObject()
                         .text("name", one.name)
                         .text("verdict", name_of(one.outcome.verdict))
                         .text("why", one.outcome.sentence)
                         .text("advice", one.outcome.advice));
  std::cout << JsonObject().text("file", file).objects("checks", checks).json() << '\n';
}

void print_table(const std::vector<Checked>& all) {
  for (const auto& one : all) {
    std::printf("%-8s %-16s %s\n", name_of(one.outcome.verdict), one.name.c_str(),
                one.outcome.sentence.c_str());
    if (!one.outcome.advice.empty())
      std::printf("%-8s %-16s what to do: %s\n", "", "", one.outcome.advice.c_str());
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words == std::vector<std::string>{"--help"} || words == std::vector<std::string>{"-h"}) {
    std::cout << kUsage;
    return 0;
  }
  const auto parsed = parse(words);
  if (!parsed) {
    std::cerr << "swapmeet-plugin-check: " << parsed.error().message << "\n\n" << kUsage;
    return 2;
  }
  if (parsed->list) {
    for (const auto& name : check_names()) std::cout << name << '\n';
    return 0;
  }
  SystemClock clock;
  const auto all = check_plugin(parsed->file, parsed->options, clock);
  if (parsed->json)
    print_json(parsed->file, all);
  else
    print_table(all);
  for (const auto& one : all)
    if (one.outcome.verdict == Verdict::failed) return 1;
  return 0;
}
