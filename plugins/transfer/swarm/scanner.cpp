#include "transfer/swarm/scanner.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <functional>
#include <map>
#include <set>
#include <thread>

#include "swapmeet/http.h"
#include "transfer/swarm/shown_name.h"

namespace swapmeet::swarm {
namespace {

using Instant = std::chrono::steady_clock;
constexpr std::size_t kMostInBatch = 200;
constexpr std::chrono::seconds kLongestBatch{1};
constexpr int kMostDepth = 200;

FileStamp stamp_of(const struct stat& info) {
  return {info.st_ino, static_cast<std::uint64_t>(info.st_size),
          static_cast<std::int64_t>(info.st_mtim.tv_sec) * 1'000'000'000 + info.st_mtim.tv_nsec};
}

}  // namespace

bool is_skipped_name(std::string_view name) {
  return name.empty() || name.front() == '.' || name.ends_with(".swapmeet-part");
}

struct Scanner::State {
  Catalogue& catalogue;
  std::chrono::milliseconds interval;
  LogFunction log;
  mutable std::mutex mutex;
  std::condition_variable asked;
  std::set<std::string> queue;
  bool all = true;
  std::map<std::string, ScanProgress> progress;
  std::atomic<bool> stopping{false};
  std::vector<HashedFile> batch;  // the thread's own, as what follows
  Instant::time_point batch_began;
  std::thread thread;

  State(Catalogue& scanned, std::chrono::milliseconds every, LogFunction log_function)
      : catalogue(scanned), interval(every), log(std::move(log_function)) {}

  using Visit = std::function<void(const std::string& path, const FileStamp&)>;
  void run();
  void scan(const StoredShare& share);
  bool walk(const std::string& folder, const std::string& below, int depth, const Visit& visit);
  void hash(const StoredShare& share, const std::string& path);
  void remove_vanished(const StoredShare& share);
  void flush(const StoredShare& share);
  void set(const std::string& share, const ScanProgress& now) {
    const std::lock_guard lock(mutex);
    progress[share] = now;
  }
};

Scanner::Scanner(Catalogue& catalogue, std::chrono::milliseconds rescan_interval, LogFunction log)
    : state_(std::make_unique<State>(catalogue, rescan_interval, std::move(log))) {
  state_->thread = std::thread([state = state_.get()] { state->run(); });
}

Scanner::~Scanner() { stop(); }

void Scanner::request(const std::string& share) {
  const std::lock_guard lock(state_->mutex);
  if (share.empty())
    state_->all = true;
  else
    state_->queue.insert(share);
  state_->asked.notify_all();
}

ScanProgress Scanner::progress(const std::string& share) const {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->progress.find(share);
  auto now = found == state_->progress.end() ? ScanProgress{} : found->second;
  now.scanning = now.scanning || state_->all || state_->queue.contains(share);
  return now;
}

void Scanner::stop() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
    state_->asked.notify_all();
  }
  if (state_->thread.joinable()) state_->thread.join();
}

void Scanner::State::run() {
  while (!stopping) {
    try {
      const auto shares = catalogue.shares();
      std::string next;
      {
        std::unique_lock lock(mutex);
        if (all)
          for (const auto& share : shares) queue.insert(share.spec.name);
        all = false;
        if (queue.empty() && !asked.wait_for(lock, interval, [&] {
              return stopping.load() || all || !queue.empty();
            }))
          all = true;
        if (stopping || queue.empty()) continue;
        next = *queue.begin();
        queue.erase(queue.begin());
        progress[next].scanning = true;
      }
      const auto share = catalogue.share(next);
      if (share) scan(*share);
      const std::lock_guard lock(mutex);
      if (share)
        progress[next].scanning = false;
      else
        progress.erase(next);
    } catch (const std::exception& exception) {
      batch.clear();
      if (log)
        log(LogLevel::error, "a scan failed and is tried again", {{"why", exception.what()}});
      std::unique_lock lock(mutex);
      all = true;
      asked.wait_for(lock, std::chrono::seconds(5), [&] { return stopping.load(); });
    }
  }
}

void Scanner::State::scan(const StoredShare& share) {
  ScanProgress now;
  now.scanning = true;
  const auto& folder = share.spec.folder;
  if (DIR* probe = opendir(folder.c_str()); probe == nullptr) {
    // A disk that is not mounted now comes back: its listings stay.
    now.problem = "the folder " + folder + " cannot be read: " + std::strerror(errno) +
                  "; make it readable, or remove the share";
    set(share.spec.name, now);
    return;
  } else {
    closedir(probe);
  }
  const auto changed = [&](const std::string& path, const FileStamp& stamp) {
    // What is too long to be listed is left out: an index would refuse it.
    return catalogue.stamp(share.key, path) != stamp &&
           check_path(share.spec.name + '/' + shown_name(path)).ok();
  };
  walk(folder, "", 0, [&](const std::string& path, const FileStamp& stamp) {
    if (!changed(path, stamp)) return;
    ++now.waiting_files;
    now.waiting_bytes += stamp.size;
  });
  set(share.spec.name, now);
  batch_began = Instant::now();
  const auto wanted = now.waiting_files;
  if (wanted > 0)
    walk(folder, "", 0, [&](const std::string& path, const FileStamp& stamp) {
      if (!changed(path, stamp)) return;
      hash(share, path);
      now.waiting_files -= std::min<std::uint64_t>(now.waiting_files, 1);
      now.waiting_bytes -= std::min(now.waiting_bytes, stamp.size);
      set(share.spec.name, now);
    });
  flush(share);
  remove_vanished(share);
  now.waiting_files = now.waiting_bytes = 0;
  set(share.spec.name, now);
}

// Regular files below folder/below, whose paths count from `folder`. Symbolic links are not
// followed: what they lead to inside the share is listed anyway, the rest was not shared.
bool Scanner::State::walk(const std::string& folder, const std::string& below, int depth,
                          const Visit& visit) {
  const int descriptor = open((folder + '/' + below).c_str(),
                              O_RDONLY | O_DIRECTORY | O_CLOEXEC | (depth > 0 ? O_NOFOLLOW : 0));
  if (descriptor < 0) return false;
  std::vector<std::string> folders;
  DIR* entries = fdopendir(descriptor);
  if (entries == nullptr) {
    close(descriptor);
    return false;
  }
  const std::unique_ptr<DIR, int (*)(DIR*)> closer(entries, closedir);
  while (const auto* entry = stopping ? nullptr : readdir(entries)) {
    const std::string name = entry->d_name;
    struct stat info {};
    if (is_skipped_name(name) || fstatat(descriptor, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0)
      continue;
    const auto path = below.empty() ? name : below + '/' + name;
    if (S_ISREG(info.st_mode))
      visit(path, stamp_of(info));
    else if (S_ISDIR(info.st_mode) && depth < kMostDepth)
      folders.push_back(path);
  }
  for (const auto& path : folders)
    if (!stopping) walk(folder, path, depth + 1, visit);
  return true;
}

// Leaves out what cannot be read or changes under our hands: a later scan gets it.
void Scanner::State::hash(const StoredShare& share, const std::string& path) {
  const auto full = share.spec.folder + '/' + path;
  const http::OpenFile file(open(full.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  struct stat before {};
  if (file.descriptor() < 0 || fstat(file.descriptor(), &before) != 0 || !S_ISREG(before.st_mode))
    return;
  posix_fadvise(file.descriptor(), 0, 0, POSIX_FADV_SEQUENTIAL);
  MerkleBuilder builder;
  std::vector<char> block(kBlockSize);
  std::size_t filled = 0;
  for (;;) {
    if (stopping) return;
    const auto got = read(file.descriptor(), block.data() + filled, block.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return;
    filled += static_cast<std::size_t>(got);
    if (filled == block.size() || got == 0) {
      builder.add(block.data(), filled);
      filled = 0;
    }
    if (got == 0) break;
  }
  struct stat after {};
  HashedFile hashed{path, stamp_of(before), builder.finish()};
  if (fstat(file.descriptor(), &after) != 0 || stamp_of(after) != hashed.stamp ||
      hashed.tree.size != hashed.stamp.size)
    return;
  batch.push_back(std::move(hashed));
  if (batch.size() >= kMostInBatch || Instant::now() - batch_began >= kLongestBatch) flush(share);
}

void Scanner::State::flush(const StoredShare& share) {
  catalogue.commit(share.key, batch);
  batch.clear();
  batch_began = Instant::now();
}

void Scanner::State::remove_vanished(const StoredShare& share) {
  std::string after;
  for (;;) {
    const auto paths = catalogue.paths(share.key, after, 1000);
    if (paths.empty() || stopping) return;
    std::vector<std::string> vanished;
    for (const auto& path : paths) {
      struct stat info {};
      const int result = lstat((share.spec.folder + '/' + path).c_str(), &info);
      if (result == 0 ? !S_ISREG(info.st_mode) : errno == ENOENT || errno == ENOTDIR)
        vanished.push_back(path);
    }
    catalogue.remove(share.key, vanished);
    after = paths.back();
  }
}

}  // namespace swapmeet::swarm
