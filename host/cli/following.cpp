#include "host/cli/following.h"

#include <atomic>
#include <chrono>
#include <thread>

#include "host/cli/terminal.h"

namespace swapmeet::cli {

Result<void> follow(Session& session, const std::string& target, const Heard& heard) {
  const auto stream = session.open_stream();
  Result<void> ended;
  std::atomic<bool> over{false};
  std::thread reader([&] {
    ended = stream->follow(target, heard);
    over = true;
  });
  while (!over && !interrupted()) session.clock().sleep_for(std::chrono::milliseconds(100));
  stream->end();
  reader.join();
  return ended;
}

}  // namespace swapmeet::cli
