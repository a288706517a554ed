// The ledger of a data folder, DATA/ledger: which stores and keys a host has had. One of them that
// is gone, empty or another one at the next start was lost, and a host that began afresh in silence
// would make that worse: others could take ids and names that belonged to somebody. What can be
// made anew from elsewhere, such as a search, is not in it. A folder of an earlier version has none
// and gets one.
// Threads: one at a time.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "swapmeet/result.h"
#include "swapmeet/stores.h"

namespace swapmeet {

// A file that is kept, under its name in the ledger: its path below the data folder, as it is when
// no plugin was replaced: "registry.sqlite/registry.db".
struct NamedFile {
  std::string name;
  KeptFile kept;
};

class Ledger {
 public:
  // `corrupt`: it cannot be understood.
  static Result<Ledger> read(const std::filesystem::path& data);

  bool was_there() const { return was_there_; }
  bool has(const std::string& name) const { return ids_.contains(name); }
  // The host's own files, which lie in the data folder itself, that are in the ledger and not
  // there any more, or empty.
  std::vector<std::string> lost_files() const;
  // What has become of the ledger's stores, a sentence for each that was lost. Also when the ledger
  // itself was.
  std::vector<std::string> losses(const std::vector<NamedFile>& kept) const;

  // From now on these are in it, as they are now; durable when it returns. Writes only when
  // something has changed.
  Result<void> record(const std::vector<NamedFile>& kept);
  // What a plugin has kept is begun anew on purpose: it was replaced while the host ran.
  void forget_all_of(const std::string& plugin);
  // The same of what lost_files() and losses() tell of: a file that is there and of no use is set
  // aside as FILE.lost. Returns a sentence for each.
  Result<std::vector<std::string>> accept_lost_files();
  Result<std::vector<std::string>> accept_losses(const std::vector<NamedFile>& kept);

 private:
  explicit Ledger(std::filesystem::path data) : data_(std::move(data)) {}
  Result<void> write();
  Result<std::string> forget(const std::string& name, const std::filesystem::path& file);

  std::filesystem::path data_;
  std::map<std::string, std::string> ids_;  // by name; "-": nothing tells it from another one
  bool was_there_ = false;
  bool changed_ = false;
};

// The keys and tokens in the data folder itself, as they are called there.
std::vector<NamedFile> own_secrets(const std::filesystem::path& data);

// What to do about losses, for all of them.
std::string remedy_of_losses(const std::filesystem::path& data);

}  // namespace swapmeet
