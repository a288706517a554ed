// The JSON form of every type that crosses the wire. Reading is strict about types and forgiving
// about fields it does not know; what is wrong is an `invalid_argument` that names the field.
// Threads: free functions without shared state.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "swapmeet/accounts.h"
#include "swapmeet/downloads.h"
#include "swapmeet/feed.h"
#include "swapmeet/inbox.h"
#include "swapmeet/page.h"
#include "swapmeet/registry.h"
#include "swapmeet/search.h"
#include "swapmeet/sessions.h"
#include "swapmeet/shares.h"
#include "swapmeet/tickets.h"
#include "swapmeet/uploads.h"
#include "swapmeet/watch.h"

namespace swapmeet::wire {

struct PluginReport {
  std::string id;
  std::string kind;
  std::string version;
  std::string state;          // loaded, configured, started, faulty, stopping, stopped or failed
  std::string reason = {};    // why it is faulty, or was; told to the owner; empty: nothing yet
  std::uint64_t faults = 0;   // since the start of the host
  std::uint64_t overdue = 0;  // calls of the host's into it that should have returned
};

// What the last reading of the configuration (SIGHUP) came to. Keys as "peer.ini [transfer]
// ignore".
struct ReloadReport {
  Time time;
  std::vector<std::string> changed;     // keys in force since then
  std::vector<std::string> refused;     // sentences; those sections are wholly as they were
  std::vector<std::string> at_restart;  // keys that take effect at the next start
};

// GET /api/v1/status
struct StatusReport {
  std::string name;
  std::string version;
  PeerId peer;
  std::string role;  // "index" or "peer"
  std::chrono::seconds uptime{};
  std::vector<PluginReport> plugins;
  std::optional<RegistryCounts> counts = {};  // nullopt: unknown, or not for whoever asks
  std::string content_address;   // of the public listener: "127.0.0.1:6699"; empty: there is none
  std::string index_url;         // of the index that is asked; empty: this host is its own
  std::string fingerprint;       // of the key of its API over TLS, 64 hex digits
  std::string index_problem;     // why this host is not well with its registry; empty: it is
  std::string unreachable = {};  // why nobody can fetch from this host, though it is registered
  std::optional<TransferTotals> transferred;  // by a peer, told to its owner
  std::optional<ReloadReport> reload;         // none since the start; told to the owner
  // What a person rarely means, a sentence each: "others cannot fetch …"; told to the owner.
  std::vector<std::string> cautions = {};
};

// A key of the configuration, as `swapmeet plugins --json` lists it; what does not apply is empty.
struct KeyListing {
  std::string name;
  std::string type;
  std::string default_value;
  std::string least;
  std::string greatest;
  std::string choices;  // separated by '|'
  std::string help;
  bool required = false;
  bool changes_at_once = false;  // on SIGHUP; otherwise at a restart
};

// A plugin that can be loaded.
struct PluginListing {
  PluginReport plugin;
  std::string summary;
  std::string section;  // of the configuration that enables it; empty: none does
  std::vector<KeyListing> keys;
};

// A section of the configuration that is the host's own.
struct SectionListing {
  std::string name;
  std::vector<KeyListing> keys;
};
// {"plugins":[…],"sections":[…]}
std::string to_json(const std::vector<PluginListing>& plugins,
                    const std::vector<SectionListing>& sections);

// GET /api/v1/search/suggest
struct Suggestions {
  std::vector<std::string> queries;  // {"suggestions":[…]}
};

// POST /api/v1/sessions, and of an account that is to be made.
struct Credentials {
  std::string account;
  std::string password;
  std::string invitation = {};  // the code of one, to make an account; empty: none
};

// GET /api/v1/tickets/key
struct TicketKey {
  std::array<std::uint8_t, 32> bytes{};  // TicketIssuer::ticket_key
};

// POST /api/v1/watches
struct WatchOrder {
  std::string query;
  // How long it lasts while nobody listens; nullopt: the host's own choice.
  std::optional<std::chrono::seconds> keep = {};
  bool collect = false;  // what it finds while nobody listens waits for who comes back
};

// The answer to it.
struct WatchRecord {
  std::string id;
  std::string query;
  std::chrono::seconds keep{};
  bool collect = false;
  std::uint64_t waiting = 0;  // matches, of one that collects
};

// GET /api/v1/watches/{id}/matches: what a watch that collects has found and nobody has heard.
struct WaitingMatches {
  struct One {
    Match match;
    Time found{};
  };
  std::vector<One> matches;  // oldest first
  std::uint64_t lost = 0;    // older ones, for which there was no room
};

// POST /api/v1/downloads: {"content",…} is one file, {"peer","path",…} a folder.
using DownloadOrder = std::variant<DownloadRequest, FolderRequest>;

// A file of a folder that is offered.
struct OfferedFile {
  std::string path;  // below the folder
  ContentId content;
  std::uint64_t size = 0;
  bool operator==(const OfferedFile&) const = default;
};

// POST /inbox and GET /inbox/{id} of a peer's public listener: what is offered, by whom, to whom.
struct OfferMessage {
  std::string id;  // 32 hex digits
  PeerId from;
  PeerId to;
  ContentId content;
  std::string name;
  std::uint64_t size = 0;
  std::vector<OfferedFile> files{};  // of a folder; its content is zero, its size that of all
  bool operator==(const OfferMessage&) const = default;
};

// POST /inbox/{id}: what became of an offer at the other side.
struct OfferNews {
  OfferState state = OfferState::waiting;
  std::uint64_t done = 0;
  std::string why;
};

std::string to_json(const PeerRecord& peer);
std::string to_json(const Enrollment& enrollment);  // without id and token
std::string to_json(const Enrolled& enrolled);
std::string to_json(const FeedPosition& position);
std::string to_json(const ContentRecord& content);
std::string to_json(const SearchPage& page);
std::string to_json(const Suggestions& suggestions);
std::string to_json(const WatchOrder& watch);
std::string to_json(const WatchRecord& watch);
std::string to_json(const std::vector<WatchRecord>& watches);  // {"watches":[…]}
std::string to_json(const Match& match);
std::string to_json(const WaitingMatches& waiting);  // {"matches":[…],"lost":…}
std::string to_json(const ShareSpec& share);
std::string to_json(const Audience& audience);  // {"audience":[…]}
std::string to_json(const ShareStatus& share);
std::string to_json(const std::vector<ShareStatus>& shares);
std::string to_json(const DownloadRequest& request);
std::string to_json(const FolderRequest& request);
std::string to_json(const DownloadStatus& download);  // a folder has no "content"
std::string to_json(const std::vector<UploadStatus>& uploads);
std::string to_json(const StatusReport& report);
std::string to_json(const Page<PeerRecord>& page);      // {"peers":[…],"next":"…"}
std::string to_json(const Page<Listing>& page);         // {"files":…}
std::string to_json(const FolderLevel& level);          // {"folders":…,"files":…,"next":…}
std::string to_json(const Page<DownloadStatus>& page);  // {"downloads":…}
std::string to_json(const DownloadPage& page);          // {"downloads":…,"counts":{…}}
std::string to_json(const Page<UploadStatus>& page);    // {"uploads":…}
std::string to_json(const Page<FolderFile>& page);      // {"files":…}
std::string to_json(const Offer& offer);
std::string to_json(const Page<Offer>& page);  // {"offers":…}
std::string to_json(const SendRequest& request);
std::string to_json(const OfferMessage& message);
std::string to_json(const OfferNews& news);
std::string to_json(const Credentials& credentials);
std::string to_json(const TicketKey& key);    // {"algorithm":"Ed25519","key":64 hex digits}
std::string to_json(const Session& session);  // {"token","expires","account",…}
std::string to_json(const Account& account);
std::string to_json(const Page<Account>& page);  // {"accounts":…}
std::string to_json(const AccountChange& change);
std::string lease_to_json(std::chrono::seconds lease);  // {"lease_seconds":60}

// Defined for the types above that are read (lists of shares and uploads too), and for
// std::chrono::seconds (a lease).
template <class T>
Result<T> from_json(std::string_view text);

// A batch as NDJSON: a line {"feed":…,"base":N,"upto":M}, then a change a line.
// `too_large`: more than 50,000 changes.
std::string to_ndjson(const ChangeBatch& batch);
Result<ChangeBatch> batch_from_ndjson(std::string_view text);

// What a problem document says; the HTTP status alone when it is none.
Error error_from_problem(int status, std::string_view body);

}  // namespace swapmeet::wire
