#include "transfer/swarm/hooks/hooks.h"

#include <algorithm>
#include <cctype>
#include <utility>
#include <variant>

namespace swapmeet::transfer_swarm {
namespace {

constexpr const char* kHookKeys[] = {"on_download_done", "on_download_failed", "on_offer",
                                     "on_upload_done"};

std::string fact_name(std::string_view field) {
  if (field == "peer") return "PEER_ID";
  if (field == "peer_name" || field == "peers") return "PEER";
  std::string name(field);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return name;
}

// No variable can have a zero byte in it.
std::string fact_text(const Event::Value& value) {
  std::string text;
  if (const auto* one = std::get_if<std::string>(&value)) text = *one;
  if (const auto* number = std::get_if<std::uint64_t>(&value)) text = std::to_string(*number);
  if (const auto* flag = std::get_if<bool>(&value)) text = *flag ? "true" : "false";
  if (const auto* time = std::get_if<Time>(&value)) text = to_rfc3339(*time);
  if (const auto* texts = std::get_if<std::vector<std::string>>(&value))
    for (const auto& one : *texts) text += (text.empty() ? "" : ", ") + one;
  std::replace(text.begin(), text.end(), '\0', ' ');
  return text;
}

}  // namespace

Result<HookCommands> hook_commands(const Settings& settings) {
  HookCommands commands;
  for (const auto* key : kHookKeys) {
    auto command = HookCommand::parse(settings.text(key));
    if (!command) return invalid_argument(std::string(key) + ": " + command.error().message);
    if (*command) commands[key] = std::move(**command);
  }
  return commands;
}

std::string hook_for(const Event& event) {
  if (event.topic == "download.ended") return "on_download_done";
  // One that waits is tried again, and has not failed.
  if (event.topic == "download.failed" && event.text("state") == "failed")
    return "on_download_failed";
  if (event.topic == "offer.came") return "on_offer";
  if (event.topic == "upload.ended") return "on_upload_done";
  return "";
}

std::vector<std::string> facts_of(const std::string& hook, const Event& event) {
  std::vector<std::string> facts{"SWAPMEET_EVENT=" + hook.substr(hook.find('_') + 1)};
  for (const auto& [name, value] : event.fields)
    facts.push_back("SWAPMEET_" + fact_name(name) + '=' + fact_text(value));
  return facts;
}

void Hooks::set(HookCommands commands) {
  const std::lock_guard lock(mutex_);
  commands_ = std::move(commands);
}

void Hooks::hear(const Event& event) {
  const auto hook = hook_for(event);
  if (hook.empty()) return;
  const std::lock_guard lock(mutex_);
  const auto found = commands_.find(hook);
  if (found != commands_.end()) runner_.run(hook, found->second, facts_of(hook, event));
}

}  // namespace swapmeet::transfer_swarm
