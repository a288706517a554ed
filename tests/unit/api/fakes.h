// Small fakes of the interfaces that the API calls, and an API over them without sockets.
// Threads: one at a time, as the tests call it.
#pragma once

#include <rapidjson/document.h>

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "catch.h"
#include "host/api/api.h"
#include "host/api/watch_list.h"
#include "host/auth/audit_log.h"
#include "host/auth/session_table.h"
#include "host/config/config.h"
#include "host/limits/bans.h"
#include "host/limits/limits.h"
#include "swapmeet/testing/manual_clock.h"
#include "swapmeet/testing/memory_routes.h"
#include "swapmeet/testing/temporary_folder.h"

namespace swapmeet::testing {

inline const std::string kPeer(32, 'a');
inline const std::string kContent(64, 'c');
inline PeerId peer_id() { return *PeerId::parse(kPeer); }
inline ContentId content_id() { return *ContentId::parse(kContent); }

class FakeRegistry : public Registry {
 public:
  Result<Enrolled> enroll(const Enrollment& enrollment, const Caller& caller) override {
    enrollment_ = enrollment;
    caller_ = caller;
    return Enrolled{record(), std::chrono::seconds(60), "t"};
  }
  Result<std::chrono::seconds> renew(const PeerId&, const std::string& token) override {
    token_ = token;
    return std::chrono::seconds(60);
  }
  Result<void> leave(const PeerId&, const std::string& token) override {
    return token_ = token, Result<void>{};
  }
  Result<Page<PeerRecord>> peers(const PeerQuery& query) override {
    query_ = query;
    auto one = record();
    one.seen_address = seen_;
    return Page<PeerRecord>{{one}, query.page.after.empty() ? "more" : ""};
  }
  Result<PeerRecord> peer(const PeerId& id, const Identity&) override {
    if (id != peer_id()) return Error{ErrorCode::not_found, "no such peer", {}};
    auto peer = record();
    peer.account = account_;
    peer.transfer = transfer_;
    return peer;
  }
  Result<FeedPosition> announced(const PeerId&, const std::string&) override {
    return FeedPosition{"f", 3};
  }
  Result<FeedPosition> announce(const PeerId&, const std::string& token,
                                const ChangeBatch& batch) override {
    token_ = token;
    if (batch.base == 9) return Error{ErrorCode::conflict, "the index stands at 3", {}};
    return FeedPosition{batch.feed, batch.upto};
  }
  Result<Page<Listing>> browse(const PeerId&, const BrowseQuery& query) override {
    if (query.folder == "throw") throw std::runtime_error("a defect");
    Listing listing;
    listing.path = "music/a.flac";
    listing.content = content_id();
    return Page<Listing>{{listing}, ""};
  }
  Result<ContentRecord> content(const ContentQuery& query) override {
    ContentRecord record{query.content, 5, {"music/a<&>.flac"}, {}, ""};
    if (query.content == content_id())
      record.sources = {{peer_id(), "alice", "http://127.0.0.1:1/content/x?a&b", 5}};
    return record;
  }
  Result<RegistryCounts> counts() override { return RegistryCounts{1, 1, 2, 3}; }
  ChangeFeed* feed() override { return nullptr; }
  Result<void> check_token(const PeerId&, const std::string& token) override {
    ++checked_;
    if (token == "wrong") return not_allowed("this is not the token");
    return {};
  }
  Result<std::size_t> forget(const std::vector<PeerId>& peers) override {
    forgotten_.insert(forgotten_.end(), peers.begin(), peers.end());
    return static_cast<std::size_t>(std::count(peers.begin(), peers.end(), peer_id()));
  }
  Result<void> transfer(const PeerId& id, const Transfer& to) override {
    if (id != peer_id()) return not_found("no such peer");
    return transfer_ = to, Result<void>{};
  }

  static PeerRecord record() {
    PeerRecord peer;
    peer.id = peer_id();
    peer.name = "alice";
    peer.address = "127.0.0.1";
    peer.port = 1;
    return peer;
  }
  Enrollment enrollment_;
  Caller caller_;
  PeerQuery query_;
  std::string token_;
  std::string account_;  // who registered the one peer
  std::string seen_;     // where the one peer registered from
  std::optional<Transfer> transfer_;
  std::vector<PeerId> forgotten_;
  int checked_ = 0;
};

class FakeSearch : public Search {
 public:
  Result<SearchPage> search(const SearchRequest& request) override {
    request_ = request;
    Hit hit;
    hit.content = content_id();
    hit.name = "a.flac";
    SearchPage page;
    page.query = request.query;
    page.searched_for = "what was meant";
    page.total = 1;
    page.has_more = true;
    page.hits.push_back(hit);
    page.facets.emplace();
    page.facets->types[0] = page.facets->sizes[0] = page.facets->sizes[4] = 1;
    return page;
  }
  Result<std::vector<std::string>> suggest(const SuggestRequest& request) override {
    return std::vector<std::string>{request.typed + "bc", std::to_string(request.limit)};
  }
  ChangeFollower* follower() override { return nullptr; }
  SearchRequest request_;
};

class FakeWatches : public Watches {
 public:
  Result<Registration> watch(const WatchRequest& request,
                             std::function<void(const Match&)> found) override {
    if (request.query == "(") return Error{ErrorCode::invalid_argument, "no word", 0};
    if (away_) return Error{ErrorCode::unavailable, "the index is away", {}};
    found_[request.query] = std::move(found);
    viewers_[request.query] = request.viewer;
    return Registration([this, query = request.query, number = ++numbers_[request.query]] {
      if (numbers_[query] == number) found_.erase(query);
    });
  }
  std::map<std::string, std::function<void(const Match&)>> found_;
  std::map<std::string, Identity> viewers_;
  std::map<std::string, int> numbers_;
  bool away_ = false;
};

class FakeShares : public Shares {
 public:
  Result<std::vector<ShareStatus>> list() override { return std::vector{status("music")}; }
  Result<ShareStatus> add(const ShareSpec& share) override { return status(share.name); }
  Result<void> remove(const std::string& name) override {
    if (name == "fixed") return Error{ErrorCode::conflict, "it is configured", {}};
    return {};
  }
  Result<void> rescan(const std::string& name) override {
    return rescanned_.push_back(name), Result<void>{};
  }
  ChangeFeed& feed() override { std::terminate(); }
  Result<ShareStatus> set_audience(const std::string& name, const Audience& audience) override {
    if (name == "fixed") return Error{ErrorCode::conflict, "it is configured", {}};
    auto share = status(name);
    share.share.audience = audience;
    return share;
  }
  static ShareStatus status(const std::string& name) {
    ShareStatus share;
    share.share.name = name;
    share.share.folder = "/x";
    return share;
  }
  std::vector<std::string> rescanned_;
};

// Two: "1" is a file, and "folder" a folder of a million files.
class FakeDownloads : public Downloads {
 public:
  static constexpr std::uint64_t kFiles = 1'000'000;
  Result<DownloadStatus> start(const DownloadRequest&) override { return status("1"); }
  Result<DownloadStatus> start_folder(const FolderRequest& request) override {
    return folder_ = request, status("folder");
  }
  Result<DownloadPage> list(const DownloadQuery& query) override {
    query_ = query;
    return DownloadPage{{{status("folder"), status("1")}, ""}, {.queued = 2}};
  }
  Result<Page<FolderFile>> files(const std::string& id, const PageRequest& page) override {
    if (id != "folder") return Error{ErrorCode::not_found, "no such folder", {}};
    page_ = page;
    Page<FolderFile> files{{}, "more"};
    for (std::size_t i = 0; i < page.limit; ++i)
      files.items.push_back({"a" + std::to_string(i), content_id(), 1, DownloadState::failed, "x"});
    return files;
  }
  Result<DownloadStatus> get(const std::string& id) override {
    if (id != "1" && id != "folder") return Error{ErrorCode::not_found, "no such download", {}};
    return status(id);
  }
  Result<DownloadStatus> pause(const std::string& id) override { return status(id); }
  Result<DownloadStatus> resume(const std::string& id) override { return status(id); }
  Result<void> cancel(const std::string&) override { return {}; }
  Result<std::uint64_t> change_all(DownloadChange change) override { return changed_ = change, 2; }
  static DownloadStatus status(const std::string& id) {
    DownloadStatus download;
    download.id = id;
    if (id == "folder")
      download.folder = {kFiles, kFiles / 2, 3, false};
    else
      download.content = content_id();
    download.sources.push_back({peer_id(), "alice", "http://x", 1, 1, "active"});
    return download;
  }
  FolderRequest folder_;
  DownloadQuery query_;                    // of the last list()
  std::optional<DownloadChange> changed_;  // the last one of all
  PageRequest page_;                       // that files() was asked for last
};

class FakeUploads : public Uploads {
 public:
  Result<std::vector<UploadStatus>> list() override { return std::vector<UploadStatus>(1); }
  Result<TransferTotals> totals() override { return TransferTotals{}; }
  Result<Page<UploadStatus>> history(const PageRequest&) override {
    UploadStatus one;
    one.peer = peer_id();
    one.peer_name = "bob";
    one.finished = Time{};
    return Page<UploadStatus>{{one}, "7"};
  }
};

class FakeInbox : public Inbox {
 public:
  Result<Page<Offer>> list(const PageRequest&) override { return Page<Offer>{{offer("1")}, ""}; }
  Result<Offer> get(const std::string& id) override { return offer(id); }
  Result<Offer> accept(const std::string& id) override { return offer(id); }
  Result<Offer> refuse(const std::string&) override {
    return Error{ErrorCode::conflict, "already decided", {}};
  }
  Result<Offer> send(const SendRequest& request) override { return sent_ = request, offer("2"); }
  static Offer offer(const std::string& id) {
    Offer offer;
    offer.id = id;
    offer.name = "a";
    return offer;
  }
  SendRequest sent_;
};

class FakeAuth : public Auth, public Accounts, public TicketIssuer {
 public:
  bool has_accounts() const override { return has_accounts_; }
  Result<Identity> identify(std::string_view token) override {
    if (token == "alice-session") return Identity{"alice", {}, {}};
    if (auto who = table_.identify(token)) return *who;
    Identity guest;
    guest.read_only = read_only_;
    if (token.empty() && guests_) return guest;
    return Error{ErrorCode::unauthenticated, "log in first", {}};
  }
  std::optional<Scopes> scopes(std::string_view token) override { return table_.scopes(token); }
  void log_in(const LogIn& wanted, const Visit& visit, LoggedIn done) override {
    from_ = wanted.address;
    visit_ = visit;
    if (wanted.password == "too often")
      return done(Error{ErrorCode::too_many, "wait", {}, std::chrono::seconds(7)});
    if (wanted.password == "during an outage") return done(unavailable("auth.company: it is away"));
    if (wanted.password != "right") return done(unauthenticated("wrong"));
    done(Session{"alice-session", {}, {wanted.account, {}, {}}, "a-device"});
  }
  Result<void> begin_confirming(const std::string& account) override {
    confirming_.push_back(account);
    return may_confirm_ ? Result<void>() : too_many("wait");
  }
  void confirmed(const std::string& account) override { confirmed_.push_back(account); }
  SessionTable& table() override { return table_; }
  Result<std::string> issue(const TicketClaims& claims) override { return "for " + claims.account; }
  std::array<std::uint8_t, 32> ticket_key() override { return {0xAB}; }
  bool open_registration() override { return open_; }
  Result<Account> create(const std::string& name, const std::string&, bool by_admin) override {
    by_admin_ = by_admin;
    return account(name);
  }
  Result<IssuedInvitation> invite(const Invitation& wanted) override {
    invited_ = wanted;
    invited_.id = "i1";
    return IssuedInvitation{invited_, "the-code"};
  }
  Result<std::vector<Invitation>> invitations() override { return std::vector{invited_}; }
  Result<void> withdraw_invitation(const std::string& id) override {
    if (id == "i1") return {};
    return Error{ErrorCode::not_found, "there is no such invitation", {}};
  }
  Result<Account> join(const std::string& code, const std::string& name,
                       const std::string&) override {
    if (code == "the-code") return account(name);
    return Error{ErrorCode::not_found, "there is no such invitation", {}};
  }
  Result<Page<Account>> list(const PageRequest&) override {
    return Page<Account>{{account("alice")}, ""};
  }
  Result<Account> get(const std::string& name) override { return account(name); }
  Result<Account> change(const std::string& name, const AccountChange& change) override {
    changed_ = change;
    if (change.old_password && *change.old_password != "old")
      return Error{ErrorCode::not_allowed, "the old password is wrong", {}};
    return account_.name == name ? account_ : account(name);
  }
  Result<void> remove(const std::string&) override { return {}; }
  static Account account(const std::string& name) { return {name, {}, {}, false, {}}; }

  bool has_accounts_ = true;
  bool guests_ = true;
  bool read_only_ = false;
  bool open_ = false;
  std::string from_;
  Visit visit_;
  bool by_admin_ = false;
  Invitation invited_;
  bool may_confirm_ = true;
  std::vector<std::string> confirming_;
  std::vector<std::string> confirmed_;
  TemporaryFolder folder_;
  ManualClock clock_;
  SessionTable table_{folder_.path, clock_};
  AccountChange changed_;
  Account account_;  // of this name, once it is changed
};

inline void no_log(LogLevel, std::string_view, std::initializer_list<LogField>) {}

struct World {
  FakeRegistry registry;
  FakeSearch search;
  FakeShares shares;
  FakeDownloads downloads;
  FakeUploads uploads;
  FakeInbox inbox;
  FakeAuth auth;
  EventBus events;
  FakeWatches watches;
  TemporaryFolder data;
  ManualClock clock;
  WatchStore watch_store{data.path};
  AuditLog audit{data.path, clock, no_log};
  WatchList watch_list{{watches, events, watch_store, clock, no_log}};
  Metrics metrics;
  BanStore ban_store{data.path};
  Bans bans{ban_store, clock};
  Limits limits{clock, metrics, "salt"};
  MemoryRoutes routes;

  ApiContext bare() {
    return {.routes = routes, .clock = clock, .metrics = metrics, .status = [] {
              return wire::StatusReport{};
            }};
  }
  ApiContext all() {
    auto context = bare();
    context.registry = &registry;
    context.search = &search;
    context.shares = &shares;
    context.downloads = &downloads;
    context.uploads = &uploads;
    context.inbox = &inbox;
    context.auth = &auth;
    context.accounts = &auth;
    context.ticket_issuer = &auth;
    context.events = &events;
    context.watch_list = &watch_list;
    context.limits = &limits;
    context.bans = &bans;
    context.audit = &audit;
    return context;
  }
  // Those of [limits] that differ from their defaults.
  void limit(const RawSettings& raw) {
    limits.set(Settings::check("[limits]", raw, limit_keys(), {}).value());
  }
  // 200, or whatever it was that came instead.
  int status(const std::string& method, const std::string& target, const std::string& body,
             const http::Request& request) {
    return call(method, target, body, request).status;
  }
  // By an admin, unless the request says otherwise.
  http::Response call(const std::string& method, const std::string& target,
                      const std::string& body = "", http::Request request = admin()) {
    request.id = "r1";
    request.body = body;
    return routes.call(method, target, std::move(request));
  }
  static http::Request admin() {
    http::Request request;
    request.identity = {"owner", {}, {"admin"}};
    request.remote_address = "192.0.2.7";
    return request;
  }
  static http::Request guest() {
    http::Request request;
    request.remote_address = "192.0.2.7";
    return request;
  }
  static http::Request as(const std::string& account) {
    http::Request request;
    request.identity.account = account;
    return request;
  }
};

inline rapidjson::Document parsed(const http::Response& response) {
  rapidjson::Document document;
  document.Parse(body_of(response).c_str());
  REQUIRE_FALSE(document.HasParseError());
  return document;
}

inline std::string code_of(const http::Response& response) {
  CHECK(*response.headers.find("Content-Type") == "application/problem+json");
  const auto document = parsed(response);
  CHECK(std::string(document["request"].GetString()) == "r1");
  return document["code"].GetString();
}

}  // namespace swapmeet::testing
