// The transfer contracts: what this host shares (Shares), what it fetches (Downloads), what others
// fetch from it (Uploads), and files that people send each other (Inbox).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "swapmeet/address.h"
#include "swapmeet/feed.h"
#include "swapmeet/id.h"
#include "swapmeet/identity.h"
#include "swapmeet/page.h"
#include "swapmeet/registry.h"
#include "swapmeet/result.h"
#include "swapmeet/time.h"

namespace swapmeet {

struct ShareSpec {
  std::string name;    // 1 to 64 characters, no '/'; the first part of its listings' paths
  std::string folder;  // absolute path on this machine
  Audience audience;
};

struct ShareStatus {
  ShareSpec share;
  bool configured = false;  // from the INI file: cannot be removed by command
  std::uint64_t files = 0;  // in the catalogue
  std::uint64_t bytes = 0;
  std::uint64_t waiting_files = 0;  // found, still to be hashed
  std::uint64_t waiting_bytes = 0;
  bool scanning = false;
  std::string problem;  // empty, or a sentence: "the folder /x cannot be read: …"
};

// Thread-safe; may block for a disk.
class Shares {
 public:
  static constexpr const char* kInterface = "swapmeet.shares/1";
  virtual ~Shares() = default;
  virtual Result<std::vector<ShareStatus>> list() = 0;
  // Kept across restarts. Hashing goes on in the background. `already_exists`: the name or folder;
  // `not_found`: no such folder; `invalid_argument`.
  virtual Result<ShareStatus> add(const ShareSpec& share) = 0;
  // `not_found`; `conflict`: it comes from the configuration file.
  virtual Result<void> remove(const std::string& name) = 0;
  // Starts a rescan of one share, or of all when `name` is empty. Returns at once.
  virtual Result<void> rescan(const std::string& name) = 0;
  // The catalogue: listings of all shares, hashed.
  virtual ChangeFeed& feed() noexcept = 0;
};

enum class DownloadState { queued, running, waiting, paused, done, failed };
std::string_view name_of(DownloadState state);  // "queued", …
std::optional<DownloadState> download_state_from(std::string_view name);

struct DownloadRequest {
  ContentId content;
  std::string name;        // the file's name; made safe. Empty: the most used one
  std::string folder;      // absolute, or below the download folder; empty: the download folder
  bool overwrite = false;  // false: a number is added to a name that exists
  std::vector<Source> sources;  // tried besides those that the registry knows
};

struct DownloadSource {
  PeerId peer;
  std::string name;
  std::string url;
  std::uint64_t bytes = 0;  // proven ones that came from it
  std::uint64_t rate = 0;   // bytes a second
  std::string state;        // "active", "idle", "dropped: sent wrong bytes", …
};

struct DownloadStatus {
  std::string id;
  ContentId content;
  std::string name;
  std::string path;  // where it is, or will be, on this machine
  DownloadState state = DownloadState::queued;
  std::uint64_t size = 0;
  std::uint64_t done = 0;  // proven bytes on disk
  std::uint64_t rate = 0;  // bytes a second
  std::vector<DownloadSource> sources;
  std::string why;               // why it waits, is paused or failed; else empty
  std::optional<Time> next_try;  // of `waiting`
  Time started{};
  std::optional<Time> finished;
};

// Thread-safe. Accepted downloads are kept across restarts and go on by themselves.
class Downloads {
 public:
  static constexpr const char* kInterface = "swapmeet.downloads/1";
  virtual ~Downloads() = default;
  // The same content into the same place again is the same download: its id is returned.
  // `not_found`: nobody has it and the request names no source.
  virtual Result<DownloadStatus> start(const DownloadRequest& request) = 0;
  virtual Result<Page<DownloadStatus>> list(const PageRequest& page) = 0;  // newest first
  virtual Result<DownloadStatus> get(const std::string& id) = 0;           // `not_found`
  virtual Result<DownloadStatus> pause(const std::string& id) = 0;
  virtual Result<DownloadStatus> resume(const std::string& id) = 0;  // also retries a failed one
  // Stops and forgets it, and deletes the partial file; a finished file stays.
  virtual Result<void> cancel(const std::string& id) = 0;
};

struct UploadStatus {
  std::string address;  // of the reader
  std::string account;  // that its ticket names; empty: it brought none
  ContentId content;
  std::string name;
  std::uint64_t size = 0;  // bytes of this answer
  std::uint64_t done = 0;
  std::uint64_t rate = 0;
  Time started{};
  std::uint64_t place = 0;  // in the queue for an upload slot, from 1; 0: it runs
};

// Since this host's data folder was made.
struct TransferTotals {
  std::uint64_t requests = 0;  // of others, that were answered with bytes
  std::uint64_t sent = 0;      // bytes of files
  std::uint64_t received = 0;  // proven ones
  bool operator==(const TransferTotals&) const = default;
};

// Thread-safe.
class Uploads {
 public:
  static constexpr const char* kInterface = "swapmeet.uploads/1";
  virtual ~Uploads() = default;
  virtual Result<std::vector<UploadStatus>> list() = 0;  // running, then waiting ones
  virtual TransferTotals totals() = 0;
  // Where the public listener really listens, and the address to announce (empty host: let the
  // index see for itself). Valid between start and stop.
  virtual HostPort listening() = 0;
  virtual std::string announced_address() = 0;
};

enum class OfferState { waiting, accepted, refused, done, failed };
std::string_view name_of(OfferState state);  // "waiting", …
std::optional<OfferState> offer_state_from(std::string_view name);

// A file, or a folder with all files below it, that one person sends to another. On both sides.
struct Offer {
  std::string id;
  bool incoming = true;
  PeerId peer;  // the other one
  std::string peer_name;
  ContentId content;  // zero while the file is being hashed, and of a folder
  std::string name;
  std::uint64_t files = 0;  // in the folder; 0: it is a file
  std::uint64_t size = 0;   // of all of them
  std::uint64_t done = 0;   // proven bytes at the receiver
  OfferState state = OfferState::waiting;
  std::string download;  // id of the download, when accepted here; empty of a folder
  std::string why;       // of refused and failed; of waiting: what for
  Time created{};
};

struct SendRequest {
  std::string path;  // absolute path of a file or folder on this machine
  PeerId peer;
};

// Thread-safe; kept across restarts.
class Inbox {
 public:
  static constexpr const char* kInterface = "swapmeet.inbox/1";
  virtual ~Inbox() = default;
  virtual Result<Page<Offer>> list(const PageRequest& page) = 0;  // both directions, newest first
  virtual Result<Offer> get(const std::string& id) = 0;           // `not_found`
  virtual Result<Offer> accept(const std::string& id) = 0;        // `conflict`: already decided
  // Of an offer of one's own: withdraws it, as long as it is not done. `conflict`: too late.
  virtual Result<Offer> refuse(const std::string& id) = 0;
  // Hashes the file, offers it, and serves it to the one who got the offer. Returns once the offer
  // is recorded; the offer's state tells the rest. A peer that is not present gets it when it
  // returns. Of a folder: all regular files below it. `not_found`: no such file or peer.
  // `unavailable`: it cannot be reached from outside. `invalid_argument`: neither file nor folder,
  // or a folder without files or with too many.
  virtual Result<Offer> send(const SendRequest& request) = 0;
};

}  // namespace swapmeet
