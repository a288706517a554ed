// registry.remote: the registry of an index, asked over HTTP.
#include "swapmeet/plugin.h"

#include "registry/remote/index_session.h"
#include "swapmeet/digest.h"
#include "swapmeet/registry.h"
#include "swapmeet/remote.h"
#include "swapmeet/secret_file.h"
#include "swapmeet/wire/client.h"
#include "swapmeet/wire/gzip.h"
#include "swapmeet/wire/json.h"

namespace swapmeet::registry_remote {
namespace {

using namespace swapmeet;

constexpr const char* kProvides[] = {Registry::kInterface, IndexAddress::kInterface};
constexpr KeySpec kKeys[] = {
    {"index", KeyType::url, nullptr, nullptr, nullptr,
     "The index to ask, for example http://127.0.0.1:8888."},
    {"account", KeyType::text, "", nullptr, nullptr,
     "The account at the index, for one that wants its members to log in; empty: as a guest."},
    {"password_file", KeyType::path, "", nullptr, nullptr,
     "A file whose first line is the account's password, and which only its owner can read."},
    {"timeout", KeyType::duration, "4s", "100ms", "5m", "How long to wait for an answer."},
};
constexpr std::size_t kWorthCompressing = 4096;

class RemoteRegistry final : public Plugin, public Registry, public IndexAddress {
 public:
  Result<void> configure(Host& host) override {
    auto url = wire::normal_url(host.settings().text("index"));
    if (!url) return std::move(url).error();
    url_ = std::move(*url);  // the peer's token at this index is made from it
    if (!url_.starts_with("http://"))
      return unsupported("index: only http:// is spoken in this version");
    wire::ClientOptions options;
    options.url = url_;
    options.timeout = host.settings().duration("timeout");
    client_ = std::make_unique<wire::Client>(options);
    account_ = {host.settings().text("account"), host.settings().path("password_file")};
    if (account_.name.empty() != account_.password_file.empty())
      return invalid_argument("account and password_file belong together: set both, or neither");
    session_ = std::make_unique<IndexSession>(host, *client_, account_);
    return {};
  }
  Result<void> start() override {
    if (account_.name.empty()) return {};
    auto password = read_secret(account_.password_file);
    if (!password) return std::move(password).error();
    return {};
  }
  void stop() override {}
  void* interface(std::string_view id) override {
    return interface_of<Registry, IndexAddress>(this, id);
  }
  std::string index_url() const override { return url_; }
  Result<std::string> session() override { return session_->token(); }
  void session_ended(const std::string& token) override { session_->ended(token); }

  Result<Enrolled> enroll(const Enrollment& enrollment, const Caller&) override {
    // Made here when there is none: one that the index made could not be derived from any token.
    const auto token = enrollment.token.empty() ? random_hex(32) : enrollment.token;
    auto enrolled =
        ask<Enrolled>("PUT", peer_path(enrollment.id), wire::to_json(enrollment), headers(token));
    // The caller knows its own token, not the one derived for this index.
    if (enrolled) enrolled->token = token;
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
  Result<PeerRecord> peer(const PeerId& peer) override {
    return ask<PeerRecord>("GET", peer_path(peer));
  }
  Result<FeedPosition> announced(const PeerId& peer) override {
    return ask<FeedPosition>("GET", peer_path(peer) + "/changes");
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
    return report->counts;
  }
  ChangeFeed* feed() override { return nullptr; }

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

  // Each index gets a token of its own, so that none can speak for the peer at another.
  http::Headers headers(const std::string& token) const {
    http::Headers fields;
    if (token.empty()) return fields;
    fields.set("Swapmeet-Peer-Token", sha256_hex(token + '\n' + url_));
    return fields;
  }

  std::string url_;
  std::unique_ptr<wire::Client> client_;
  IndexAccount account_;
  std::unique_ptr<IndexSession> session_;
};

}  // namespace
}  // namespace swapmeet::registry_remote

SWAPMEET_PLUGIN(swapmeet::registry_remote::RemoteRegistry,
                {.id = "registry.remote",
                 .kind = swapmeet::Kind::registry,
                 .version = "0.2.0",
                 .summary = "Asks the registry of an index.",
                 .provides = swapmeet::registry_remote::kProvides,
                 .keys = swapmeet::registry_remote::kKeys});
