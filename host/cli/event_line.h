// One event as a line: for people, and as JSON.
// Threads: free functions.
#pragma once

#include <string>

namespace swapmeet::cli {

// "peer.joined      peer=5f0c… name=ann address=192.0.2.7:6699", fit for a terminal. What is empty
// is left out.
std::string event_line(const std::string& topic, const std::string& data);
// The fields, with "topic" before them: one object in one line.
std::string event_json_line(const std::string& topic, const std::string& data);

}  // namespace swapmeet::cli
