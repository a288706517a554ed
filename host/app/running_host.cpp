#include "host/app/running_host.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <utility>

#include "host/api/access.h"
#include "host/api/backups.h"
#include "host/app/backup.h"
#include "host/app/log.h"
#include "host/plugins/guard.h"
#include "swapmeet/accounts.h"
#include "swapmeet/authenticator.h"
#include "swapmeet/downloads.h"
#include "swapmeet/inbox.h"
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
constexpr std::chrono::seconds kTendingAuth{1};
constexpr std::chrono::seconds kLogInsEnd{1};

auto log_as(const std::string& source) {
  return [source](LogLevel level, std::string_view message,
                  std::initializer_list<LogField> fields = {}) {
    write_log(source, level, message, fields);
  };
}

}  // namespace

RunningHost::RunningHost(Config config, DataFolder data)
    : config_(std::move(config)), data_(std::move(data)) {}

Result<void> RunningHost::start() {
  if (auto opened = open_listener(); !opened) return opened;
  if (auto started = start_plugins(); !started) return started;
  if (auto opened = open_watches(); !opened) return opened;
  open_api();
  start_feeds();
  tending_auth_ = auth_scheduler_.every(kTendingAuth, [this] { auth_->tend(); });
  ready_ = true;
  const auto address = listener_->address();
  // For the command line, which must find a host that was given port 0.
  std::ofstream(data_.path() / "http.address") << address.text() << '\n';
  write_log("host", LogLevel::info, "ready",
            {{"name", config_.host.text("name")},
             {"http", address.text()},
             {"peer", data_.peer().text()},
             {"version", SWAPMEET_VERSION}});
  return {};
}

// Stops in the reverse order of start; nothing new comes in once ready_ is false.
bool RunningHost::stop() {
  if (std::exchange(stopped_, true)) return true;
  ready_ = false;
  if (auth_) auth_->stop();
  if (watch_list_)
    watch_list_->stop();  // what it waits for ends while the next ones are waited for
  if (membership_) membership_->stop();
  if (indexing_) indexing_->stop();
  api_.reset();
  tending_.reset();
  tending_auth_.reset();
  watch_list_.reset();
  watch_store_.reset();
  feed_watches_.reset();
  if (auth_) auth_->idle(kLogInsEnd);
  if (plugins_) plugins_->stop();
  listener_.reset();
  std::error_code ignored;
  std::filesystem::remove(data_.path() / "http.address", ignored);
  const bool clean = (!plugins_ || !plugins_->left_behind()) &&
                     (!auth_ || auth_->idle(std::chrono::milliseconds(0)));
  write_log("host", clean ? LogLevel::info : LogLevel::error,
            clean ? "stopped" : "stopped, but for what was left behind");
  return clean;
}

std::optional<http::Response> RunningHost::admit(http::Request& request) const {
  if (ready_) return access_(request);
  return http::problem({ErrorCode::unavailable, "the host is starting or stopping; try again", {}},
                       request.id);
}

http::Hooks RunningHost::hooks(const std::string& source, const std::string& counter) {
  http::Hooks hooks;
  hooks.on_request = [source, requests = metrics_.counter(counter, "Requests answered.")](
                         const http::Request& request, int status, std::chrono::microseconds time) {
    requests->add();
    if (!is_logged(LogLevel::debug)) return;
    write_log(source, LogLevel::debug, "request",
              {{"method", request.method},
               {"path", request.path},
               {"status", std::to_string(status)},
               {"us", std::to_string(time.count())},
               {"address", request.remote_address},
               {"request", request.id}});
  };
  hooks.log = log_as(source);
  return hooks;
}

Result<void> RunningHost::open_listener() {
  auto own = hooks("http", "http_requests_total");
  own.guard = [this](http::Request& request) { return admit(request); };
  own.workers = static_cast<std::size_t>(config_.http.integer("workers"));
  auto listener = http::listen(config_.listen_options(), clock_, own);
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
      .routes = listener_.get(),
      .listen =
          [this](const http::ListenOptions& options) {
            return http::listen(options, clock_,
                                hooks("http.public", "http_public_requests_total"));
          },
      .follow =
          [this](const std::string& source, ChangeFeed& feed, ChangeFollower& follower) {
            auto pump = std::make_shared<Pump>(feed, follower, source, log_as(source), clock_,
                                               random_seed());
            pump->start();
            return Registration([pump] { pump->stop(); });
          },
      .scheduler = scheduler_,
      .events = events_,
      .metrics = metrics_};
}

Result<void> RunningHost::start_plugins() {
  plugins_ = std::make_unique<Manager>(services(), plugin_folders(&config_));
  if (auto loaded = plugins_->load(config_.plugins); !loaded) return loaded;
  if (auto opened = open_auth(); !opened) return opened;
  if (auto configured = plugins_->configure(); !configured) return configured;
  if (auto started = plugins_->start(); !started) return started;
  return auth_->set_plugins(plugins_->providers(Authenticator::kInterface));
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

// A plugin that watches elsewhere goes before; without one the registry's own feed is watched.
Result<void> RunningHost::open_watches() {
  auto* watches = plugins_->find<Watches>();
  auto* registry = plugins_->find<Registry>();
  if (!watches && registry && registry->feed()) {
    feed_watches_ = std::make_unique<FeedWatches>(*registry, log_as("feed"), clock_, random_seed());
    watches = feed_watches_.get();
  }
  if (!watches) return {};
  auto opened = sqlite::attempt([&]() -> Result<void> {
    watch_store_ = std::make_unique<WatchStore>(data_.path());
    return {};
  });
  if (!opened) return opened;
  watch_list_ = std::make_unique<WatchList>(
      WatchList::Parts{*watches, events_, *watch_store_, clock_, log_as("watches")});
  if (auto restored = watch_list_->restore(); !restored) return restored;
  // At once where that waits for nobody, so that none misses what is announced next.
  if (feed_watches_) watch_list_->tend();
  tending_ = scheduler_.every(kTending, [this] { watch_list_->tend(); });
  return {};
}

void RunningHost::open_api() {
  access_ = config_.owner_access() ? owner_guard(data_.api_token(), listener_->address())
                                   : public_guard(data_.api_token(), auth_.get());
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
      .threw = [this](auto interface_id, auto request,
                      auto what) { plugins_->count_failure(interface_id, request, what); }});
  add_backups(*api_, [this](const std::filesystem::path& folder) { return make_backup(folder); });
}

Result<std::vector<std::string>> RunningHost::make_backup(const std::filesystem::path& folder) {
  auto plugins = back_up(data_, *plugins_, folder);
  if (plugins)
    write_log("host", LogLevel::info, "made a backup", {{"folder", folder.string()}});
  else
    write_log("host", LogLevel::warning, "made no backup", {{"why", plugins.error().message}});
  return plugins;
}

void RunningHost::start_feeds() {
  auto* registry = plugins_->find<Registry>();
  auto* search = plugins_->find<Search>();
  auto* shares = plugins_->find<Shares>();
  auto* endpoint = plugins_->find<PublicEndpoint>();
  if (registry && registry->feed() && search && search->follower()) {
    indexing_ = std::make_unique<Pump>(*registry->feed(), *search->follower(), "indexing",
                                       log_as("feed"), clock_, random_seed());
    indexing_->start();
  }
  if (registry && shares && endpoint) {
    membership_ =
        std::make_unique<Membership>(*registry, *endpoint, shares->feed(),
                                     MembershipOptions{.peer = data_.peer(),
                                                       .name = config_.host.text("name"),
                                                       .token = data_.registration_token(),
                                                       .seed = random_seed()},
                                     log_as("feed"), clock_);
    membership_->start();
  }
}

wire::StatusReport RunningHost::status() {
  wire::StatusReport report;
  report.name = config_.host.text("name");
  report.version = SWAPMEET_VERSION;
  report.peer = data_.peer();
  report.role = plugins_->find<Shares>() ? "peer" : "index";
  if (auto* endpoint = plugins_->find<PublicEndpoint>())
    report.content_address = endpoint->listening().text();
  if (auto* index = plugins_->find<IndexAddress>()) report.index_url = index->index_url();
  if (membership_) report.index_problem = membership_->problem();
  report.uptime = std::chrono::duration_cast<std::chrono::seconds>(clock_.steady() - started_);
  {
    const std::lock_guard lock(reload_mutex_);
    report.reload = last_reload_;
  }
  for (const auto& plugin : plugins_->status())
    report.plugins.push_back({.id = plugin.id,
                              .kind = std::string(name_of(plugin.kind)),
                              .version = plugin.version,
                              .state = plugin.state});
  return report;
}

void RunningHost::reload(const Config& config) {
  auto reload = differing(config_, config);
  if (auto log = set_up_log(config.host); !log) {
    const auto is_log = [](const std::string& key) { return key.find("] log_") != key.npos; };
    std::erase_if(reload.changed, is_log);
    reload.refused.push_back(log.error().message + "; the log stays as it was");
  } else {
    config_.host.take_at_once(config.host, host_keys());
  }
  config_.http.take_at_once(config.http, http_keys());
  config_.auth.take_at_once(config.auth, keys_of_kind(Kind::auth));
  auth_->set_rules(AuthRules::from(config_.auth));
  listener_->set_limits(config_.listen_options());
  reload.add(plugins_->reconfigure(config.plugins));
  for (const auto& key : reload.changed)
    write_log("host", LogLevel::info, "changed", {{"key", key}});
  for (const auto& key : reload.at_restart)
    write_log("host", LogLevel::warning, "takes effect at the next start", {{"key", key}});
  tell(std::move(reload), config.file);
}

void RunningHost::reload_refused(const Error& why) {
  Reload reload;
  reload.refused.push_back(why.message + "; everything stays as it was");
  tell(std::move(reload), config_.file);
}

void RunningHost::tell(Reload reload, const std::filesystem::path& file) {
  for (const auto& problem : reload.refused)
    write_log("host", LogLevel::warning, "not changed", {{"problem", problem}});
  write_log("host", LogLevel::info, reload.refused.empty() ? "reloaded" : "reloaded in part",
            {{"file", file.string()}});
  const std::lock_guard lock(reload_mutex_);
  last_reload_ = wire::ReloadReport{clock_.now(), std::move(reload.changed),
                                    std::move(reload.refused), std::move(reload.at_restart)};
}

}  // namespace swapmeet
