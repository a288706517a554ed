// init: a commented configuration to start from, made of the samples that the program carries.
#include <fmt/format.h>
#include <unistd.h>

#include <iostream>

#include "host/cli/commands.h"
#include "host/cli/display.h"
#include "host/cli/init_text.h"
#include "host/cli/places.h"
#include "host/config/cautions.h"

namespace swapmeet::cli {
namespace {

namespace fs = std::filesystem;

Result<void> check_usage(const Arguments& arguments) {
  const auto& kind = arguments.words[0];
  if (kind != "index" && kind != "peer")
    return wrong_usage("init makes an index or a peer, not '" + kind + "'");
  if (kind == "index" && (arguments.has("--index") || arguments.has("--share")))
    return wrong_usage("--index and --share are for peers");
  if (arguments.has("--system") && arguments.words.size() == 2)
    return wrong_usage("--system has folders of its own: /etc/swapmeet and /var/lib/swapmeet");
  return {};
}

// The folders of the system's unit, of one that is named, or of this person.
InitChoices places_of(const Arguments& arguments) {
  const auto& kind = arguments.words[0];
  InitChoices choices;
  if (arguments.has("--system"))
    choices = {.file = fs::path("/etc/swapmeet") / (kind + ".ini"),
               .name = {},
               .data = "/var/lib/swapmeet",
               .downloads = "/var/lib/swapmeet/downloads",
               .index = {},
               .shares = {},
               .api = {},
               .content = {}};
  else
    choices = arguments.words.size() == 2 ? choices_in(kind, fs::absolute(arguments.words[1]))
                                          : choices_at_home(kind);
  if (arguments.has("--data")) choices.data = fs::absolute(arguments.value("--data"));
  return choices;
}

// Where it listens: as told, or so that those who are meant can reach it, on ports that are free.
Result<void> choose_listening(const Arguments& arguments, InitChoices& choices) {
  const bool is_peer = arguments.words[0] == "peer";
  auto& main = is_peer ? choices.content : choices.api;
  main = is_peer ? HostPort{is_elsewhere(choices.index) ? "0.0.0.0" : "127.0.0.1", 6699}
                 : HostPort{arguments.has("--system") ? "0.0.0.0" : "127.0.0.1", 8888};
  if (is_peer) choices.api = {"127.0.0.1", 6690};
  const auto told = arguments.value("--listen");
  if (told.find_last_of(':') != std::string::npos && told.find(']') + 1 != told.size()) {
    auto listen = parse_host_port(told);
    if (!listen) return wrong_usage("--listen: " + listen.error().message);
    main = *listen;
    if (is_peer) choose_ports(choices.api, nullptr);
    return {};
  }
  if (!told.empty()) {
    auto listen = parse_host_port(told + ':' + std::to_string(main.port));
    if (!listen) return wrong_usage("--listen: " + listen.error().message);
    main = *listen;
  }
  choose_ports(choices.api, is_peer ? &choices.content : nullptr);
  return {};
}

}  // namespace

int init(const Arguments& arguments) {
  if (auto checked = check_usage(arguments); !checked) return fail(checked.error());
  const auto& kind = arguments.words[0];
  auto choices = places_of(arguments);
  choices.name = arguments.has("--name") ? arguments.value("--name") : default_name(kind);
  choices.index = arguments.value("--index");
  for (const auto& share : arguments.values("--share"))
    choices.shares.push_back(fs::absolute(share).lexically_normal());
  if (auto chosen = choose_listening(arguments, choices); !chosen) return fail(chosen.error());
  if (auto written = write_configuration(kind, choices); !written) return fail(written.error());
  std::cout << std::flush;
  if (const auto config = read_config(choices.file, {}))
    for (const auto& one : cautions(*config))
      std::cerr << "swapmeet: careful: " << printable(one) << '\n';
  const bool is_default = arguments.words.size() < 2 && default_config() == choices.file;
  fmt::print("Wrote {}; every key is explained in it.\n", printable(choices.file.string()));
  if (arguments.has("--system") && kind == "index")
    fmt::print("Next: systemctl enable --now swapmeet\n");
  else
    fmt::print("Next: swapmeet run{}\n", is_default ? "" : " --config " + choices.file.string());
  return 0;
}

}  // namespace swapmeet::cli
