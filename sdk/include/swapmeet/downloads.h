// What this host fetches.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "swapmeet/id.h"
#include "swapmeet/page.h"
#include "swapmeet/registry.h"
#include "swapmeet/result.h"
#include "swapmeet/time.h"

namespace swapmeet {

enum class DownloadState { queued, running, waiting, paused, done, failed };
std::string_view name_of(DownloadState state);  // "queued", …
std::optional<DownloadState> download_state_from(std::string_view name);

// How the name of a file begins that is put into a folder to show that one may write there; 32
// hexadecimal digits follow that nobody can guess.
inline constexpr std::string_view kFolderProof = ".swapmeet-asks-";

struct DownloadRequest {
  ContentId content;
  std::string name;        // the file's name; made safe. Empty: the most used one
  std::string folder;      // absolute, or below the download folder; empty: the download folder
  bool overwrite = false;  // false: a number is added to a name that exists
  std::vector<Source> sources;  // tried besides those that the registry knows
  // The name of a file (kFolderProof) in `folder`, or in the nearest one above it that is there:
  // whoever asks may write there. Needed only for folders that the configuration does not name.
  std::string proof{};
};

// A folder of a peer with all that is in it, as one download.
struct FolderRequest {
  PeerId peer;
  // As the peer lists it, the share's name first; the tree is kept from the last part on.
  std::string path;
  std::string folder;  // where to: absolute, or below the download folder; empty: the latter
  // false: a file whose name is taken by another content stays out, with its reason.
  bool overwrite = false;
  std::string proof{};  // as of a DownloadRequest
};

struct DownloadSource {
  PeerId peer;
  std::string name;
  std::string url;
  std::uint64_t bytes = 0;  // proven ones that came from it
  std::uint64_t rate = 0;   // bytes a second
  std::string state;        // "active", "idle", "dropped: sent wrong bytes", …
};

// How a folder's files do.
struct FolderCounts {
  std::uint64_t files = 0;  // that are known so far
  std::uint64_t done = 0;
  std::uint64_t failed = 0;
  bool listing = false;  // still learning what is in it
};

// One file of a folder's download.
struct FolderFile {
  std::string path;  // below the folder, as it is called on this machine
  ContentId content;
  std::uint64_t size = 0;
  DownloadState state = DownloadState::queued;  // queued, running or failed
  std::string why;                              // why it failed; else empty
};

struct DownloadStatus {
  std::string id;
  ContentId content;  // zero for a folder
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
  std::optional<FolderCounts> folder;  // nullopt: it is one file
};

// Which downloads a list has, and in what order.
struct DownloadQuery {
  PageRequest page{};
  std::vector<DownloadState> states{};  // empty: all
  std::string id{};                     // those whose ids begin so; empty: all
  // false: the newest first. true: as they take their turns: first what runs, then what waits, what
  // is queued, in the order in which it will run, what is paused, has failed and is done.
  bool by_turn = false;
};

struct DownloadCounts {
  std::uint64_t queued = 0;
  std::uint64_t running = 0;
  std::uint64_t waiting = 0;
  std::uint64_t paused = 0;
  std::uint64_t done = 0;
  std::uint64_t failed = 0;
  bool operator==(const DownloadCounts&) const = default;
};

struct DownloadPage : Page<DownloadStatus> {
  DownloadCounts counts;  // of all downloads, whatever the page shows
};

// What can be done to all downloads at once.
enum class DownloadChange {
  pause,   // those that run, wait or are queued
  resume,  // those that are paused, wait or have failed
  cancel,  // all but those that are done
  clear,   // forgets those that are done; their files stay
};

// Thread-safe. Accepted downloads are kept across restarts and go on by themselves.
class Downloads {
 public:
  static constexpr const char* kInterface = "swapmeet.downloads/1";
  virtual ~Downloads() = default;
  // The same content into the same place again is the same download: its id is returned. One that
  // is done counts only while its file is still what was fetched; else it is fetched again.
  // `not_found`: nobody has it and the request names no source.
  // `already_exists`: only this host itself has it, in a share.
  // `not_allowed`: the folder is none that downloads may go to.
  // [any thread; started; may block]
  virtual Result<DownloadStatus> start(const DownloadRequest& request) = 0;
  // A folder is one download, however many files it has: `done` when all of them are there,
  // `failed` when it ended with some that cannot be had (resume() tries these again), `waiting`
  // when its peer cannot be reached. The same folder into the same place again is the same
  // download. `not_found`: the peer shares no such folder. `already_exists`: the peer is this
  // host itself. `invalid_argument`: no path, or a bad folder.
  // [any thread; started; may block]
  virtual Result<DownloadStatus> start_folder(const FolderRequest& request) = 0;
  // [any thread; started; may block]
  virtual Result<DownloadPage> list(const DownloadQuery& query) = 0;
  // [any thread; started; may block]
  virtual Result<DownloadStatus> get(const std::string& id) = 0;  // `not_found`
  // The files of a folder's download that are not done, in order of path. `not_found`: there is no
  // such download, or it is one file.
  // [any thread; started; may block]
  virtual Result<Page<FolderFile>> files(const std::string& id, const PageRequest& page) = 0;
  // [any thread; started; may block]
  virtual Result<DownloadStatus> pause(const std::string& id) = 0;
  // [any thread; started; may block]
  virtual Result<DownloadStatus> resume(const std::string& id) = 0;  // also retries a failed one
  // Stops and forgets it, and deletes the partial file; a finished file stays.
  // [any thread; started; may block]
  virtual Result<void> cancel(const std::string& id) = 0;
  // Of how many it changed something.
  // [any thread; started; may block]
  virtual Result<std::uint64_t> change_all(DownloadChange change) = 0;
};

}  // namespace swapmeet
