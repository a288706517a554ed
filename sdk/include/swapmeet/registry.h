// The registry contract: who is there, and what they share. `registry.sqlite` keeps it in a
// database, `registry.remote` asks an index; the code above cannot tell.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "swapmeet/address.h"
#include "swapmeet/deadline.h"
#include "swapmeet/feed.h"
#include "swapmeet/id.h"
#include "swapmeet/identity.h"
#include "swapmeet/listing.h"
#include "swapmeet/page.h"
#include "swapmeet/result.h"
#include "swapmeet/time.h"

namespace swapmeet {

// Who may take a peer id over, and until when.
struct Transfer {
  std::string account;  // empty: whoever comes first
  Time until{};

  bool operator==(const Transfer&) const = default;
};

struct PeerRecord {
  PeerId id;
  std::string name;
  std::string address;       // where to reach it: as given, or as the index saw it
  std::uint16_t port = 0;    // of its public listener
  std::string seen_address;  // as the index saw it
  std::string account;       // who registered it; empty: a guest
  std::uint64_t files = 0;   // that the viewer may see
  std::uint64_t bytes = 0;   // of these
  bool present = false;
  // The index has reached it there (see Reachability). Others are no sources, and nobody is sent
  // or connects to them.
  bool dialable = true;
  std::string unreachable;  // why it is not dialable, in a few words; empty: not tried yet
  Time last_seen{};
  std::string fingerprint;  // of its key, 64 small hex digits; empty: its listener speaks no TLS
  bool plain = true;        // its listener takes HTTP without TLS as well
  // Stands until somebody has taken the id over, or its time is up. Told to nobody outside.
  std::optional<Transfer> transfer = std::nullopt;
  // Asked for one peer, its shares of which the viewer may know the name, and nothing else (at most
  // 1,000); and the ticket by which the peer knows the viewer, empty: none is needed.
  std::vector<std::string> locked = {};
  std::string ticket = {};

  bool operator==(const PeerRecord&) const = default;
};

// What a peer says of itself when it registers.
struct Enrollment {
  PeerId id;
  std::string name;        // 1 to 64 characters of UTF-8, no control characters
  std::string address;     // empty: use the one the index sees
  std::uint16_t port = 0;  // 1 to 65535
  bool dialable = true;    // false: it says that it cannot be reached from outside
  // Whoever holds the token owns the registration. A new peer may propose one (32 to 128 printable
  // characters), so that an answer lost on the way costs nothing; empty: the registry makes one. A
  // known peer must present the one it has.
  std::string token;
  std::string fingerprint = {};  // as in PeerRecord
  bool plain = true;
  // The token that a known peer has had, where `token` shall take its place.
  std::string former_token = {};
};

// Who calls, and from where.
struct Caller {
  Identity identity;
  std::string address;  // IP address as the index saw it
};

struct Enrolled {
  PeerRecord peer;
  std::chrono::seconds lease{};  // renew well before it runs out
  std::string token;
  PeerId index = {};  // of the index's host, which a proof of address is for; zero: not told
};

// Whether an address that a peer announced has been proved to be its own: somebody connected there,
// and this very peer answered (host/reach). Registering with another address, port or key starts
// from the beginning.
struct Reachability {
  std::string address = {};  // as announced, else as seen: an IP address or a host name
  std::uint16_t port = 0;
  bool is_announced = true;      // false: it says itself that it cannot be reached
  std::string reached = {};      // the IP address at which it answered; empty: not proved
  Time tried{};                  // when last; zero: never
  std::uint32_t failures = 0;    // since it last answered
  std::string why = {};          // it failed the last time, in a few words
  std::string fingerprint = {};  // of its key; empty: it told none
  bool plain = true;             // it answers without TLS

  bool operator==(const Reachability&) const = default;
};

// A peer that is present and has the content.
struct Source {
  PeerId peer;
  std::string name;
  std::string url;  // "http://127.0.0.1:6699/content/<cid>"; https:// where it takes nothing else
  std::uint64_t have = 0;  // bytes of the content that it has; its size for a complete source
  // Of the peer's key, 64 small hex digits: whoever fetches connects over TLS, and to nobody but
  // the holder of that key (see pinned_url). Empty: it speaks no TLS.
  std::string fingerprint = {};
  // It has the content for few, of whom the viewer is one: others are not told of it.
  bool restricted = false;
  std::string ticket = {};  // for this source alone; empty: the record's

  bool operator==(const Source&) const = default;
};

// "http://host:port" of the peer's public listener; https:// where that takes nothing else.
std::string url_of(const PeerRecord& peer);
// How whoever fetches connects: where a fingerprint is known over TLS to the holder of that key,
// "https://…#sha256=FINGERPRINT", else by the URL as it is.
std::string pinned_url(const std::string& url, const std::string& fingerprint);
// `invalid_argument`: a fingerprint that is none, or none where HTTP without TLS is not taken.
Result<void> check_fingerprint(const Enrollment& enrollment);

struct ContentRecord {
  ContentId content;
  std::uint64_t size = 0;
  std::vector<std::string> names;  // different ones, most used first, at most 20
  std::vector<Source> sources;     // present ones, at most 200
  std::string ticket;              // empty: none is needed
  // For whom those list it that have all of it, as far as it is the viewer's business
  // (Audience::as_known_to).
  Audience audience = {};

  bool operator==(const ContentRecord&) const = default;
};

struct PeerQuery {
  PageRequest page;
  std::string name;  // empty, or a part of the name, in any case
  bool present_only = true;
  Deadline deadline = {};
  Identity viewer = {};
};

struct BrowseQuery {
  PageRequest page;
  std::string folder;  // empty, or a path: only listings below it
  Identity viewer = {};
  Deadline deadline = {};
};

// A folder in a level of what a peer shares.
struct SharedFolder {
  std::string name;         // the last part of its path
  std::uint64_t files = 0;  // below it, however deep, that the viewer may see
  std::uint64_t bytes = 0;  // of these

  bool operator==(const SharedFolder&) const = default;
};

// A page of one level: what is directly in a folder. All folders come before the first file.
struct FolderLevel {
  std::vector<SharedFolder> folders;  // in order of name
  std::vector<Listing> files;         // in order of path
  std::string next;                   // empty: this was the last page
};

struct ContentQuery {
  ContentId content;
  Identity viewer = {};
  Deadline deadline = {};
};

struct RegistryCounts {
  std::uint64_t peers = 0;  // registered
  std::uint64_t present = 0;
  std::uint64_t files = 0;  // listings of present peers that are for everyone
  std::uint64_t bytes = 0;
};

// Thread-safe: any thread may call any of these, and they may block for a disk or a network; never
// call them on a network thread. Errors in common: `unavailable` (the index cannot be reached),
// `internal`.
class Registry {
 public:
  static constexpr const char* kInterface = "swapmeet.registry/3";
  virtual ~Registry() = default;

  // Registers, or registers again with another name or address; the peer is present from then on.
  // `not_allowed`: the id belongs to somebody else. `invalid_argument`: name, address, port, token.
  // Another token than before takes its place where the account is the one that registered the
  // peer, and where transfer() allows it. `too_many`: one account, address or registry has enough
  // peers. [any thread; started; may block]
  virtual Result<Enrolled> enroll(const Enrollment& enrollment, const Caller& caller) = 0;
  // `not_found`: not registered here (enroll again). `not_allowed`: wrong token.
  // [any thread; started; may block]
  virtual Result<std::chrono::seconds> renew(const PeerId& peer, const std::string& token) = 0;
  // Ends the presence now. Registration and listings stay, so that nothing is announced again.
  // [any thread; started; may block]
  virtual Result<void> leave(const PeerId& peer, const std::string& token) = 0;

  // How far the proof of its address has come. `not_found`: not registered. `unsupported`: this
  // registry takes the addresses as they are announced, or another one proves them.
  // [any thread; started; may block]
  virtual Result<Reachability> reachability(const PeerId&) {
    return unsupported("this registry has no addresses to prove");
  }
  // What came of trying to reach it: counts if address, port and key still are those that were
  // tried. The peer is dialable while `reached` is not empty. Errors as before. [any thread;
  // started; may block]
  virtual Result<void> reached(const PeerId&, const Reachability&) {
    return unsupported("this registry has no addresses to prove");
  }

  // In order of name, then id.
  // [any thread; started; may block]
  virtual Result<Page<PeerRecord>> peers(const PeerQuery& query) = 0;
  // What it tells of files is what `viewer` may see. `not_found`.
  // [any thread; started; may block]
  virtual Result<PeerRecord> peer(const PeerId& peer, const Identity& viewer = {}) = 0;

  // How far this peer's catalogue has been announced, which is its own business.
  // `not_found`: not registered. `not_allowed`: wrong token.
  // [any thread; started; may block]
  virtual Result<FeedPosition> announced(const PeerId& peer, const std::string& token) = 0;
  // Applies a batch of the peer's catalogue, durably when it returns ok (see ChangeFollower::apply,
  // `conflict` included). Listings that are not valid (check_path) fail the whole batch with
  // `invalid_argument`. `too_large`: a batch of half as many may be taken; `too_many`: the peer has
  // as many listings or bytes as it may have. [any thread; started; may block]
  virtual Result<FeedPosition> announce(const PeerId& peer, const std::string& token,
                                        const ChangeBatch& batch) = 0;

  // What a peer shares that `viewer` may see, in order of path. `not_found`: no such peer.
  // [any thread; started; may block]
  virtual Result<Page<Listing>> browse(const PeerId& peer, const BrowseQuery& query) = 0;
  // `not_found`: no listing that `viewer` may see has this content. Sources may be empty.
  // [any thread; started; may block]
  virtual Result<ContentRecord> content(const ContentQuery& query) = 0;

  // [any thread; started; may block]
  virtual Result<RegistryCounts> counts() = 0;
  // The registry as a feed for a search to follow; nullptr when it is not a store of its own.
  // [any thread; started; quick]
  virtual ChangeFeed* feed() = 0;

  // Whether the token is the peer's, before anything costly is done for who sent it. `not_found`,
  // `not_allowed`. [any thread; started; may block]
  virtual Result<void> check_token(const PeerId& peer, const std::string& token) {
    static_cast<void>(peer);
    static_cast<void>(token);
    return {};
  }
  // For who administers the registry. Forgets these peers and all that they announced, which the
  // feed tells; how many there were. Their ids are free again. `unsupported`: not a store of its
  // own. [any thread; started; may block]
  virtual Result<std::size_t> forget(const std::vector<PeerId>& peers) {
    static_cast<void>(peers);
    return unsupported("this registry forgets no peers; ask the index itself");
  }
  // For the same. Until then the next registration of the id by that account, or by whoever comes,
  // is taken with any token, which is the peer's from then on. Its listings stay until it
  // announces. `not_found`, `unsupported`. [any thread; started; may block]
  virtual Result<void> transfer(const PeerId& peer, const Transfer& to) {
    static_cast<void>(peer);
    static_cast<void>(to);
    return unsupported("this registry transfers no peers; ask the index itself");
  }

  // One level of what a peer shares that `viewer` may see: of `query.folder`, or of the top. At
  // most as many folders and files as the page's limit, of both together. Folders may be left out
  // below the 32nd level, whose files then come with all that is deeper. `not_found`: no such peer,
  // or no such folder of it. This one reads all that is below the folder, by browse(): who keeps
  // counts does it better. [any thread; started; may block]
  virtual Result<FolderLevel> level(const PeerId& peer, const BrowseQuery& query);
};

// What level() says of a folder that there is not: `not_found`.
Error no_such_folder(const std::string& folder);
// The folder of a query as paths begin with it: "music/a/"; empty for the top.
std::string folder_prefix(std::string folder);

}  // namespace swapmeet
