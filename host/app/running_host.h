// A host that runs: data folder, listener, plugins, API, and what moves changes between them. The
// order in which things start is the order of the members; they stop in reverse.
// Threads: start, reload and stop from one thread.
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "host/api/api.h"
#include "host/api/watch_list.h"
#include "host/api/watch_store.h"
#include "host/api/web_sessions.h"
#include "host/app/data_folder.h"
#include "host/app/host_metrics.h"
#include "host/app/last_reload.h"
#include "host/app/listener_hooks.h"
#include "host/app/live_settings.h"
#include "host/app/replacements.h"
#include "host/app/tls_keys.h"
#include "host/attributes/attribute_readers.h"
#include "host/auth/audit_log.h"
#include "host/auth/auth_group.h"
#include "host/auth/ticket_signer.h"
#include "host/config/config.h"
#include "host/feed/feed_watches.h"
#include "host/feed/membership.h"
#include "host/feed/pump.h"
#include "host/http/server.h"
#include "host/limits/bans.h"
#include "host/limits/limits.h"
#include "host/plugins/manager.h"
#include "host/reach/address_proofs.h"
#include "host/reach/proof_answer.h"
#include "host/search/searches.h"
#include "host/services/event_bus.h"
#include "host/services/metrics.h"
#include "host/services/scheduler.h"
#include "swapmeet/random.h"
#include "swapmeet/system_clock.h"
#include "swapmeet/wire/plugins.h"

namespace swapmeet {

class RunningHost {
 public:
  // Takes over a data folder that this process has locked.
  RunningHost(Config config, DataFolder data);
  ~RunningHost() { stop(); }
  RunningHost(const RunningHost&) = delete;
  RunningHost& operator=(const RunningHost&) = delete;

  // Starts everything; after an Error stop() takes down what had started.
  Result<void> start();
  // Idempotent. False when a plugin hangs and was left behind: its thread still uses this object,
  // which therefore must never be destroyed; the process can only exit.
  bool stop();
  // SIGHUP: takes what changes at once. A section whose values are refused stays wholly as it was.
  // Log and status say key by key what is in force, what was refused and what waits for a restart.
  void reload(const Config& config);
  // The same when the new configuration cannot be read: nothing changes, and that is told.
  void reload_refused(const Error& why);
  // How the configuration is read again when plugins are to be replaced on request; before start().
  void read_again_by(std::function<Result<Config>()> read) { read_again_ = std::move(read); }
  // How the API changes the configuration: its file, what goes before the file, and how it is read
  // again; before start().
  void change_settings_by(SettingsBook book, std::function<void()> read_again);
  HostPort listening() const { return listener_->address(); }

 private:
  Result<void> open_listener();
  Result<void> start_plugins();
  Result<void> check_kept();
  void keep_ledger();
  Result<void> open_auth();
  void group_attribute_readers();
  Result<void> open_audit();
  Result<void> open_watches();
  Result<void> open_bans();
  WatchList::Most most_watches();
  void open_proofs();
  void open_api();
  Result<std::vector<std::string>> make_backup(const std::filesystem::path& folder);
  Result<void> start_feeds();
  std::optional<http::Response> not_yet(const http::Request& request) const;
  wire::StatusReport status();
  std::string web_address() const;
  Services services();

  Config config_;
  DataFolder data_;
  SystemClock clock_;
  const Instant started_ = clock_.steady();
  Metrics metrics_;
  EventBus events_;
  Scheduler scheduler_{2, clock_};  // the host's own clockwork, which no plugin runs on
  std::function<std::optional<http::Response>(http::Request&)> access_;  // set before ready_
  std::atomic<bool> ready_{false};
  std::atomic<bool> stopped_{false};
  ListenerHooks hooks_{metrics_};
  std::unique_ptr<TlsKeys> keys_;
  Registration tending_keys_;
  std::unique_ptr<http::SharedListener> listener_;
  std::unique_ptr<TicketSigner> ticket_signer_;  // of an index with accounts
  std::unique_ptr<AuditLog> audit_;
  std::unique_ptr<AuthGroup> auth_;  // before the plugins, which may speak to it
  std::unique_ptr<ProofAnswer> proof_answer_;
  std::unique_ptr<Manager> plugins_;
  std::vector<std::string> cautions_;  // before ready_
  std::string content_address_;
  std::string index_url_;
  std::unique_ptr<Searches> searches_;  // where there are any
  std::function<Result<Config>()> read_again_;
  std::unique_ptr<LiveSettings> settings_;
  LastReload last_reload_{clock_};
  std::unique_ptr<Replacements> replacements_;
  std::unique_ptr<AttributeReaders> attribute_readers_;  // when there are any
  std::unique_ptr<FeedWatches> feed_watches_;            // where the registry has a feed
  Limits limits_{clock_, metrics_, random_hex(16)};
  std::unique_ptr<BanStore> ban_store_;  // of an index
  std::unique_ptr<Bans> bans_;
  std::unique_ptr<WatchStore> watch_store_;
  std::unique_ptr<WatchList> watch_list_;
  Registration tending_;
  Registration giving_back_;
  Scheduler auth_scheduler_{1, clock_};  // waits for auth plugins
  Registration tending_auth_;
  std::unique_ptr<AddressProofs> proofs_;  // where the registry is a store of its own
  std::unique_ptr<WebSessions> web_sessions_;
  std::unique_ptr<Api> api_;
  std::unique_ptr<HostMetrics> host_metrics_;
  std::unique_ptr<Membership> membership_;  // catalogue → registry
};

}  // namespace swapmeet
