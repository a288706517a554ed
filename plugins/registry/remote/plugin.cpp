// registry.remote: the registry of an index, asked over HTTP, with TLS or without.
#include "swapmeet/plugin.h"

#include <algorithm>
#include <fstream>
#include <mutex>
#include <sstream>

#include "registry/remote/index_session.h"
#include "registry/remote/peer_tokens.h"
#include "swapmeet/registry.h"
#include "swapmeet/remote.h"
#include "swapmeet/secret_file.h"
#include "swapmeet/wire/client.h"
#include "swapmeet/wire/gzip.h"
#include "swapmeet/wire/host_url.h"
#include "swapmeet/wire/json.h"

namespace swapmeet::registry_remote {
namespace {

using namespace swapmeet;

constexpr const char* kProvides[] = {Registry::kInterface, IndexAddress::kInterface};
constexpr KeySpec kKeys[] = {
    {"index", KeyType::url, nullptr, nullptr, nullptr,
     "The index to ask, for example https://index.example.org:8888. An index with a key of its own "
     "is known by the fingerprint that it prints: https://HOST:8888#sha256=FINGERPRINT."},
    {"ca_file", KeyType::path, "", nullptr, nullptr,
     "Certificates (PEM) of the authorities that vouch for an index over https://; empty: those of "
     "this machine."},
    {"insecure", KeyType::boolean, "no", nullptr, nullptr,
     "yes: the account's password may go to an index on another machine over plain HTTP, where "
     "everybody on the way can read it."},
    {"account", KeyType::text, "", nullptr, nullptr,
     "The account at the index, for one that wants its members to log in; empty: as a guest."},
    {"password_file", KeyType::path, "", nullptr, nullptr,
     "A file whose first line is the account's password, and which only its owner can read."},
    {"timeout", KeyType::duration, "4s", "100ms", "5m", "How long to wait for an answer."},
};
constexpr std::size_t kWorthCompressing = 4096;
constexpr std::size_t kMostRemembered = 16;

class RemoteRegistry final : public Plugin, public Registry, public IndexAddress {
 public:
  Result<void> check(const Settings& settings) const override {
    const auto index = wire::parse_host_url(settings.text("index"));
    if (!index) return invalid_argument("index: " + index.error().message);
    const bool has_account = settings.has("account");
    if (has_account != settings.has("password_file"))
      return invalid_argument("account and password_file belong together: set both, or neither");
    if (has_account && !index->secure && !index->is_local() && !settings.boolean("insecure"))
      return invalid_argument(
          "index: the password would go to " + index->url +
          " in clear; use https:// (an index that has no certificate prints the fingerprint that "
          "stands behind '#'), or set insecure = yes in a network that is all yours");
    return {};
  }
  Result<void> configure(Host& host) override {
    host_ = &host;
    if (auto checked = check(host.settings()); !checked) return checked;
    index_ = *wire::parse_host_url(host.settings().text("index"));
    trust_ = {index_.fingerprint, host.settings().path("ca_file").string()};
    auto options = wire::options_for(*this);
    options.timeout = host.settings().duration("timeout");
    client_ = std::make_unique<wire::Client>(options);
    account_ = {host.settings().text("account"), host.settings().path("password_file")};
    session_ = std::make_unique<IndexSession>(host, *client_, account_);
    return {};
  }
  Result<void> start() override {
    if (!index_.secure && !index_.is_local())
      host_->log(LogLevel::warning, "the index is asked in clear",
                 {{"index", index_.url}, {"remedy", "use https:// in [registry] index"}});
    if (account_.name.empty()) return {};
    auto password = read_secret(account_.password_file);
    if (!password) return std::move(password).error();
    return {};
  }
  void stop() override {}
  void* interface(std::string_view id) override {
    return interface_of<Registry, IndexAddress>(this, id);
  }
  std::string index_url() const override { return index_.url; }
  IndexTrust index_trust() const override { return trust_; }
  Result<std::string> session() override { return session_->token(); }
  void session_ended(const std::string& token) override { session_->ended(token); }

  Result<Enrolled> enroll(const Enrollment& enrollment, const Caller&) override {
    // Made here when there is none: one that the index made could not be derived from any token.
    const auto secret = enrollment.token.empty() ? random_hex(32) : enrollment.token;
    const auto told = told_of_index();
    if (!told) return told.error();
    auto remembered = this->remembered();
    auto bound = bound_to(index_, *told);
    const auto& given = enrollment.former_token;
    auto enrolled = put(enrollment, token_for(secret, bound),
                        given.empty() ? std::string() : token_for(given, bound));
    for (const auto& before : bound_before(index_, *told, remembered)) {
      if (!is_refused(enrolled)) break;
      const auto former = token_for(secret, before);
      enrolled = put(enrollment, token_for(secret, bound), former);
      if (!is_refused(enrolled)) break;
      // An index that knows nothing of former tokens keeps the one it has.
      enrolled = put(enrollment, former);
      if (enrolled) bound = before;
    }
    if (!enrolled) return enrolled;
    remember({bound, *told}, std::move(remembered));
    {
      const std::lock_guard lock(mutex_);
      bound_to_ = std::move(bound);
    }
    // The caller knows its own token, not the one derived for this index.
    enrolled->token = secret;
    return enrolled;
  }
  Result<std::chrono::seconds> renew(const PeerId& peer, const std::string& token) override {
    return ask<std::chrono::seconds>("POST", peer_path(peer) + "/lease", "", headers(token));
  }
  Result<void> leave(const PeerId& peer, const std::string& token) override {
    auto reply =
        wire::request_as_member(*client_, *this, "DELETE", peer_path(peer), "", headers(token));
    if (!reply) return std::move(reply).error();
    return {};
  }
  Result<Page<PeerRecord>> peers(const PeerQuery& query) override {
    return ask<Page<PeerRecord>>("GET", "/api/v1/peers" + page_query(query.page) +
                                            "&name=" + wire::percent_encode(query.name) +
                                            (query.present_only ? "" : "&all=true"));
  }
  // Of all these the index says who is asking: this host's account.
  Result<PeerRecord> peer(const PeerId& peer, const Identity&) override {
    return ask<PeerRecord>("GET", peer_path(peer));
  }
  Result<FeedPosition> announced(const PeerId& peer, const std::string& token) override {
    return ask<FeedPosition>("GET", peer_path(peer) + "/changes", "", headers(token));
  }

  Result<FeedPosition> announce(const PeerId& peer, const std::string& token,
                                const ChangeBatch& batch) override {
    std::string body = wire::to_ndjson(batch);
    auto fields = headers(token);
    fields.set("Content-Type", "application/x-ndjson");
    if (body.size() > kWorthCompressing) {
      auto packed = wire::gzip(body);
      if (!packed) return std::move(packed).error();
      body = std::move(*packed);
      fields.set("Content-Encoding", "gzip");
    }
    return ask<FeedPosition>("POST", peer_path(peer) + "/changes", body, fields);
  }

  Result<Page<Listing>> browse(const PeerId& peer, const BrowseQuery& query) override {
    return ask<Page<Listing>>("GET", peer_path(peer) + "/files" + page_query(query.page) +
                                         "&folder=" + wire::percent_encode(query.folder));
  }
  Result<ContentRecord> content(const ContentQuery& query) override {
    return ask<ContentRecord>("GET", "/api/v1/contents/" + query.content.text());
  }
  Result<RegistryCounts> counts() override {
    auto report = ask<wire::StatusReport>("GET", "/api/v1/status");
    if (!report) return std::move(report).error();
    if (!report->counts)
      return Error{ErrorCode::unavailable, "the index does not say who is there", {}};
    return *report->counts;
  }
  ChangeFeed* feed() override { return nullptr; }
  Result<FolderLevel> level(const PeerId& peer, const BrowseQuery& query) override {
    return ask<FolderLevel>("GET", peer_path(peer) + "/folders" + page_query(query.page) +
                                       "&folder=" + wire::percent_encode(query.folder));
  }

 private:
  template <class T>
  Result<T> ask(const std::string& method, const std::string& target, const std::string& body = "",
                http::Headers fields = {}) {
    if (!body.empty() && !fields.find("Content-Type"))
      fields.set("Content-Type", "application/json");
    auto reply = wire::request_as_member(*client_, *this, method, target, body, std::move(fields));
    if (!reply) return std::move(reply).error();
    return wire::from_json<T>(reply->body);
  }

  static std::string peer_path(const PeerId& peer) { return "/api/v1/peers/" + peer.text(); }
  static std::string page_query(const PageRequest& page) {
    return "?limit=" + std::to_string(page.limit) + "&after=" + wire::percent_encode(page.after);
  }

  static bool is_refused(const Result<Enrolled>& enrolled) {
    return !enrolled && enrolled.error().code == ErrorCode::not_allowed;
  }
  Result<Enrolled> put(const Enrollment& enrollment, const std::string& token,
                       const std::string& former = {}) {
    http::Headers fields;
    fields.set("Swapmeet-Peer-Token", token);
    if (!former.empty()) fields.set("Swapmeet-Former-Token", former);
    return ask<Enrolled>("PUT", peer_path(enrollment.id), wire::to_json(enrollment),
                         std::move(fields));
  }
  http::Headers headers(const std::string& secret) {
    http::Headers fields;
    if (!secret.empty()) fields.set("Swapmeet-Peer-Token", token_for(secret, present_bound()));
    return fields;
  }
  // Of who has registered in this run or, since a registration outlives a run, in an earlier one.
  std::string present_bound() {
    {
      const std::lock_guard lock(mutex_);
      if (!bound_to_.empty()) return bound_to_;
    }
    const auto told = told_of_index();
    if (!told) return bound_to(index_, {});
    auto bound = bound_to(index_, *told);
    const auto all = remembered();
    const auto may = bound_before(index_, *told, all);
    // An index that knows nothing of former tokens has kept the one from before.
    if (!all.empty() && all.front().index == *told &&
        std::find(may.begin(), may.end(), all.front().bound_to) != may.end())
      bound = all.front().bound_to;
    const std::lock_guard lock(mutex_);
    bound_to_ = bound;
    return bound;
  }

  // Errors: only those that are likely to pass.
  Result<ToldOfIndex> told_of_index() {
    auto reply = client_->request("GET", "/api/v1/status");
    if (!reply && (reply.error().code == ErrorCode::unavailable ||
                   reply.error().code == ErrorCode::timed_out))
      return std::move(reply).error();
    const auto report = reply ? wire::from_json<wire::StatusReport>(reply->body) : reply.error();
    if (!report) return ToldOfIndex{};
    // What a pin has proved is more than what is told.
    return ToldOfIndex{report->peer.text(),
                       index_.fingerprint.empty() ? report->fingerprint : index_.fingerprint};
  }
  std::filesystem::path memory() const { return host_->data_folder() / "known_indexes"; }
  std::vector<Remembered> remembered() const {
    std::ostringstream text;
    text << std::ifstream(memory()).rdbuf();
    return Remembered::read(text.str());
  }
  // Newest first. That it cannot be kept only costs proof when the index moves.
  void remember(const Remembered& now, std::vector<Remembered> all) const {
    if (!all.empty() && all.front() == now) return;
    std::erase(all, now);
    all.insert(all.begin(), now);
    if (all.size() > kMostRemembered) all.resize(kMostRemembered);
    if (auto kept = write_secret(memory(), Remembered::write(all)); !kept)
      host_->log(LogLevel::warning, "the index is not remembered", {{"why", kept.error().message}});
  }

  Host* host_ = nullptr;
  wire::HostUrl index_;
  IndexTrust trust_;
  std::unique_ptr<wire::Client> client_;
  IndexAccount account_;
  std::unique_ptr<IndexSession> session_;
  mutable std::mutex mutex_;
  std::string bound_to_;  // what the peer's token there is made from, since it has registered
};

}  // namespace
}  // namespace swapmeet::registry_remote

SWAPMEET_PLUGIN(swapmeet::registry_remote::RemoteRegistry,
                {.id = "registry.remote",
                 .kind = swapmeet::Kind::registry,
                 .version = "0.3.0",
                 .summary = "Asks the registry of an index.",
                 .provides = swapmeet::registry_remote::kProvides,
                 .keys = swapmeet::registry_remote::kKeys});
