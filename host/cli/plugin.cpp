// plugin new: a project for a plugin of one's own, made of the template for its kind.
#include <fmt/format.h>

#include "host/cli/commands.h"
#include "host/cli/plugin_template.h"

namespace swapmeet::cli {
namespace fs = std::filesystem;

int plugin(const Arguments& arguments) {
  const auto& words = arguments.words;
  if (words[0] != "new")
    return fail(wrong_usage("a plugin can be made 'new', not '" + words[0] + "'"));
  if (words.size() != 3) return fail(wrong_usage("plugin new takes a kind and a name"));
  const auto& kind = words[1];
  const auto& name = words[2];
  const auto templates = template_folder();
  if (!templates) return fail(templates.error());
  const fs::path into = arguments.has("--into") ? arguments.value("--into") : kind + '_' + name;
  const auto written = make_plugin_project(*templates, kind, name, into);
  if (!written) return fail(written.error());
  fmt::print("{}.{} in {}:\n", kind, name, into.string());
  for (const auto& file : *written) fmt::print("  {}\n", file.string());
  const auto prefix = templates->parent_path().parent_path().parent_path();  // of PREFIX/share/…
  fmt::print(
      "Next: cd {}, then\n  cmake -B build -DCMAKE_PREFIX_PATH={}\n  cmake --build build\n"
      "  ctest --test-dir build --output-on-failure\n",
      into.string(), prefix.string());
  return 0;
}

}  // namespace swapmeet::cli
