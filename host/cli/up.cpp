// up: from nothing to a peer that runs, or two hosts where an index is wanted as well. What is
// there already stays as it is.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <optional>
#include <set>

#include "host/cli/background.h"
#include "host/cli/commands.h"
#include "host/cli/display.h"
#include "host/cli/first_answers.h"
#include "host/cli/init_text.h"
#include "host/cli/places.h"
#include "host/cli/share_name.h"
#include "host/cli/standing.h"
#include "host/cli/terminal.h"
#include "host/config/cautions.h"
#include "host/config/data_lock.h"
#include "swapmeet/system_clock.h"
#include "swapmeet/wire/host_url.h"

namespace swapmeet::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kUsualIndex = "http://127.0.0.1:8888";

bool is_there(const fs::path& file) {
  std::error_code ignored;
  return fs::exists(file, ignored);
}

// The first run, with all that it is asked to do.
class FirstRun {
 public:
  FirstRun(const Arguments& arguments, Clock& clock) : arguments_(arguments), clock_(clock) {}
  Result<void> check_usage() const;
  // Index and peer, as far as they are wanted: configured, running, told of.
  Result<void> bring_up();

 private:
  InitChoices choices_for(const std::string& kind) const;
  Result<bool> choose();  // false: there is only an index, and no peer is wanted
  Result<void> make_index(const fs::path& file) const;
  Result<void> make_peer(const fs::path& file);
  Result<bool> start(const fs::path& file) const;
  Result<void> tell_of_index(const fs::path& file);
  Result<void> tell_of_peer(const fs::path& file, bool is_new);
  void tell_how_to_keep_on(const fs::path& file) const;
  Result<void> share_more(Session& session) const;
  std::string listening_host() const;

  const Arguments& arguments_;
  Clock& clock_;
  bool wants_index_ = false;
  std::string index_;  // that a new peer joins
};

Result<void> FirstRun::check_usage() const {
  if (arguments_.has("--index") && arguments_.has("--index-here"))
    return wrong_usage("--index joins one and --index-here makes one: choose");
  if (arguments_.has("--index"))
    if (const auto url = wire::parse_host_url(arguments_.value("--index")); !url)
      return wrong_usage("--index: " + url.error().message);
  for (const auto& typed : arguments_.values("--share")) {
    const auto folder = whole_path(typed, environment("HOME"));
    if (const auto odd = cautions_of_shares({{typed, folder}}); !odd.empty())
      return wrong_usage("--share: " + odd.front());
  }
  return {};
}

InitChoices FirstRun::choices_for(const std::string& kind) const {
  const auto named = arguments_.value("--config");
  if (named.empty()) return choices_at_home(kind);
  auto choices = choices_in(kind, fs::absolute(named).parent_path());
  if (kind == "peer") choices.file = fs::absolute(named).lexically_normal();
  return choices;
}

// All of the network, unless it is told otherwise.
std::string FirstRun::listening_host() const {
  return arguments_.has("--listen") ? arguments_.value("--listen") : "0.0.0.0";
}

Result<bool> FirstRun::choose() {
  const auto peer = choices_for("peer").file;
  wants_index_ = arguments_.has("--index-here") || is_there(choices_for("index").file);
  index_ = arguments_.value("--index");
  if (is_there(peer)) {
    if (arguments_.has("--index") || arguments_.has("--name"))
      return wrong_usage(peer.string() +
                         " is there already: `swapmeet set registry.index URL` and `swapmeet set "
                         "host.name NAME` change it");
    return true;
  }
  if (!index_.empty() || arguments_.has("--index-here")) return true;
  if (wants_index_) return false;
  wire::ClientOptions options;
  options.url = kUsualIndex;
  if (wire::Client(options).request("GET", "/healthz", "", {})) return index_ = kUsualIndex, true;
  if (!input_is_terminal())
    return wrong_usage(
        "which index shall the peer join? --index URL says it, and --index-here makes one on this "
        "machine");
  auto answer = ask_for_index(std::cin, std::cout);
  if (answer.url.empty() && !answer.here) return wrong_usage("no index was named");
  index_ = std::move(answer.url);
  wants_index_ = answer.here;
  return true;
}

Result<void> FirstRun::make_index(const fs::path& file) const {
  auto choices = choices_for("index");
  choices.file = file;
  choices.name = default_name("index");
  choices.api = {listening_host(), 8888};
  choose_ports(choices.api, nullptr);
  return write_configuration("index", choices);
}

Result<void> FirstRun::make_peer(const fs::path& file) {
  auto choices = choices_for("peer");
  choices.file = file;
  choices.name = arguments_.has("--name") ? arguments_.value("--name") : default_name("peer");
  choices.index = index_;
  for (const auto& folder : arguments_.values("--share"))
    choices.shares.push_back(whole_path(folder, environment("HOME")));
  if (!arguments_.has("--share") && input_is_terminal())
    choices.shares = ask_for_folders(std::cin, std::cout, environment("HOME"));
  const bool is_wide = is_elsewhere(index_) || arguments_.has("--listen");
  choices.api = {"127.0.0.1", 6690};
  choices.content = {is_wide ? listening_host() : "127.0.0.1", 6699};
  choose_ports(choices.api, &choices.content);
  return write_configuration("peer", choices);
}

// True: it runs since now.
Result<bool> FirstRun::start(const fs::path& file) const {
  const auto host = known_host(file);
  if (!host) return host.error();
  if (host_on(host->data)) return false;
  if (auto started = start_in_background(file); !started) return started.error();
  return true;
}

// Where others find it; a new peer of this machine joins it there, too, so that it is seen under an
// address that others can use.
Result<void> FirstRun::tell_of_index(const fs::path& file) {
  auto session = session_of(file, clock_);
  if (!session) return session.error();
  const auto report = session->ask<wire::StatusReport>("GET", "/api/v1/status");
  if (!report) return report.error();
  const auto config = read_config(file, environment_overrides(environ));
  if (!config) return config.error();
  auto listen = config->listen_options().address;
  if (listen.port == 0)
    if (const auto own = wire::parse_host_url(session->url())) listen.port = own->port;
  const bool is_wide = listen.host == "0.0.0.0" || listen.host == "::";
  if (is_wide) listen.host = network_address();
  if (listen.host.empty()) listen.host = "127.0.0.1";
  const bool is_local = is_elsewhere("http://" + listen.text()) == false;
  const auto url = is_local || report->fingerprint.empty()
                       ? "http://" + listen.text()
                       : "https://" + listen.text() + "#sha256=" + report->fingerprint;
  if (index_.empty()) index_ = url;
  fmt::print("index      {} is up at {}\n", printable(report->name), listen.text());
  fmt::print("to join    swapmeet up --index '{}'\n", url);
  if (is_local) fmt::print("           (from this machine only: it listens on no other address)\n");
  return {};
}

Result<void> FirstRun::share_more(Session& session) const {
  const auto shares = session.ask<std::vector<ShareStatus>>("GET", "/api/v1/shares");
  if (!shares) return shares.error();
  std::set<std::string> taken;
  for (const auto& one : *shares) taken.insert(one.share.name);
  for (const auto& typed : arguments_.values("--share")) {
    const auto folder = whole_path(typed, environment("HOME"));
    if (std::any_of(shares->begin(), shares->end(),
                    [&](const auto& one) { return one.share.folder == folder.string(); }))
      continue;
    const ShareSpec spec{share_name(folder, taken), folder.string(), {}};
    if (auto added = session.call("POST", "/api/v1/shares", wire::to_json(spec)); !added)
      return added.error();
  }
  return {};
}

Result<void> FirstRun::tell_of_peer(const fs::path& file, bool is_new) {
  auto session = session_of(file, clock_);
  if (!session) return session.error();
  if (!is_new)
    if (auto shared = share_more(*session); !shared) return shared;
  const auto report = session->ask<wire::StatusReport>("GET", "/api/v1/status");
  if (!report) return report.error();
  std::cout << std::flush;
  if (const auto config = read_config(file, environment_overrides(environ)))
    for (const auto& one : cautions(*config)) std::cerr << "careful    " << printable(one) << '\n';
  fmt::print("peer       {} is up; {} is its configuration\n", printable(report->name),
             printable(file.string()));
  fmt::print("shares     {}\n", printable(shares_of(*session)));
  std::cout << std::flush;
  fmt::print("others     {}\n", printable(reach_of(*session, *report)));
  const auto with = arguments_.has("--config") ? " -c " + file.string() : std::string();
  fmt::print("next       swapmeet search WORDS{0} · swapmeet peers{0} · swapmeet help\n",
             printable(with));
  return {};
}

// It ends with this machine, or with the last session of its user.
void FirstRun::tell_how_to_keep_on(const fs::path& file) const {
  const fs::path home = environment("HOME");
  for (const fs::path& folder :
       {fs::path("/usr/lib/systemd/user"), fs::path("/usr/local/lib/systemd/user"),
        fs::path("/lib/systemd/user"), home / ".config/systemd/user"})
    if (is_there(folder / "swapmeet-peer.service") && file == config_home() / "peer.ini") {
      fmt::print(
          "to keep    swapmeet stop; systemctl --user enable --now swapmeet-peer\n"
          "           (loginctl enable-linger keeps it on while you are logged out)\n");
      return;
    }
}

Result<void> FirstRun::bring_up() {
  const auto wants_peer = choose();
  if (!wants_peer) return wants_peer.error();
  if (const auto file = choices_for("index").file; wants_index_) {
    if (!is_there(file))
      if (auto made = make_index(file); !made) return made;
    if (auto started = start(file); !started) return started.error();
    if (auto told = tell_of_index(file); !told) return told;
  }
  if (!*wants_peer) return {};
  const auto file = choices_for("peer").file;
  const bool is_new = !is_there(file);
  if (is_new)
    if (auto made = make_peer(file); !made) return made;
  auto started = start(file);
  if (!started) return started.error();
  if (!*started) fmt::print("It runs already.\n");
  if (auto told = tell_of_peer(file, is_new); !told) return told;
  if (*started) tell_how_to_keep_on(file);
  return {};
}

}  // namespace

int up(const Arguments& arguments) {
  SystemClock clock;
  FirstRun run(arguments, clock);
  if (auto checked = run.check_usage(); !checked) return fail(checked.error());
  if (auto done = run.bring_up(); !done) return fail(done.error());
  return 0;
}

}  // namespace swapmeet::cli
