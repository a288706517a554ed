// What this host is still fetching, for others to have: which pieces of a file are proven, so that
// the content routes can serve them, and the download can be announced as a partial source.
// A download puts its file here when a piece has come from a source that serves everybody, and the
// queue takes it out when the download is done, paused or cancelled; one that only waits stays.
// Threads: thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "swapmeet/id.h"
#include "swapmeet/identity.h"
#include "transfer/swarm/hashing/merkle.h"

namespace swapmeet::transfer_swarm {

class GrowingFile {
 public:
  struct Facts {
    ContentId content;
    std::string name;
    std::filesystem::path file;  // that it grows in
    std::uint64_t size = 0;
    std::uint64_t piece = 0;  // bytes of each piece but the last
    std::string layer;        // at that piece size; empty: a single piece
  };
  // `bits`: those that are proven already (PieceMap::proven_bits).
  GrowingFile(Facts facts, std::string bits);

  const Facts& facts() const { return facts_; }
  void add(std::size_t piece);  // it is proven, and in the file
  // These are on their way, or not any more.
  void expect(std::size_t first, std::size_t count, bool coming);
  // All bytes of [offset, offset + length) are proven.
  bool covers(std::uint64_t offset, std::uint64_t length) const;
  std::string bits() const;
  std::string coming() const;  // bits, too; of no piece that is proven
  std::uint64_t have() const;  // bytes
  // Who may have it from here, as far as those are known who may have it at all.
  Audience audience() const;
  void set_audience(Audience audience);
  MerkleTree tree() const { return {facts_.content, facts_.size, facts_.piece, facts_.layer}; }

 private:
  const Facts facts_;
  mutable std::mutex mutex_;  // guards all below
  std::string bits_;
  std::string coming_;
  Audience audience_;
};

class GrowingFiles {
 public:
  // Called when a download begins or ends to be a partial source; may wait for the disk.
  struct Announcing {
    std::function<void(const std::string& id, const GrowingFile& file)> begin;
    std::function<void(const std::string& id)> end;
  };
  explicit GrowingFiles(Announcing announcing = {}) : announcing_(std::move(announcing)) {}

  // In place of what that download had here before. It is announced when it is new, or for another
  // audience.
  void put(const std::string& id, const std::shared_ptr<const GrowingFile>& file);
  void remove(const std::string& id);
  // The one with most of it; nullptr: this host does not fetch it, or has nothing to give yet.
  std::shared_ptr<const GrowingFile> find(const ContentId& content) const;
  std::size_t count() const;

 private:
  struct Place {
    std::shared_ptr<const GrowingFile> file;
    Audience announced;
  };

  Announcing announcing_;
  std::mutex announcing_mutex_;  // taken before the other one: what is told last is true
  mutable std::mutex mutex_;     // guards all below
  std::map<std::string, Place> files_;
};

}  // namespace swapmeet::transfer_swarm
