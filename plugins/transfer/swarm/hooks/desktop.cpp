#include "transfer/swarm/hooks/desktop.h"

#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "swapmeet/characters.h"
#include "transfer/swarm/hooks/hooks.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::size_t kTold = 3;  // of more than that only the first are named

bool has_session_bus() {
  const char* bus = std::getenv("DBUS_SESSION_BUS_ADDRESS");
  if (bus != nullptr && *bus != '\0') return true;
  const char* folder = std::getenv("XDG_RUNTIME_DIR");
  std::error_code ignored;
  return folder != nullptr &&
         std::filesystem::exists(std::filesystem::path(folder) / "bus", ignored);
}

// The text of a notification is markup, and names come from others.
std::string escaped(const std::string& text) {
  std::string safe;
  for (const char c : without_steering(text))
    if (c == '&')
      safe += "&amp;";
    else if (c == '<')
      safe += "&lt;";
    else if (c == '>')
      safe += "&gt;";
    else
      safe += c;
  return safe;
}

}  // namespace

std::optional<HookCommand> desktop_command(const std::string& choice) {
  if (choice == "no" || (choice != "yes" && !has_session_bus())) return std::nullopt;
  auto program = program_in_path("notify-send");
  if (program.empty()) return std::nullopt;
  return HookCommand{std::move(program), {"--app-name=Swapmeet", "--icon=folder-download", "--"}};
}

void Desktop::set(std::optional<HookCommand> command) {
  const std::lock_guard lock(mutex_);
  command_ = std::move(command);
}

void Desktop::hear(const Event& event) {
  const auto hook = hook_for(event);
  News news;
  if (hook == "on_download_done")
    news = {"Download done", event.text("name") + " is in " +
                                 std::filesystem::path(event.text("path")).parent_path().string()};
  else if (hook == "on_download_failed")
    news = {"Download failed", event.text("name") + ": " + event.text("why")};
  else if (hook == "on_offer")
    news = {event.text("peer_name") + " offers a file",
            event.text("name") + "; `swapmeet inbox` shows it"};
  else
    return;
  const std::lock_guard lock(mutex_);
  if (!command_) return;
  if (++untold_ <= kTold) news_.push_back(std::move(news));
}

void Desktop::look() {
  const std::lock_guard lock(mutex_);
  const auto now = clock_.steady();
  if (untold_ == 0 || !command_ || (told_ && now - *told_ < kPause)) return;
  told_ = now;
  auto command = *command_;
  auto headline =
      untold_ == 1 ? news_.front().headline : "Swapmeet: " + std::to_string(untold_) + " news";
  std::string text;
  for (const auto& one : news_)
    text += (text.empty() ? "" : "\n") +
            escaped(untold_ == 1 ? one.text : one.headline + ": " + one.text);
  if (untold_ > kTold) text += "\nand " + std::to_string(untold_ - kTold) + " more";
  command.arguments.push_back(without_steering(headline));
  command.arguments.push_back(text);
  news_.clear();
  untold_ = 0;
  runner_.run("notify", command, {});
}

}  // namespace swapmeet::transfer_swarm
