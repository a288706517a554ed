// The program behind a plugin, as the plugin's section configures it.
// Threads: free functions without shared state.
#pragma once

#include <memory>

#include "swapmeet/plugin.h"
#include "swapmeet/process/program.h"

namespace swapmeet::process {

inline constexpr KeySpec kProgramKeys[] = {
    {"program", KeyType::path, nullptr, nullptr, nullptr,
     "The program to run; it speaks JSON lines on its standard input and output."},
    {"arguments", KeyType::list, "", nullptr, nullptr, "What it is started with."},
    {"patience", KeyType::duration, "10s", "100ms", "10m",
     "How long it may take for an answer, and to greet; then it is started again."},
    {"max_calls", KeyType::integer, "64", "1", "10000",
     "Calls that wait for its answer at once; more are refused."},
    {"setting.*", KeyType::text, "", nullptr, nullptr,
     "Told to the program as it starts: setting.url = https://login.example.org/check"},
};

// For start(): the program that host.settings() name, started. `invalid_argument`: others may write
// its file, and so run what they like as this host.
Result<std::unique_ptr<Program>> start_program(Host& host, Kind kind);

}  // namespace swapmeet::process
