// A registry's store in a temporary folder, and short ways to say what tests announce to it.
// Threads: the test's own.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "catch.h"
#include "registry/sqlite/store.h"

namespace swapmeet::registry_sqlite::testing {

struct Folder {
  std::filesystem::path path;
  Folder() {
    auto text = (std::filesystem::temp_directory_path() / "registry_sqlite_XXXXXX").string();
    if (!::mkdtemp(text.data())) throw std::runtime_error("no temporary folder");
    path = text;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
};

inline PeerId peer(std::uint8_t n) { return {{n}}; }
inline ContentId content(std::uint8_t n) { return {{n}}; }

inline Change put(const std::string& path, std::uint8_t what = 1, std::uint64_t size = 10) {
  Change change;
  change.listing.path = path;
  change.listing.content = content(what);
  change.listing.size = size;
  return change;
}

inline Change gone(const std::string& path) {
  Change change;
  change.kind = ChangeKind::remove;
  change.listing.path = path;
  return change;
}

inline void enroll(Store& store, std::uint8_t n, const std::string& name, bool dialable = true) {
  StoredPeer stored;
  stored.record.id = peer(n);
  stored.record.name = name;
  stored.record.seen_address = "127.0.0.1";
  stored.record.port = 6699;
  stored.record.dialable = dialable;
  stored.token_hash = std::string(32, 't');
  store.put_peer(stored);
  store.put_reachability(peer(n), {.address = "127.0.0.1", .port = 6699, .reached = "127.0.0.1"});
}

// Goes on from where the peer stands, however far that is.
inline Result<FeedPosition> announce(Store& store, std::uint8_t n, std::vector<Change> changes) {
  const auto stands = store.announced(peer(n));
  return store.announce(peer(n), {"catalogue", stands.revision, stands.revision + changes.size(),
                                  std::move(changes)});
}

inline std::vector<std::string> paths(Store& store, std::uint8_t n) {
  std::vector<std::string> all;
  BrowseQuery query{.page = {.limit = 3, .after = {}}, .folder = {}};
  do {
    const auto page = store.browse(peer(n), query, {});
    for (const auto& listing : page.items) all.push_back(listing.path);
    query.page.after = page.next;
  } while (!query.page.after.empty());
  return all;
}

}  // namespace swapmeet::registry_sqlite::testing
