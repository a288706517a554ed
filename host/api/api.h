// The REST API: HTTP in, interface call, JSON out; one file per resource. The same on an index and
// on a peer: what this host's plugins do not provide is answered 501 with a sentence.
// Threads: handlers run on the front's workers.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "host/auth/auth.h"
#include "host/plugins/gate.h"
#include "host/services/event_bus.h"
#include "host/services/metrics.h"
#include "swapmeet/accounts.h"
#include "swapmeet/downloads.h"
#include "swapmeet/inbox.h"
#include "swapmeet/registry.h"
#include "swapmeet/search.h"
#include "swapmeet/shares.h"
#include "swapmeet/tickets.h"
#include "swapmeet/uploads.h"
#include "swapmeet/wire/json.h"
#include "swapmeet/wire/settings.h"

namespace swapmeet {

class AuditLog;
class AddressProofs;
class Bans;
class Limits;
class WatchList;

// What the API speaks to; nullptr: no plugin provides it.
struct ApiContext {
  http::Routes& routes;
  Clock& clock;
  Registry* registry = nullptr;
  Search* search = nullptr;
  Shares* shares = nullptr;
  Downloads* downloads = nullptr;
  Uploads* uploads = nullptr;
  Metrics& metrics;
  std::function<wire::StatusReport()> status;
  Inbox* inbox = nullptr;
  Auth* auth = nullptr;
  Accounts* accounts = nullptr;
  TicketIssuer* ticket_issuer = nullptr;
  EventBus* events = nullptr;
  WatchList* watch_list = nullptr;
  Limits* limits = nullptr;         // nullptr: none
  Bans* bans = nullptr;             // nullptr: nobody can be banned
  AddressProofs* proofs = nullptr;  // nullptr: the registry has no addresses to prove
  AuditLog* audit = nullptr;
  // The way into the plugin that provides an interface; nullptr: it is the host's own.
  std::function<Gate*(std::string_view interface_id)> gate_of = {};
  // Routes whose calls end in that plugin; empty: they are all the host's own.
  std::function<std::unique_ptr<http::Routes>(std::string_view interface_id)> routes_of = {};
  // Changes the configuration file, and the host with it; empty: that cannot be done here.
  std::function<Result<void>(const std::vector<wire::SettingChange>&)> change_settings = {};

  Gate* gate(std::string_view interface_id) const {
    return gate_of ? gate_of(interface_id) : nullptr;
  }
};

class Api {
 public:
  // Registers all routes; they end with the object.
  explicit Api(ApiContext context);
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  // Adds a route; the handler answers a Result, whose Error becomes a problem document.
  using Call = std::function<Result<http::Response>(http::Request&)>;
  void add(const std::string& method, const std::string& pattern, Call call,
           const http::RouteOptions& options = {});
  const ApiContext& context() const { return context_; }

 private:
  // The routes of a resource, and the interface that their calls end in.
  void add_resource(std::string_view interface_id, void (*add_routes)(Api&));

  ApiContext context_;
  std::vector<Registration> routes_;
  // Of the resource that is being added:
  Gate* gate_ = nullptr;
  std::unique_ptr<http::Routes> its_routes_;
};

// One per resource.
void add_openapi(Api& api);
void add_status(Api& api);
void add_sessions(Api& api);
void add_keys(Api& api);
void add_audit(Api& api);
void add_accounts(Api& api);
void add_invitations(Api& api);
void add_peers(Api& api);
void add_remedies(Api& api);
void add_changes(Api& api);
void add_search(Api& api);
void add_watches(Api& api);
void add_contents(Api& api);
void add_shares(Api& api);
void add_downloads(Api& api);
void add_uploads(Api& api);
void add_inbox(Api& api);
void add_events(Api& api);

}  // namespace swapmeet
