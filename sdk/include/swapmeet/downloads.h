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
  // [any thread; started; may block]
  virtual Result<DownloadStatus> start(const DownloadRequest& request) = 0;
  // [any thread; started; may block]
  virtual Result<Page<DownloadStatus>> list(const PageRequest& page) = 0;  // newest first
  // [any thread; started; may block]
  virtual Result<DownloadStatus> get(const std::string& id) = 0;  // `not_found`
  // [any thread; started; may block]
  virtual Result<DownloadStatus> pause(const std::string& id) = 0;
  // [any thread; started; may block]
  virtual Result<DownloadStatus> resume(const std::string& id) = 0;  // also retries a failed one
  // Stops and forgets it, and deletes the partial file; a finished file stays.
  // [any thread; started; may block]
  virtual Result<void> cancel(const std::string& id) = 0;
};

}  // namespace swapmeet
