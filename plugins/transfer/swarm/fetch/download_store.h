// What is kept of downloads between runs of the host: one row each, and the Merkle layers of those
// that are not done, in a SQLite file of their own. In the same file stands what is in the folders
// that are being fetched; the room `folder` reads and writes that.
// Threads: one at a time. Throws sqlite::Failure.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "swapmeet/downloads.h"
#include "swapmeet/registry.h"
#include "swapmeet/sqlite/database.h"
#include "transfer/swarm/fetch/file_mark.h"

namespace swapmeet::transfer_swarm {

// What to fetch and where to, and how far that has come.
struct TransferPlan {
  std::string id;
  ContentId content;
  std::string name;              // safe
  std::filesystem::path folder;  // absolute
  std::filesystem::path place;   // where that really is, without links; decided at the beginning
  bool overwrite = false;
  std::vector<Source> given;  // sources that the request named
  bool size_known = false;
  std::uint64_t size = 0;          // a hint until the last piece is proven
  std::string layer;               // checked; empty: not fetched yet, or the file is one piece
  std::string proven;              // bits of pieces on the disk
  std::string target;              // set just before the final rename
  std::vector<std::string> liars;  // sources that sent wrong bytes; not asked again
  // What the registry has just said, so that nobody waits for it once more; not kept.
  std::optional<ContentRecord> record;
  bool nobody_else = false;  // had it but this host, when it was asked for; not kept

  std::filesystem::path partial() const {
    return folder / ("." + id.substr(0, 12) + ".swapmeet-part");
  }
};

// A folder as a peer lists it: "music/album", the share's name first.
struct PeerFolder {
  PeerId peer;
  std::string path;
  bool operator==(const PeerFolder&) const = default;
};

struct StoredDownload {
  std::int64_t seq = 0;  // the order in which they were asked for
  TransferPlan plan;     // without its layer
  DownloadStatus status;
  // Who wants it: the person, by asking for it, and accepted offers, by their ids.
  bool asked_for = true;
  std::vector<std::string> offers;
  std::optional<PeerFolder> folder = std::nullopt;  // it is one, and no file
  std::string parent{};  // the folder's download that this file belongs to; empty: none
  std::optional<FileMark> mark = std::nullopt;  // of the file, when it was done
};

class DownloadStore {
 public:
  explicit DownloadStore(const std::filesystem::path& file);
  static std::span<const char* const> migrations();

  // Without the files of folders.
  std::vector<StoredDownload> all();
  // The files of that folder's download that have rows of their own.
  std::vector<StoredDownload> children(const std::string& parent);
  // Inserts or replaces all but the layer; durable when it returns.
  void put(const StoredDownload& download);
  std::string layer(const std::string& id);  // empty: there is none
  void put_layer(const std::string& id, const std::string& layer);
  void drop_layer(const std::string& id);
  void put_all(const std::vector<const StoredDownload*>& downloads);  // all, or none
  void remove(const std::string& id);
  void remove_all(const std::vector<std::string>& ids);
  // From whom how much came; all() tells it again.
  void put_fetched(const std::string& id, const std::vector<DownloadSource>& sources);

 private:
  void drop(const std::string& id);
  std::vector<StoredDownload> of(const std::string& parent);
  std::vector<DownloadSource> fetched(const std::string& id);
  sqlite::Database database_;
  sqlite::Statement put_;
};

}  // namespace swapmeet::transfer_swarm
