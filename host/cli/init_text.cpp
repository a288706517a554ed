#include "host/cli/init_text.h"

#include <fcntl.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>

#include "host/cli/places.h"
#include "host/cli/share_name.h"
#include "host/config/free_port.h"
#include "host/config/ini_edit.h"
#include "samples.h"
#include "swapmeet/http.h"
#include "swapmeet/text.h"
#include "swapmeet/wire/host_url.h"

namespace swapmeet::cli {
namespace {

constexpr int kPortsApart = 100;
constexpr int kMostTries = 50;

Result<void> check_choices(const InitChoices& choices) {
  for (const auto& value : {choices.name, choices.index, choices.file.string(),
                            choices.data.string(), choices.downloads.string()})
    if (has_control(value)) return invalid_argument("'" + value + "' has a control character");
  for (const auto& folder : choices.shares)
    if (has_control(folder.string()))
      return invalid_argument(folder.string() + " has a control character");
  if (choices.name.empty()) return invalid_argument("the name is empty");
  if (!choices.index.empty())
    if (const auto index = wire::parse_host_url(choices.index); !index)
      return invalid_argument("--index: " + index.error().message);
  return {};
}

std::string user_name() {
  if (auto user = environment("USER"); !user.empty()) return user;
  const auto* known = ::getpwuid(::geteuid());
  return known != nullptr ? known->pw_name : "";
}

}  // namespace

Result<std::string> init_text(const std::string& kind, const InitChoices& choices) {
  if (auto checked = check_choices(choices); !checked) return checked.error();
  const bool peer = kind == "peer";
  std::string text(peer ? kPeerSample : kIndexSample);
  const auto sample = "config/" + kind + ".ini";
  if (const auto at = text.find(sample); at != std::string::npos)
    text.replace(at, sample.size(), choices.file.string());
  const auto set = [&](const char* section, const std::string& key, const std::string& value) {
    text = with_key(text, {section, key}, value);
  };
  set("host", "name", choices.name);
  set("host", "data", choices.data.string());
  if (!choices.api.host.empty()) set("http", "listen", choices.api.text());
  if (peer) {
    set("transfer", "download_folder", choices.downloads.string());
    if (!choices.index.empty()) set("registry", "index", choices.index);
    if (!choices.content.host.empty()) set("transfer", "listen", choices.content.text());
    std::set<std::string> taken;
    for (const auto& folder : choices.shares)
      set("transfer", "share." + share_name(folder, taken), folder.string());
  }
  if (auto read = parse_ini(text, choices.file); !read) return read.error();
  return text;
}

Result<void> write_configuration(const std::string& kind, const InitChoices& choices) {
  const auto text = init_text(kind, choices);
  if (!text) return text.error();
  std::error_code error;
  std::filesystem::create_directories(choices.file.parent_path(), error);
  const http::OpenFile out(
      ::open(choices.file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (out.descriptor() < 0 && errno == EEXIST)
    return Error{ErrorCode::already_exists,
                 choices.file.string() +
                     " exists already and stays as it is; remove it first, or name "
                     "another folder",
                 {}};
  if (out.descriptor() < 0 ||
      ::write(out.descriptor(), text->data(), text->size()) != static_cast<ssize_t>(text->size()))
    return Error{ErrorCode::internal,
                 choices.file.string() + " cannot be written: " + std::strerror(errno),
                 {}};
  return {};
}

InitChoices choices_at_home(const std::string& kind) {
  return {.file = config_home() / (kind + ".ini"),
          .name = {},
          .data = data_home() / kind,
          .downloads = std::filesystem::path(environment("HOME")) / "Downloads",
          .index = {},
          .shares = {},
          .api = {},
          .content = {}};
}

InitChoices choices_in(const std::string& kind, const std::filesystem::path& folder) {
  auto choices = choices_at_home(kind);
  choices.file = folder.lexically_normal() / (kind + ".ini");
  choices.data = std::filesystem::path("data") / kind;
  choices.downloads = "downloads";
  return choices;
}

std::string default_name(const std::string& kind) {
  char name[256] = "";
  if (::gethostname(name, sizeof name - 1) != 0) name[0] = '\0';
  std::string machine(name);
  machine = machine.substr(0, machine.find('.'));
  if (kind == "index") return machine.empty() ? "our index" : machine;
  const auto user = user_name();
  if (user.empty()) return machine.empty() ? "a peer" : machine;
  return machine.empty() ? user : user + '@' + machine;
}

void choose_ports(HostPort& api, HostPort* content) {
  const auto first = api.port;
  const auto first_content = content != nullptr ? content->port : std::uint16_t{};
  for (int i = 0; i < kMostTries; ++i) {
    api.port = static_cast<std::uint16_t>(first + i * kPortsApart);
    if (content != nullptr)
      content->port = static_cast<std::uint16_t>(first_content + i * kPortsApart);
    if (check_free(api) && (content == nullptr || check_free(*content))) return;
  }
  api.port = first;
  if (content != nullptr) content->port = first_content;
}

}  // namespace swapmeet::cli
