#include "host/app/running_host.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <utility>

#include "host/api/access.h"
#include "host/api/backups.h"
#include "host/api/plugins.h"
#include "host/api/settings.h"
#include "host/api/web.h"
#include "host/app/backup.h"
#include "host/app/check_data.h"
#include "host/app/free_memory.h"
#include "host/app/log.h"
#include "host/config/cautions.h"
#include "host/plugins/data_places.h"
#include "host/plugins/gate.h"
#include "swapmeet/accounts.h"
#include "swapmeet/authenticator.h"
#include "swapmeet/downloads.h"
#include "swapmeet/inbox.h"
#include "swapmeet/local_address.h"
#include "swapmeet/public_endpoint.h"
#include "swapmeet/random.h"
#include "swapmeet/remote.h"
#include "swapmeet/search.h"
#include "swapmeet/shares.h"
#include "swapmeet/tickets.h"
#include "swapmeet/uploads.h"
#include "swapmeet/watch.h"

namespace swapmeet {
namespace {

constexpr std::chrono::seconds kTending{5};
constexpr std::chrono::seconds kGiveBackMemory{20};
constexpr std::chrono::seconds kTendingAuth{1};
constexpr std::chrono::hours kTendingKeys{12};
constexpr std::chrono::seconds kLogInsEnd{1};

auto log_as(const std::string& source) {
  return [source](LogLevel level, std::string_view message,
                  std::initializer_list<LogField> fields = {}) {
    write_log(source, level, message, fields);
  };
}

TlsKeys::Files key_files(const Config& config) {
  return {config.http.path("certificate"), config.http.path("certificate_key")};
}

Result<ChangeFeed*> feed_of(Gate* gate, Registry& registry) {
  return through(gate, "feed()", [&]() -> Result<ChangeFeed*> { return registry.feed(); });
}

// What the report says of them until they have been replaced: nothing.
std::vector<std::string> take_out_searches(Reload& reload, const std::string& section) {
  std::vector<std::string> keys;
  std::erase_if(reload.at_restart, [&](const std::string& key) {
    const bool is_of_search = key.starts_with(section) && !key.ends_with("] shadow");
    if (is_of_search) keys.push_back(key);
    return is_of_search;
  });
  return keys;
}

}  // namespace

RunningHost::RunningHost(Config config, DataFolder data)
    : config_(std::move(config)), data_(std::move(data)) {}

Result<void> RunningHost::start() {
  if (auto opened = open_listener(); !opened) return opened;
  if (auto started = start_plugins(); !started) return started;
  limits_.set(config_.limits);
  if (auto opened = open_audit(); !opened) return opened;
  if (auto opened = open_bans(); !opened) return opened;
  if (auto opened = open_watches(); !opened) return opened;
  open_proofs();
  open_api();
  host_metrics_ = std::make_unique<HostMetrics>(
      HostMetrics::Parts{.metrics = metrics_,
                         .clock = clock_,
                         .events = events_,
                         .plugins = *plugins_,
                         .auth = *auth_,
                         .keys = *keys_,
                         .data = data_.path(),
                         .role = plugins_->find<Shares>() ? "peer" : "index"});
  if (auto started = start_feeds(); !started) return started;
  tending_auth_ = auth_scheduler_.every(kTendingAuth, [this] { auth_->tend(); });
  keep_ledger();
  giving_back_ = scheduler_.every(kGiveBackMemory, give_back_memory);
  ready_ = true;
  cautions_ = cautions(config_);
  for (const auto& one : cautions_) write_log("host", LogLevel::warning, "careful", {{"why", one}});
  const auto address = listener_->address();
  // For the command line, which must find a host that was given port 0.
  std::ofstream(data_.path() / "http.address") << address.text() << '\n';
  write_log("host", LogLevel::info, "ready",
            {{"name", config_.host.text("name")},
             {"http", address.text()},
             {"fingerprint", keys_->api_fingerprint()},
             {"peer", data_.peer().text()},
             {"version", SWAPMEET_VERSION}});
  return {};
}

// Stops in the reverse order of start; nothing new comes in once ready_ is false.
bool RunningHost::stop() {
  if (stopped_.exchange(true)) return true;
  ready_ = false;
  last_reload_.give_up();
  if (auth_) auth_->stop();
  if (watch_list_)
    watch_list_->stop();  // what it waits for ends while the next ones are waited for
  if (membership_) membership_->stop();
  const bool searched_out = !searches_ || searches_->stop();
  if (replacements_) replacements_->stop();
  api_.reset();
  host_metrics_.reset();
  if (proofs_) proofs_->stop();
  tending_.reset();
  giving_back_.reset();
  tending_auth_.reset();
  watch_list_.reset();
  watch_store_.reset();
  feed_watches_.reset();
  if (auth_) auth_->idle(kLogInsEnd);
  const bool all_read = !attribute_readers_ || attribute_readers_->stop();
  if (plugins_) plugins_->stop();
  listener_.reset();
  std::error_code ignored;
  std::filesystem::remove(data_.path() / "http.address", ignored);
  const bool clean = searched_out && all_read && (!plugins_ || !plugins_->left_behind()) &&
                     (!auth_ || auth_->idle(std::chrono::milliseconds(0)));
  write_log("host", clean ? LogLevel::info : LogLevel::error,
            clean ? "stopped" : "stopped, but for what was left behind");
  return clean;
}

// Nothing is there yet, or no more. Who watches over the host asks /healthz.
std::optional<http::Response> RunningHost::not_yet(const http::Request& request) const {
  if (ready_) return std::nullopt;
  const char* const what = stopped_ ? "stopping" : "starting";
  http::Response response;
  if (request.path == "/healthz") {
    response.status = 503;
    response.headers.set("Content-Type", "text/plain");
    response.body = std::string(what) + '\n';
  } else {
    response = http::problem(
        {ErrorCode::unavailable, std::string("the host is ") + what + "; try again", {}},
        request.id);
  }
  response.headers.set("Retry-After", "1");
  return response;
}

Result<void> RunningHost::open_listener() {
  hooks_.set_call_deadline(config_.http.duration("call_deadline"));
  auto keys = TlsKeys::open(data_.path(), key_files(config_), clock_, log_as("tls"));
  if (!keys) return std::move(keys).error();
  keys_ = std::move(*keys);
  tending_keys_ = scheduler_.every(kTendingKeys, [this] { keys_->tend(); });
  auto own = hooks_.of("http", "api");
  own.not_yet = [this](const http::Request& request) { return not_yet(request); };
  own.guard = [this](http::Request& request) { return access_(request); };
  own.tls = [this] { return keys_->api_context(); };
  own.workers = static_cast<std::size_t>(config_.http.integer("workers"));
  own.policy = "default-src 'none'; frame-ancestors 'none'";
  auto local = data_.path() / kLocalSocket;
  if (!http::may_be_local(local)) local.clear();
  auto listener = http::listen_shared(config_.listen_options(), clock_, own, local);
  if (!listener) return std::move(listener).error();
  listener_ = std::move(*listener);
  return {};
}

Services RunningHost::services() {
  return Services{
      .clock = clock_,
      .log = write_log,
      .data = data_.path(),
      .name = config_.host.text("name"),
      .peer = data_.peer(),
      .version = SWAPMEET_VERSION,
      .routes_of = [this](const std::string& owner) { return listener_->routes_of(owner); },
      .listen = [this](const std::string& owner, const http::ListenOptions& options)
          -> Result<std::unique_ptr<http::Listener>> {
        auto its = hooks_.of("http.public", "public");
        its.owner = owner;
        its.tls = [this] { return keys_->peer_context(); };
        auto listener = http::listen(options, clock_, its);
        if (!listener) return listener;
        return proof_answer_->on(std::move(*listener));
      },
      .follow =
          [this](Gate& gate, ChangeFeed& feed, ChangeFollower& follower) {
            auto pump = std::make_shared<Pump>(feed, follower, gate.id(), log_as(gate.id()), clock_,
                                               random_seed(), PumpGates{.follower = &gate});
            pump->start();
            return Registration([pump] { pump->stop(); });
          },
      .events = events_,
      .metrics = metrics_};
}

Result<void> RunningHost::start_plugins() {
  for (const auto& id : replaced_places(data_.path())) data_.ledger().forget_all_of(id);
  settle_places_of_data(data_.path());
  proof_answer_ = std::make_unique<ProofAnswer>(data_.peer(), *keys_, clock_);
  plugins_ = std::make_unique<Manager>(services(), plugin_folders(&config_));
  plugins_->provide<PeerKey>(*keys_);
  const auto is_search = [](const PluginChoice& one) { return one.kind == Kind::search; };
  if (std::any_of(config_.plugins.begin(), config_.plugins.end(), is_search)) {
    searches_ = std::make_unique<Searches>(
        Searches::Parts{*plugins_, clock_, log_as("search"), metrics_, random_seed});
    searches_->set(config_.search);
    plugins_->provide<Search>(searches_->group());
  }
  group_attribute_readers();
  // Whoever asks readers of attributes starts after them and stops before.
  auto choices = config_.plugins;
  std::stable_partition(choices.begin(), choices.end(),
                        [](const auto& one) { return one.kind == Kind::attributes; });
  if (auto loaded = plugins_->load(choices); !loaded) return loaded;
  if (auto opened = open_auth(); !opened) return opened;
  if (auto configured = plugins_->configure(); !configured) return configured;
  if (auto checked = check_kept(); !checked) return checked;
  if (auto started = plugins_->start(); !started) return started;
  if (auto* endpoint = plugins_->find<PublicEndpoint>())
    content_address_ =
        through(plugins_->gate_of(PublicEndpoint::kInterface), "listening()",
                [&]() -> Result<std::string> { return endpoint->listening().text(); })
            .value_or("");
  if (auto* index = plugins_->find<IndexAddress>())
    index_url_ = through(plugins_->gate_of(IndexAddress::kInterface), "index_url()",
                         [&]() -> Result<std::string> { return index->index_url(); })
                     .value_or("");
  if (searches_) searches_->gather();
  return auth_->set_plugins(plugins_->providers(Authenticator::kInterface));
}

// Nothing is begun anew in the place of what was lost.
Result<void> RunningHost::check_kept() {
  const auto kept = all_kept(data_.path(), *plugins_);
  if (const auto lost = data_.ledger().losses(kept); !lost.empty()) {
    std::string sentences;
    for (const auto& one : lost) sentences += one + ". ";
    return corrupt(sentences + remedy_of_losses(data_.path()));
  }
  for (const auto& problem : damage_at_start(data_.path(), *plugins_))
    write_log("host", LogLevel::error, "the data are damaged: `swapmeet check --data` says more",
              {{"problem", problem}});
  return data_.ledger().record(kept);
}

void RunningHost::keep_ledger() {
  if (auto kept = data_.ledger().record(all_kept(data_.path(), *plugins_)); !kept)
    write_log("host", LogLevel::warning, "the ledger of the data folder is not kept",
              {{"why", kept.error().message}});
}

// An index with accounts signs tickets; of a peer's content the index does.
Result<void> RunningHost::open_auth() {
  const bool has_accounts = plugins_->is_provided(Authenticator::kInterface);
  const auto workers = static_cast<std::size_t>(config_.http.integer("workers"));
  auto opened =
      AuthGroup::open({.data = data_.path(),
                       .clock = clock_,
                       .log = log_as("auth"),
                       .most_calls = std::max<std::size_t>(workers / 4, 1),
                       .changed =
                           [this](const std::string& account, const std::optional<Identity>& now) {
                             if (watch_list_) watch_list_->change_viewer(account, now);
                           }},
                      AuthRules::from(config_.auth), has_accounts);
  if (!opened) return std::move(opened).error();
  auth_ = std::move(*opened);
  plugins_->provide<Sessions>(*auth_);
  if (!has_accounts || plugins_->is_provided(IndexAddress::kInterface)) return {};
  auto signer = TicketSigner::open(data_.path(), clock_);
  if (!signer) return std::move(signer).error();
  ticket_signer_ = std::move(*signer);
  plugins_->provide<TicketIssuer>(*ticket_signer_);
  plugins_->provide<TicketChecker>(*ticket_signer_);
  return {};
}

void RunningHost::group_attribute_readers() {
  if (std::none_of(config_.plugins.begin(), config_.plugins.end(),
                   [](const auto& one) { return one.kind == Kind::attributes; }))
    return;
  const auto find = [this] {
    std::map<std::string, std::string> versions;
    for (const auto& plugin : plugins_->status()) versions[plugin.id] = plugin.version;
    std::vector<AttributeReaders::Reader> readers;
    for (const auto& provider : plugins_->providers(AttributeReader::kInterface))
      readers.push_back({provider.id, versions[provider.id],
                         static_cast<AttributeReader*>(provider.interface), provider.gate});
    return readers;
  };
  attribute_readers_ = std::make_unique<AttributeReaders>(find, clock_, log_as("attributes"));
  plugins_->provide<AttributeReader>(*attribute_readers_);
}

// A plugin that watches elsewhere goes before; without one the registry's own feed is watched.
Result<void> RunningHost::open_watches() {
  auto* watches = plugins_->find<Watches>();
  auto* registry = plugins_->find<Registry>();
  Gate* const gate = watches ? plugins_->gate_of(Watches::kInterface) : nullptr;
  if (!watches && registry) {
    auto* registry_gate = plugins_->gate_of(Registry::kInterface);
    const auto feed = feed_of(registry_gate, *registry);
    if (!feed) return feed.error();
    if (*feed) {
      feed_watches_ = std::make_unique<FeedWatches>(*registry, log_as("feed"), clock_,
                                                    random_seed(), registry_gate);
      watches = feed_watches_.get();
    }
  }
  if (!watches) return {};
  auto opened = sqlite::attempt([&]() -> Result<void> {
    watch_store_ = std::make_unique<WatchStore>(data_.path());
    return {};
  });
  if (!opened) return opened;
  watch_list_ = std::make_unique<WatchList>(
      WatchList::Parts{*watches, events_, *watch_store_, clock_, log_as("watches"), gate},
      [this] { return most_watches(); });
  if (auto restored = watch_list_->restore(); !restored) return restored;
  // At once where that waits for nobody, so that none misses what is announced next.
  if (feed_watches_) watch_list_->tend();
  tending_ = scheduler_.every(kTending, [this] { watch_list_->tend(); });
  return {};
}

WatchList::Most RunningHost::most_watches() {
  const auto rate = limits_.watches();
  const auto number = [](std::uint64_t limit) {
    return limit > 0 ? static_cast<std::size_t>(limit) : std::numeric_limits<std::size_t>::max();
  };
  return {.all = number(rate.in_all),
          .of_one = number(rate.of_one),
          .refusal = [this](bool in_all) { return limits_.too_many_watches(in_all); }};
}

Result<void> RunningHost::open_audit() {
  return sqlite::attempt([&]() -> Result<void> {
    audit_ = std::make_unique<AuditLog>(data_.path(), clock_, log_as("audit"));
    return {};
  });
}

// A peer's host has nobody but its owner in its API.
Result<void> RunningHost::open_bans() {
  if (config_.owner_access()) return {};
  auto opened = sqlite::attempt([&]() -> Result<void> {
    ban_store_ = std::make_unique<BanStore>(data_.path());
    return {};
  });
  if (!opened) return opened;
  bans_ = std::make_unique<Bans>(*ban_store_, clock_);
  return bans_->restore();
}

// Only who keeps addresses proves them: what asks an index leaves that to it.
void RunningHost::open_proofs() {
  auto* registry = plugins_->find<Registry>();
  if (!registry || plugins_->is_provided(IndexAddress::kInterface)) return;
  proofs_ = std::make_unique<AddressProofs>(
      AddressProofs::Parts{.registry = *registry,
                           .gate = plugins_->gate_of(Registry::kInterface),
                           .clock = clock_,
                           .log = log_as("reach"),
                           .metrics = metrics_,
                           .index = data_.peer(),
                           .nonce = [] { return random_hex(32); },
                           .call =
                               [this](const wire::ShortCall& call, const std::atomic<bool>& stop) {
                                 return wire::call_shortly(call, clock_, &stop);
                               },
                           .look_up = wire::addresses_of},
      ProofRules::from(config_.registry));
}

void RunningHost::change_settings_by(SettingsBook book, std::function<void()> read_again) {
  settings_ = std::make_unique<LiveSettings>(std::move(book), last_reload_, std::move(read_again));
}

void RunningHost::open_api() {
  replacements_ = std::make_unique<Replacements>(Replacements::Parts{
      .plugins = *plugins_,
      .searches = searches_.get(),
      .read_again = [this] { return read_again_ ? read_again_() : Result<Config>(config_); },
      .last_reload = last_reload_});
  web_sessions_ = std::make_unique<WebSessions>(clock_, listener_->address().port);
  access_ =
      config_.owner_access()
          ? owner_guard(data_.api_token(), listener_->address(), web_sessions_.get(), auth_.get())
          : public_guard(data_.api_token(), auth_.get(), bans_.get(), web_sessions_.get());
  api_ = std::make_unique<Api>(ApiContext{
      .routes = *listener_,
      .clock = clock_,
      .registry = plugins_->find<Registry>(),
      .search = plugins_->find<Search>(),
      .shares = plugins_->find<Shares>(),
      .downloads = plugins_->find<Downloads>(),
      .uploads = plugins_->find<Uploads>(),
      .metrics = metrics_,
      .status = [this] { return status(); },
      .inbox = plugins_->find<Inbox>(),
      .auth = auth_.get(),
      .accounts = plugins_->find<Accounts>(),
      .ticket_issuer = ticket_signer_.get(),
      .events = &events_,
      .watch_list = watch_list_.get(),
      .limits = &limits_,
      .bans = bans_.get(),
      .proofs = proofs_.get(),
      .audit = audit_.get(),
      .gate_of = [this](std::string_view id) { return plugins_->gate_of(id); },
      .routes_of =
          [this](std::string_view id) { return listener_->routes_of(plugins_->owner_of(id)); },
      .change_settings = [this](const std::vector<wire::SettingChange>& changes) -> Result<void> {
        if (!settings_) return conflict("this host's configuration cannot be changed");
        if (auto changed = settings_->change(changes); !changed) return changed.error();
        return {};
      }});
  if (settings_)
    add_settings(*api_,
                 {.list = [this] { return settings_->list(); },
                  .change = [this](const auto& changes) { return settings_->change(changes); },
                  .reload = [this] { return settings_->reload(); }});
  add_plugins(*api_,
              {.reload = [this](const std::string& kind) { return replacements_->replace(kind); },
               .shadow = [this] { return replacements_->shadow(); }});
  add_web(*api_, *web_sessions_, web_address());
  add_backups(*api_, [this](const std::filesystem::path& folder) { return make_backup(folder); });
}

// Where a browser on this machine finds the API.
std::string RunningHost::web_address() const {
  auto address = listener_->address();
  if (address.host == "0.0.0.0") address.host = "127.0.0.1";
  if (address.host == "::") address.host = "::1";
  const bool secure = config_.listen_options().tls == http::Tls::required;
  return (secure ? "https://" : "http://") + address.text();
}

Result<std::vector<std::string>> RunningHost::make_backup(const std::filesystem::path& folder) {
  auto plugins = back_up(data_, *plugins_, folder);
  if (plugins)
    write_log("host", LogLevel::info, "made a backup", {{"folder", folder.string()}});
  else
    write_log("host", LogLevel::warning, "made no backup", {{"why", plugins.error().message}});
  return plugins;
}

Result<void> RunningHost::start_feeds() {
  auto* registry = plugins_->find<Registry>();
  auto* shares = plugins_->find<Shares>();
  auto* endpoint = plugins_->find<PublicEndpoint>();
  auto* registry_gate = plugins_->gate_of(Registry::kInterface);
  if (searches_) {
    const auto feed = registry ? feed_of(registry_gate, *registry) : Result<ChangeFeed*>(nullptr);
    if (!feed) return feed.error();
    searches_->follow(*feed);
    if (config_.shadow) replacements_->try_beside(*config_.shadow);
  }
  if (registry && shares && endpoint) {
    auto* transfer_gate = plugins_->gate_of(Shares::kInterface);
    const auto catalogue =
        through(transfer_gate, "feed()", [&]() -> Result<ChangeFeed*> { return &shares->feed(); });
    if (!catalogue) return catalogue.error();
    membership_ = std::make_unique<Membership>(
        *registry, *endpoint, **catalogue,
        MembershipOptions{.peer = data_.peer(),
                          .name = config_.host.text("name"),
                          .token = data_.registration_token(),
                          .seed = random_seed(),
                          .key = plugins_->find<PeerKey>(),
                          .registering = [this] { proof_answer_->registering(); },
                          .registered =
                              [this](const Enrolled* enrolled) {
                                if (!enrolled) return proof_answer_->not_registered();
                                proof_answer_->registered(enrolled->index);
                                if (proofs_) proofs_->look(data_.peer(), "127.0.0.1");
                              }},
        log_as("feed"), clock_,
        MembershipGates{.registry = registry_gate, .transfer = transfer_gate});
    membership_->start();
  }
  return {};
}

wire::StatusReport RunningHost::status() {
  wire::StatusReport report;
  report.name = config_.host.text("name");
  report.version = SWAPMEET_VERSION;
  report.peer = data_.peer();
  report.role = plugins_->find<Shares>() ? "peer" : "index";
  report.content_address = content_address_;
  report.index_url = index_url_;
  report.fingerprint = keys_->api_fingerprint();
  if (membership_) {
    report.index_problem = membership_->problem();
    report.unreachable = membership_->unreachable();
  }
  report.uptime = std::chrono::duration_cast<std::chrono::seconds>(clock_.steady() - started_);
  report.reload = last_reload_.report();
  report.cautions = cautions_;
  for (const auto& plugin : plugins_->status())
    report.plugins.push_back({.id = plugin.id,
                              .kind = std::string(name_of(plugin.kind)),
                              .version = plugin.version,
                              .state = plugin.state,
                              .reason = plugin.reason,
                              .faults = plugin.faults,
                              .overdue = plugin.overdue});
  return report;
}

void RunningHost::reload(const Config& config) {
  last_reload_.begin();
  auto reload = differing(config_, config);
  if (auto log = set_up_log(config.host); !log) {
    const auto is_log = [](const std::string& key) { return key.find("] log_") != key.npos; };
    std::erase_if(reload.changed, is_log);
    reload.refused.push_back(log.error().message + "; the log stays as it was");
  } else {
    config_.host.take_at_once(config.host, host_keys());
  }
  if (auto used = keys_->use(key_files(config)); !used) {
    const auto is_of_key = [](const std::string& key) {
      return key.find("] certificate") != key.npos;
    };
    std::erase_if(reload.changed, is_of_key);
    reload.refused.push_back(used.error().message + "; the certificate stays as it was");
  }
  config_.http.take_at_once(config.http, http_keys());
  hooks_.set_call_deadline(config_.http.duration("call_deadline"));
  config_.limits.take_at_once(config.limits, limit_keys());
  limits_.set(config_.limits);
  config_.auth.take_at_once(config.auth, keys_of_kind(Kind::auth));
  auth_->set_rules(AuthRules::from(config_.auth));
  listener_->set_limits(config_.listen_options());
  config_.search.take_at_once(config.search, keys_of_kind(Kind::search));
  if (searches_) searches_->set(config_.search);
  config_.registry.take_at_once(config.registry, keys_of_kind(Kind::registry));
  if (proofs_) proofs_->set(ProofRules::from(config_.registry));
  reload.add(plugins_->reconfigure(config.plugins));
  const auto section = config.file.filename().string() + " [search";
  const bool is_refused =
      std::any_of(reload.refused.begin(), reload.refused.end(),
                  [&](const std::string& problem) { return problem.starts_with(section); });
  const bool other_searches = searches_ && !is_refused && searches_->differ_from(config.plugins);
  auto keys = other_searches ? take_out_searches(reload, section) : std::vector<std::string>{};
  for (const auto& key : reload.changed)
    write_log("host", LogLevel::info, "changed", {{"key", key}});
  for (const auto& key : reload.at_restart)
    write_log("host", LogLevel::warning, "takes effect at the next start", {{"key", key}});
  last_reload_.tell(std::move(reload), config.file);
  if (other_searches) replacements_->replace_searches(config, section, std::move(keys));
}

void RunningHost::reload_refused(const Error& why) {
  last_reload_.begin();
  Reload reload;
  reload.refused.push_back(why.message + "; everything stays as it was");
  last_reload_.tell(std::move(reload), config_.file);
}

}  // namespace swapmeet
