#include "transfer/swarm/scan/surveyor.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "swapmeet/http.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::size_t kMostAtOnce = 250;
constexpr std::chrono::hours kRememberGone{7 * 24};

bool can_be_read(const std::string& file) {
  return faccessat(AT_FDCWD, file.c_str(), R_OK, AT_EACCESS) == 0;
}

FileId id_of(const std::filesystem::path& folder) {
  struct stat info {};
  if (folder.empty() || stat(folder.c_str(), &info) != 0) return {};
  return {info.st_dev, info.st_ino};
}

bool is_empty(const StoredShare& share) {
  return !FolderWalk(share.spec.folder, {share.spec.name, "", false},
                     std::make_shared<const IgnoreRules>(), {})
              .next();
}

}  // namespace

// The differences that wait to be settled, many at once.
struct Surveyor::Settling {
  Surveyor& surveyor;
  const StoredShare& share;
  ScanTask& task;
  std::vector<StoredFile> changed = {};
  std::vector<StoredFile> restamped = {};
  std::vector<std::string> vanished = {};
  bool all_remembered = true;

  void settle(std::size_t at_least) {
    auto& catalogue = surveyor.catalogue_;
    if (changed.size() >= at_least) {
      const auto may_be_shared = [this](const StoredFile& file) {
        const bool can_be = can_be_read(share.spec.folder + '/' + file.path);
        if (can_be) surveyor.left_out_.forget(share.spec.name, file.path);
        return can_be;
      };
      auto unknown = catalogue.adopt(share.key, std::exchange(changed, {}), may_be_shared);
      std::uint64_t bytes = 0;
      for (const auto& file : unknown) bytes += file.stamp.size;
      surveyor.progress_.add(share.spec.name, unknown.size(), bytes);
      for (auto& file : unknown) all_remembered = task.add(std::move(file)) && all_remembered;
      surveyor.hashing_.go_on();
    }
    if (restamped.size() >= at_least) catalogue.restamp(share.key, std::exchange(restamped, {}));
    if (vanished.size() >= at_least) catalogue.remove(share.key, std::exchange(vanished, {}));
  }
};

Surveyor::Surveyor(Catalogue& catalogue, Clock& clock, Arrivals& arrivals, ScanProgress& progress,
                   LeftOutFiles& left_out, FileHashing& hashing, SurveyOptions options)
    : catalogue_(catalogue),
      clock_(clock),
      arrivals_(arrivals),
      progress_(progress),
      left_out_(left_out),
      hashing_(hashing),
      options_(std::move(options)),
      absence_(options_.patience) {}

void Surveyor::survey(const Scope& scope) {
  const auto& name = scope.share;
  const auto share = catalogue_.share(name);
  hashing_.end_tasks(share ? scope : Scope{name, "", true});
  if (!share || !is_there(*share)) return;
  auto& left_out = left_out_.of(name);
  left_out.begin();
  auto& task = hashing_.begin(*share, scope);
  Settling differences{*this, *share, task};
  auto diff = diff_of(*share, scope);
  while (auto found = arrivals_.is_stopping() ? std::nullopt : diff.next()) {
    const auto& path = found->file.path;
    if (found->kind == Difference::vanished)
      differences.vanished.push_back(path);
    else if (found->kind == Difference::restamped)
      differences.restamped.push_back(std::move(found->file));
    else if (found->kind == Difference::passed)
      pass(scope, path);
    else if (found->kind == Difference::unreadable)
      left_out.add(path, reason_of(found->error));
    else if (is_too_long(*share, path))
      left_out.add(path, "its path is longer than 4,096 bytes");
    else {
      left_out.keep(path);
      differences.changed.push_back(std::move(found->file));
    }
    differences.settle(kMostAtOnce);
  }
  differences.settle(1);
  for (const auto& [from, to] : diff.renumbered()) catalogue_.renumber_device(share->key, from, to);
  if (!arrivals_.is_stopping()) left_out.finish(scope);
  if (left_out.is_cut()) arrivals_.request({name, "", true});
  left_out_.show(name);
  if (scope.is_whole()) catalogue_.forget_gone(kRememberGone);
  if (!differences.all_remembered) task.look_again(diff_of(*share, scope));
  task.end_survey();
  progress_.walked(diff.walked());
}

// A folder that was in trouble itself may be in order now.
void Surveyor::pass(const Scope& scope, const std::string& folder) {
  auto& left_out = left_out_.of(scope.share);
  left_out.pass(folder);
  if (left_out.has(folder))
    arrivals_.request({scope.share, folder.substr(0, folder.size() - 1), true});
}

ShareDiff Surveyor::diff_of(const StoredShare& share, const Scope& scope) const {
  return {catalogue_, share.key, scope,
          FolderWalk(share.spec.folder, scope, arrivals_.rules(), id_of(options_.never))};
}

// Opens the folder of a share, to see whether it is the one that was scanned before.
bool Surveyor::is_there(const StoredShare& share) {
  const auto& folder = share.spec.folder;
  const http::OpenFile opened(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  struct stat info {};
  if (opened.descriptor() < 0 || fstat(opened.descriptor(), &info) != 0) {
    note_away(share, "the folder " + folder + " cannot be read: " + std::strerror(errno) +
                         "; make it readable, or remove the share");
    return false;
  }
  const bool is_other_disk = share.device != 0 && share.device != info.st_dev;
  if (is_other_disk && catalogue_.counts(share.key).files > 0 && is_empty(share)) {
    note_away(share, "the folder " + folder +
                         " is empty and on another disk than before; mount its disk, or remove the"
                         " share");
    return false;
  }
  if (share.device != info.st_dev) catalogue_.set_device(share.key, info.st_dev);
  if (share.withdrawn) {
    catalogue_.restore(share.key);
    log(LogLevel::info, "a share's folder is back", share.spec.name, "");
  }
  absence_.note_there(share.spec.name);
  return true;
}

void Surveyor::note_away(const StoredShare& share, const std::string& why) {
  const auto& name = share.spec.name;
  const auto away = absence_.note_away(name, clock_.steady());
  if (away.is_new) log(LogLevel::warning, "a share's folder is away", name, why);
  if (!share.withdrawn && away.is_too_long) {
    catalogue_.withdraw(share.key);
    log(LogLevel::warning, "a share is withdrawn until its folder is back", name, why);
  } else if (!share.withdrawn) {
    arrivals_.request_at({name, "", true}, away.too_long_from);
  }
  progress_.set_problem(name, why);
}

void Surveyor::log(LogLevel level, std::string_view message, const std::string& share,
                   const std::string& why) const {
  if (options_.log) options_.log(level, message, {{"share", share}, {"why", why}});
}

}  // namespace swapmeet::transfer_swarm
