#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "swapmeet/http.h"
#include "transfer/swarm/base/shown_name.h"
#include "transfer/swarm/scan/scanner_state.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::size_t kMostAtOnce = 250;
constexpr std::size_t kMostRemembered = 100'000;  // files that are to be hashed
constexpr std::chrono::hours kRememberGone{7 * 24};

bool can_be_read(const std::string& file) {
  return faccessat(AT_FDCWD, file.c_str(), R_OK, AT_EACCESS) == 0;
}

FileId id_of(const std::filesystem::path& folder) {
  struct stat info {};
  if (folder.empty() || stat(folder.c_str(), &info) != 0) return {};
  return {info.st_dev, info.st_ino};
}

}  // namespace

void Scanner::State::begin_scans() {
  {
    const std::lock_guard lock(mutex);
    if (!all && requests.empty()) return;
  }
  std::vector<std::string> names;
  for (const auto& share : catalogue.shares()) names.push_back(share.spec.name);
  std::set<Scope> asked;
  {
    const std::lock_guard lock(mutex);
    if (std::exchange(all, false)) {
      for (const auto& name : names) requests.insert({name, "", true});
      scanned_all = Instant::now();
    }
    asked.swap(requests);
    for (const auto& scope : asked) live[scope.share].surveying = true;
  }
  for (const auto& scope : asked) {
    const bool covered = !scope.is_whole() && asked.contains({scope.share, "", true});
    if (!covered && !stopping) survey(scope);
  }
  const std::lock_guard lock(mutex);
  for (const auto& scope : asked) {
    live[scope.share].surveying = false;
    if (std::find(names.begin(), names.end(), scope.share) == names.end()) live.erase(scope.share);
  }
}

ShareDiff Scanner::State::diff_of(const StoredShare& share, const Scope& scope) {
  std::shared_ptr<const IgnoreRules> now;
  {
    const std::lock_guard lock(mutex);
    now = rules;
  }
  return {catalogue, share.key, scope,
          FolderWalk(share.spec.folder, scope, std::move(now), id_of(options.never))};
}

// Compares the scope with the catalogue, settles what needs no reading of files, and makes a task
// of the rest, which is hashed meanwhile.
void Scanner::State::survey(const Scope& scope) {
  const auto share = catalogue.share(scope.share);
  end_tasks(share ? scope : Scope{scope.share, "", true});
  if (!share || !is_there(*share)) return;
  auto& out = left_out[scope.share];
  out.forget(scope);
  const bool whole = scope.is_whole();
  const auto task = tasks.insert(whole ? tasks.end() : tasks.begin(), Task{*share, scope, !whole});
  {
    const std::lock_guard lock(mutex);
    ++live[scope.share].tasks;
  }
  const auto may_be_shared = [&](const StoredFile& file) {
    return can_be_read(share->spec.folder + '/' + file.path);
  };
  bool all_remembered = true;
  std::vector<StoredFile> changed;
  std::vector<std::string> vanished;
  const auto settle = [&](std::size_t at_least) {
    if (changed.size() >= at_least) {
      for (auto& file : catalogue.adopt(share->key, std::exchange(changed, {}), may_be_shared))
        all_remembered = to_be_hashed(*task, std::move(file)) && all_remembered;
      take_results();
      hand_out();
    }
    if (vanished.size() >= at_least) catalogue.remove(share->key, std::exchange(vanished, {}));
  };
  auto diff = diff_of(*share, scope);
  while (auto found = stopping ? std::nullopt : diff.next()) {
    const auto& path = found->file.path;
    if (found->kind == Difference::vanished) {
      vanished.push_back(path);
    } else if (found->kind == Difference::unreadable) {
      out.add(path, std::strerror(found->error));
    } else if (is_too_long(*share, path)) {
      out.add(path, "its path is longer than 4,096 bytes");
    } else {
      changed.push_back(std::move(found->file));
    }
    settle(kMostAtOnce);
  }
  settle(1);
  for (const auto& [from, to] : diff.renumbered()) catalogue.renumber_device(share->key, from, to);
  say(scope.share);
  if (whole) catalogue.forget_gone(kRememberGone);
  if (!all_remembered) task->diff.emplace(diff_of(*share, scope));
  task->surveying = false;
  const std::lock_guard lock(mutex);
  totals.walked_files += diff.walked();
}

// False when it has to be looked for again, for too many are remembered already.
bool Scanner::State::to_be_hashed(Task& task, StoredFile file) {
  ++task.files;
  task.bytes += file.stamp.size;
  {
    const std::lock_guard lock(mutex);
    live[task.scope.share].add(1, file.stamp.size);
  }
  if (task.found.size() >= kMostRemembered) return false;
  task.found.push_back(std::move(file));
  return true;
}

// Opens the folder of a share, to see whether it is the one that was scanned before.
bool Scanner::State::is_there(const StoredShare& share) {
  const auto& folder = share.spec.folder;
  const http::OpenFile opened(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  struct stat info {};
  if (opened.descriptor() < 0 || fstat(opened.descriptor(), &info) != 0) {
    is_away(share, "the folder " + folder + " cannot be read: " + std::strerror(errno) +
                       "; make it readable, or remove the share");
    return false;
  }
  const bool other_disk = share.device != 0 && share.device != info.st_dev;
  if (other_disk && catalogue.counts(share.key).files > 0 &&
      !FolderWalk(folder, {share.spec.name, "", false}, std::make_shared<const IgnoreRules>(), {})
           .next()) {
    is_away(share, "the folder " + folder +
                       " is empty and on another disk than before; mount its disk, or remove the"
                       " share");
    return false;
  }
  if (share.device != info.st_dev) catalogue.set_device(share.key, info.st_dev);
  if (share.withdrawn) {
    catalogue.restore(share.key);
    write_log(LogLevel::info, "a share's folder is back", share.spec.name, "");
  }
  away_since.erase(share.spec.name);
  return true;
}

void Scanner::State::is_away(const StoredShare& share, const std::string& why) {
  const auto& name = share.spec.name;
  const auto [since, first] = away_since.emplace(name, Instant::now());
  if (first) write_log(LogLevel::warning, "a share's folder is away", name, why);
  const auto withdrawal = since->second + options.patience;
  if (!share.withdrawn && Instant::now() >= withdrawal) {
    catalogue.withdraw(share.key);
    write_log(LogLevel::warning, "a share is withdrawn until its folder is back", name, why);
  } else if (!share.withdrawn) {
    later[{name, "", true}] = withdrawal;
  }
  const std::lock_guard lock(mutex);
  live[name].problem = why;
}

bool Scanner::State::is_too_long(const StoredShare& share, const std::string& path) {
  return !check_path(share.spec.name + '/' + shown_name(path)).ok();
}

// Makes the share's problem of what it leaves out.
void Scanner::State::say(const std::string& share) {
  const auto sentence = left_out[share].sentence();
  const std::lock_guard lock(mutex);
  live[share].problem = sentence;
}

}  // namespace swapmeet::transfer_swarm
