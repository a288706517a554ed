// transfer.swarm: shares folders, serves their files to everyone, and downloads from many peers.
#include "swapmeet/plugin.h"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "swapmeet/random.h"
#include "swapmeet/tickets.h"
#include "transfer/swarm/base/shown_name.h"
#include "transfer/swarm/catalogue/catalogue.h"
#include "transfer/swarm/choices.h"
#include "transfer/swarm/fetch/download_queue.h"
#include "transfer/swarm/fetch/download_store.h"
#include "transfer/swarm/folder/folder_jobs.h"
#include "transfer/swarm/hooks/desktop.h"
#include "transfer/swarm/hooks/hooks.h"
#include "transfer/swarm/inbox/inbox_routes.h"
#include "transfer/swarm/inbox/peer_inbox.h"
#include "transfer/swarm/keys.h"
#include "transfer/swarm/own_shares.h"
#include "transfer/swarm/pace/pacer.h"
#include "transfer/swarm/pieces/growing_files.h"
#include "transfer/swarm/scan/scanner.h"
#include "transfer/swarm/scan/share_list.h"
#include "transfer/swarm/scan/watcher.h"
#include "transfer/swarm/scheduled_rates.h"
#include "transfer/swarm/serve/checked_tickets.h"
#include "transfer/swarm/serve/content_routes.h"
#include "transfer/swarm/serve/file_hashes.h"
#include "transfer/swarm/serve/open_contents.h"
#include "transfer/swarm/serve/upload_record.h"
#include "transfer/swarm/serve/uploads.h"
#include "transfer/swarm/statistics.h"
#include "transfer/swarm/upkeep.h"

namespace {

using namespace swapmeet;
using transfer_swarm::Choices;
using transfer_swarm::kKeys;

constexpr std::chrono::seconds kLookAtClock{2};  // for the schedule of limits
constexpr std::chrono::seconds kKeepTotals{10};
constexpr std::chrono::seconds kLookAtUploads{1};

class SwarmPlugin final : public Plugin {
 public:
  Result<void> check(const Settings& settings) const override {
    if (auto choices = Choices::of(settings); !choices) return choices.error();
    return {};
  }

  Result<void> configure(Host& host) override {
    host_ = &host;
    kept_.emplace(transfer_swarm::stores_in(host.data_folder()));
    return {};
  }

  Result<void> start() override {
    auto result = sqlite::attempt([&]() -> Result<void> { return open(); });
    if (!result) stop();
    return result;
  }

  Result<void> reconfigure(const Settings& settings) override {
    auto choices = Choices::of(settings);
    if (!choices) return choices.error();
    // What can fail comes first: an error changes nothing.
    auto shared = shares_->configure(choices->shares, choices->ignore, choices->rescan_interval);
    if (!shared) return shared;
    downloads_->set_limits(choices->downloads);
    warn_of_locked();
    set_limits(std::move(*choices));
    return {};
  }

  void stop() override {
    clock_watch_ = {};
    keeping_totals_ = {};
    keeping_uploads_ = {};
    telling_desktop_ = {};
    if (downloads_) downloads_->interrupt();  // they end while the listener drains
    if (hashes_) hashes_->stop();             // nobody waits for them any more
    routes_.clear();
    listener_.reset();
    hashes_.reset();
    closing_ = {};
    open_.reset();
    tickets_.reset();
    if (inbox_) inbox_->stop();
    if (downloads_) downloads_->stop();
    watcher_.reset();
    if (scanner_) scanner_->stop();
    inbox_.reset();
    downloads_.reset();
    rates_.reset();
    download_pacer_.reset();
    shares_.reset();
    scanner_.reset();
    if (meter_ && statistics_) keep_totals();
    if (upload_record_) upload_record_->look();
    upload_record_.reset();
    statistics_.reset();
    meter_.reset();
    reader_names_.reset();
    upload_history_.reset();
    desktop_.reset();
    hooks_.reset();
    hook_runner_.reset();
    growing_.reset();
    catalogue_.reset();
  }

  void* interface(std::string_view id) override {
    if (id == Shares::kInterface) return static_cast<Shares*>(shares_.get());
    if (id == Downloads::kInterface) return static_cast<Downloads*>(downloads_.get());
    if (auto* found = interface_of<Uploads, PublicEndpoint>(meter_.get(), id)) return found;
    if (id == Inbox::kInterface) return static_cast<Inbox*>(inbox_.get());
    return interface_of<Stores>(&*kept_, id);
  }

 private:
  Result<void> open() {
    const auto& settings = host_->settings();
    auto choices = Choices::of(settings);
    if (!choices) return choices.error();
    const auto log = [host = host_](LogLevel level, std::string_view message,
                                    std::initializer_list<LogField> fields) {
      host->log(level, message, fields);
    };
    catalogue_ = std::make_unique<transfer_swarm::Catalogue>(
        host_->data_folder() / "catalogue.sqlite", host_->clock());
    catalogue_->drop_all_partial();
    growing_ = std::make_unique<transfer_swarm::GrowingFiles>(announcing(log));
    if (auto kept = transfer_swarm::apply_configured(*catalogue_, choices->shares); !kept)
      return kept;
    hook_runner_ = std::make_unique<transfer_swarm::HookRunner>(
        host_->clock(), log, transfer_swarm::HookRunner::Limits{});
    hooks_ = std::make_unique<transfer_swarm::Hooks>(*hook_runner_);
    desktop_ = std::make_unique<transfer_swarm::Desktop>(*hook_runner_, host_->clock());
    telling_desktop_ = host_->every(std::chrono::seconds(1), [this] { desktop_->look(); });
    meter_ = std::make_unique<transfer_swarm::UploadMeter>(host_->clock(), publishing());
    statistics_ =
        std::make_unique<transfer_swarm::Statistics>(host_->data_folder() / "statistics.sqlite");
    meter_->set_totals(statistics_->totals());
    keeping_totals_ = host_->every(kKeepTotals, [this] { keep_totals(); });
    keep_uploads(log);
    download_pacer_ = std::make_unique<transfer_swarm::Pacer>(host_->clock());
    rates_.emplace(host_->clock(), *meter_, *download_pacer_);
    auto queue = transfer_swarm::DownloadQueue::open(
        queue_options(settings, *choices, log), [](const transfer_swarm::DownloadOptions& options) {
          return std::make_unique<transfer_swarm::FolderJobs>(options);
        });
    if (!queue) return queue.error();
    downloads_ = std::move(*queue);
    auto inbox = transfer_swarm::PeerInbox::open(inbox_options(settings, log));
    if (!inbox) return inbox.error();
    inbox_ = std::move(*inbox);
    clock_watch_ = host_->every(kLookAtClock, [this] {
      rates_->follow_clock();
      // Not before: the auth plugin may start after this one.
      if (!std::exchange(has_warned_, true)) warn_of_locked();
    });
    share(*choices, log);
    set_limits(std::move(*choices));
    return listen(settings);
  }

  // To the host, to the programs that the configuration names, and to the desktop.
  std::function<void(const Event&)> publishing() {
    return [host = host_, hooks = hooks_.get(), desktop = desktop_.get()](const Event& event) {
      host->publish(event);
      hooks->hear(event);
      desktop->hear(event);
    };
  }

  void keep_uploads(const Log& log) {
    upload_history_ =
        std::make_unique<transfer_swarm::UploadHistory>(host_->data_folder() / "uploads.sqlite");
    reader_names_ =
        std::make_unique<transfer_swarm::ReaderNames>(host_->find<Registry>(), host_->clock());
    meter_->set_names(reader_names_.get());
    meter_->set_history(upload_history_.get());
    upload_record_.emplace(*meter_, *upload_history_, *reader_names_, log);
    keeping_uploads_ = host_->every(kLookAtUploads, [this] { upload_record_->look(); });
  }

  // Downloads are partial sources while they run, in no share: no share's name begins so.
  transfer_swarm::GrowingFiles::Announcing announcing(const Log& log) {
    const auto tried = [log](const std::function<void()>& work) {
      auto done = sqlite::attempt([&]() -> Result<void> { return work(), Result<void>{}; });
      if (!done) log(LogLevel::warning, "partial source", {{"why", done.error().message}});
    };
    return {[this, tried](const std::string& id, const transfer_swarm::GrowingFile& file) {
              const auto& facts = file.facts();
              const auto path = ".downloading/" + id.substr(0, 12) + '/' + facts.name;
              tried([&] {
                catalogue_->put_partial(
                    id, {transfer_swarm::shown_name(path), facts.content, facts.size,
                         std::max<std::uint64_t>(file.have(), 1),  // 0 would be no source
                         file.audience()});
              });
            },
            [this, tried](const std::string& id) { tried([&] { catalogue_->drop_partial(id); }); }};
  }

  void share(const Choices& choices, const Log& log) {
    const auto host_data = host_->data_folder().parent_path();
    transfer_swarm::ScanOptions scan;
    scan.scan_at_start = false;  // each share once it is watched
    scan.rescan_interval = choices.rescan_interval;
    scan.ignore = choices.ignore;
    scan.hash_threads = static_cast<std::size_t>(host_->settings().integer("hash_threads"));
    scan.never = host_data;
    scan.moved = [meter = meter_.get()] {
      const auto totals = meter->counted();
      return totals.sent + totals.received;
    };
    scan.attributes = host_->find<AttributeReader>();
    scan.log = log;
    scanner_ =
        std::make_unique<transfer_swarm::Scanner>(*catalogue_, host_->clock(), std::move(scan));
    watcher_ = std::make_unique<transfer_swarm::Watcher>(
        [scanner = scanner_.get()](const transfer_swarm::Scope& scope) { scanner->request(scope); },
        host_->clock(), transfer_swarm::WatchOptions{.never = host_data, .log = log});
    shares_ = std::make_unique<transfer_swarm::ShareList>(*catalogue_, *scanner_, *watcher_,
                                                          choices.ignore);
  }

  void keep_totals() {
    auto kept = sqlite::attempt([&]() -> Result<void> {
      statistics_->put(meter_->counted());
      return {};
    });
    if (!kept)
      host_->log(LogLevel::warning, "totals are not kept", {{"why", kept.error().message}});
  }

  transfer_swarm::DownloadOptions queue_options(const Settings& settings, const Choices& choices,
                                                Log log) {
    transfer_swarm::DownloadOptions options;
    options.database = host_->data_folder() / "downloads.sqlite";
    options.folders = choices.folders;
    options.self = host_->peer_id();
    options.registry = host_->find<Registry>();
    options.clock = &host_->clock();
    options.seed = random_seed();
    options.own = transfer_swarm::own_shares(*catalogue_);
    options.log = std::move(log);
    options.publish = publishing();
    options.received = [meter = meter_.get()](std::uint64_t bytes) { meter->received(bytes); };
    options.limits = choices.downloads;
    options.pacer = download_pacer_.get();
    if (settings.boolean("offer_partial")) options.growing = growing_.get();
    return options;
  }

  void set_limits(Choices choices) {
    warn_of_idle(choices.uploads.weights);
    meter_->set_slots(choices.uploads.slots);
    meter_->set_connections(choices.uploads.connections);
    meter_->set_weights(std::move(choices.uploads.weights));
    meter_->set_daily_limit(choices.uploads.daily_per_file);
    rates_->set(choices.rates, std::move(choices.schedule));
    hooks_->set(std::move(choices.hooks));
    desktop_->set(transfer_swarm::desktop_command(choices.notify));
    if (auto kept = upload_history_->set_most(choices.uploads.history); !kept)
      host_->log(LogLevel::warning, "the history of uploads", {{"why", kept.error().message}});
  }

  // Weights of groups that nobody can be known to be in.
  void warn_of_idle(const transfer_swarm::UploadWeights& weights) {
    if (weights.empty() || host_->find<TicketChecker>()) return;
    host_->log(LogLevel::warning,
               "[transfer] upload_weight: the auth plugin checks no tickets, so nobody is in a "
               "group; set [auth] plugin = ticket");
  }

  // Shares for some only, of whom nobody can be told from others.
  void warn_of_locked() {
    if (host_->find<TicketChecker>()) return;
    for (const auto& share : catalogue_->shares())
      if (!share.spec.audience.everyone)
        host_->log(LogLevel::warning,
                   "nobody can fetch from this share, for no auth plugin checks tickets: use an "
                   "index with accounts, or share it with everyone",
                   {{"share", share.spec.name}, {"for", text_of(share.spec.audience)}});
  }

  // For each share that has the file, with its path in there.
  template <class Do>
  void each_place(const std::string& file, Do&& act) {
    for (const auto& share : catalogue_->shares()) {
      const auto folder = share.spec.folder + '/';
      if (file.starts_with(folder)) act(share, file.substr(folder.size()));
    }
  }

  // A file was written without a trace, or its disk has lost bits: it is hashed again.
  void hash_again(const std::string& file) {
    each_place(file, [&](const transfer_swarm::StoredShare& share, const std::string& path) {
      host_->log(LogLevel::warning,
                 "a shared file has other bytes than when it was hashed; it is hashed again",
                 {{"share", share.spec.name}, {"path", transfer_swarm::shown_name(path)}});
      catalogue_->spoil(share.key, path);
    });
    look_again(file, 0);
  }

  // A file is not any more what was hashed: its folder is looked through again.
  void look_again(const std::string& file, int error) {
    each_place(file, [&](const transfer_swarm::StoredShare& share, const std::string& path) {
      if (error == EACCES || error == EPERM || error == EIO)
        scanner_->leave_out(share.spec.name, path, error);
      else
        scanner_->request(
            transfer_swarm::Scope{share.spec.name, std::string(folder_of_path(path)), false});
    });
  }

  transfer_swarm::InboxOptions inbox_options(const Settings& settings, Log log) {
    transfer_swarm::InboxOptions options;
    options.database = host_->data_folder() / "inbox.sqlite";
    options.download_folder = settings.path("download_folder");
    options.self = host_->peer_id();
    options.self_name = host_->name();
    options.registry = host_->find<Registry>();
    options.downloads = downloads_.get();
    options.catalogue = catalogue_.get();
    options.clock = &host_->clock();
    options.log = std::move(log);
    options.publish = publishing();
    options.accept = settings.list("inbox_accept");
    return options;
  }

  Result<void> listen(const Settings& settings) {
    http::ListenOptions options;
    options.address = settings.address("listen");
    options.tls = transfer_swarm::tls_of(settings);
    auto listener = host_->listen(options);
    if (!listener) return listener.error();
    listener_ = std::move(*listener);
    hashes_ = std::make_unique<transfer_swarm::FileHashes>(host_->clock());
    tickets_ = std::make_unique<transfer_swarm::CheckedTickets>(
        host_->clock(), host_->peer_id(), [host = host_] { return host->find<TicketChecker>(); });
    open_ = std::make_unique<transfer_swarm::OpenContents>(*catalogue_, host_->clock());
    closing_ = host_->every(std::chrono::seconds(1), [open = open_.get()] { open->close_idle(); });
    auto routes = transfer_swarm::add_content_routes(
        *listener_, {*catalogue_, *meter_, *hashes_,
                     [this](const std::string& file, int error) { look_again(file, error); },
                     inbox_.get(), host_->find<Registry>(), open_.get(), growing_.get(),
                     tickets_.get(), [this](const std::string& file) { hash_again(file); }});
    if (!routes) return routes.error();
    routes_ = std::move(*routes);
    auto inbox_routes = transfer_swarm::add_inbox_routes(*listener_, *inbox_);
    if (!inbox_routes) return inbox_routes.error();
    for (auto& route : *inbox_routes) routes_.push_back(std::move(route));
    meter_->set_listening(listener_->address(), transfer_swarm::announced_address(settings).value(),
                          options.tls);
    return {};
  }

  Host* host_ = nullptr;
  std::optional<sqlite::KeptStores> kept_;
  std::unique_ptr<transfer_swarm::Catalogue> catalogue_;
  std::unique_ptr<transfer_swarm::GrowingFiles> growing_;
  std::unique_ptr<transfer_swarm::Pacer> download_pacer_;
  Registration clock_watch_;
  bool has_warned_ = false;
  std::unique_ptr<transfer_swarm::Statistics> statistics_;
  Registration keeping_totals_;
  std::unique_ptr<transfer_swarm::HookRunner> hook_runner_;
  std::unique_ptr<transfer_swarm::Hooks> hooks_;
  std::unique_ptr<transfer_swarm::Desktop> desktop_;
  Registration telling_desktop_;
  std::unique_ptr<transfer_swarm::UploadHistory> upload_history_;
  std::unique_ptr<transfer_swarm::ReaderNames> reader_names_;
  std::unique_ptr<transfer_swarm::UploadMeter> meter_;
  std::optional<transfer_swarm::UploadRecord> upload_record_;
  Registration keeping_uploads_;
  std::unique_ptr<transfer_swarm::FileHashes> hashes_;
  std::unique_ptr<transfer_swarm::CheckedTickets> tickets_;
  std::unique_ptr<transfer_swarm::OpenContents> open_;
  Registration closing_;
  std::optional<transfer_swarm::ScheduledRates> rates_;
  std::unique_ptr<transfer_swarm::Scanner> scanner_;
  std::unique_ptr<transfer_swarm::Watcher> watcher_;
  std::unique_ptr<transfer_swarm::ShareList> shares_;
  std::unique_ptr<transfer_swarm::DownloadQueue> downloads_;
  std::unique_ptr<transfer_swarm::PeerInbox> inbox_;
  std::unique_ptr<http::Listener> listener_;
  std::vector<Registration> routes_;
};

constexpr const char* kProvides[] = {Shares::kInterface, Downloads::kInterface, Uploads::kInterface,
                                     PublicEndpoint::kInterface, Inbox::kInterface};
constexpr const char* kRequires[] = {Registry::kInterface};

}  // namespace

SWAPMEET_PLUGIN(SwarmPlugin, {.id = "transfer.swarm",
                              .kind = swapmeet::Kind::transfer,
                              .version = "0.2.0",
                              .summary = "Shares folders and downloads from many peers at once.",
                              .provides = kProvides,
                              .requires_interfaces = kRequires,
                              .keys = kKeys});
