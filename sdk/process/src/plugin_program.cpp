#include "swapmeet/process/plugin_program.h"

#include "swapmeet/json_object.h"
#include "swapmeet/loading.h"
#include "swapmeet/random.h"

namespace swapmeet::process {

Result<std::unique_ptr<Program>> start_program(Host& host, Kind kind) {
  const auto& settings = host.settings();
  if (auto safe = check_plugin_file(settings.path("program")); !safe) return safe.error();
  JsonObject told;
  for (const auto& [name, value] : settings.family("setting.*")) told.text(name, value);
  JsonObject greeting;
  greeting.number("swapmeet", 1).text("kind", name_of(kind)).object("settings", told);
  greeting.text("data", host.data_folder().string());
  ProgramOptions options;
  options.file = settings.path("program");
  options.arguments = settings.list("arguments");
  options.greeting = greeting.json();
  options.patience = settings.duration("patience");
  options.most_calls = static_cast<std::size_t>(settings.integer("max_calls"));
  options.seed = random_seed();
  auto program = std::make_unique<Program>(
      std::move(options), host.clock(),
      [&host](LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
        host.log(level, message, fields);
      });
  if (auto started = program->start(); !started) return started.error();
  return program;
}

}  // namespace swapmeet::process
