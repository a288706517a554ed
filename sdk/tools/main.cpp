// swapmeet-plugin-check FILE [--set key=value …] [--json]: is this plugin fit to be loaded?
// Exit code 0: nothing failed; 1: something did; 2: wrong usage.
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "checks.h"
#include "swapmeet/json_object.h"
#include "swapmeet/system_clock.h"

namespace {

using namespace swapmeet;
using namespace swapmeet::tools;

constexpr const char* kUsage =
    "swapmeet-plugin-check FILE [--set key=value …] [--json]\n"
    "\n"
    "Runs a plugin through what a host would do with it, each check in a process of its own.\n"
    "  --set key=value   a key of the plugin's section, as in the INI file\n"
    "  --json            the verdicts as JSON\n"
    "Exit code 0: nothing failed, 1: something failed, 2: wrong usage.\n";

struct Options {
  std::string file;
  RawSettings settings;
  bool json = false;
};

Result<Options> parse(const std::vector<std::string>& words) {
  Options options;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--json") {
      options.json = true;
    } else if (words[i] == "--set") {
      if (++i == words.size()) return invalid_argument("--set needs key=value");
      const auto equals = words[i].find('=');
      if (equals == std::string::npos || equals == 0)
        return invalid_argument("--set " + words[i] + ": key=value is wanted");
      options.settings.emplace_back(words[i].substr(0, equals), words[i].substr(equals + 1));
    } else if (words[i].starts_with("-")) {
      return invalid_argument("'" + words[i] + "' is not known here");
    } else if (!options.file.empty()) {
      return invalid_argument("one plugin at a time: " + options.file + " or " + words[i]);
    } else {
      options.file = words[i];
    }
  }
  if (options.file.empty()) return invalid_argument("which plugin? Name its file");
  return options;
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
                         .text("why", one.outcome.sentence));
  std::cout << JsonObject().text("file", file).objects("checks", checks).json() << '\n';
}

void print_table(const std::vector<Checked>& all) {
  for (const auto& one : all)
    std::printf("%-8s %-16s %s\n", name_of(one.outcome.verdict), one.name.c_str(),
                one.outcome.sentence.c_str());
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words == std::vector<std::string>{"--help"} || words == std::vector<std::string>{"-h"}) {
    std::cout << kUsage;
    return 0;
  }
  const auto options = parse(words);
  if (!options) {
    std::cerr << "swapmeet-plugin-check: " << options.error().message << "\n\n" << kUsage;
    return 2;
  }
  SystemClock clock;
  const auto all = check_plugin(options->file, options->settings, clock);
  if (options->json)
    print_json(options->file, all);
  else
    print_table(all);
  for (const auto& one : all)
    if (one.outcome.verdict == Verdict::failed) return 1;
  return 0;
}
