#include "transfer/swarm/serve/file_hashes.h"

#include <openssl/evp.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "transfer/swarm/hashing/block_reader.h"
#include "transfer/swarm/hashing/merkle.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::size_t kMostTasks = 32;
constexpr std::size_t kMostPieces = 200'000;          // kept: about 20 MB
constexpr std::uint64_t kBytesASecond = 300'000'000;  // a careful guess
constexpr std::chrono::seconds kLongestWait{300};

class Digest {
 public:
  explicit Digest(const EVP_MD* kind) : kind_(kind), context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    begin();
  }
  void add(std::string_view bytes) {
    check(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
  }
  // The digest of what was added since the last time.
  std::string take() {
    std::string bytes(EVP_MAX_MD_SIZE, '\0');
    unsigned size = 0;
    check(
        EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(bytes.data()), &size));
    bytes.resize(size);
    begin();
    return bytes;
  }
  std::string take_hex() {
    const auto bytes = take();
    return to_hex(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  }

 private:
  static void check(int ok) {
    if (ok != 1) throw std::runtime_error("OpenSSL cannot make a digest");
  }
  void begin() { check(EVP_DigestInit_ex(context_.get(), kind_, nullptr)); }
  const EVP_MD* kind_;
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

}  // namespace

FileHashes::Hashes FileHashes::find(const ContentId& content) {
  const std::lock_guard lock(mutex_);
  const auto found = kept_.find(content);
  if (found == kept_.end()) return nullptr;
  used_.splice(used_.begin(), used_, found->second.used);
  return found->second.hashes;
}

Result<FileHashes::Hashes> FileHashes::make(const ContentId& content, const ContentPlace& place,
                                            std::chrono::milliseconds patience) {
  if (auto known = find(content)) return known;
  std::unique_lock lock(mutex_);
  const auto is_waiting = [&] {
    return std::any_of(tasks_.begin(), tasks_.end(),
                       [&](const Task& task) { return task.content == content; });
  };
  failed_.erase(content);
  if (!stopping_ && !is_waiting() && tasks_.size() < kMostTasks) {
    tasks_.push_back({content, place});
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
    changed_.notify_all();
  }
  clock_.wait_for(lock, changed_, patience, [&] { return stopping_ || !is_waiting(); });
  if (const auto found = kept_.find(content); found != kept_.end()) return found->second.hashes;
  if (const auto failed = failed_.find(content); failed != failed_.end()) {
    auto error = std::move(failed->second);
    failed_.erase(failed);
    return error;
  }
  return Error{ErrorCode::unavailable, "the hashes of this content are being made; ask again later",
               std::nullopt, time_left()};
}

void FileHashes::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

std::chrono::seconds FileHashes::time_left() const {
  std::uint64_t bytes = 0;
  for (const auto& task : tasks_) bytes += task.place.stamp.size;
  bytes -= std::min(bytes, hashed_);
  const auto seconds = std::chrono::seconds(static_cast<std::int64_t>(bytes / kBytesASecond) + 1);
  return std::min(seconds, kLongestWait);
}

void FileHashes::run() {
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)), 10);
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return stopping_ || !tasks_.empty(); });
    if (stopping_) return;
    const auto task = tasks_.front();
    hashed_ = 0;
    lock.unlock();
    Result<Hashes> made = Error{ErrorCode::internal, "", {}};
    try {
      made = hash(task);
    } catch (const std::exception& exception) {
      made = Error{ErrorCode::internal, exception.what(), {}};
    }
    lock.lock();
    tasks_.pop_front();
    if (failed_.size() >= kMostTasks) failed_.clear();
    if (made)
      keep(*made);
    else
      failed_.insert_or_assign(task.content, made.error());
    changed_.notify_all();
  }
}

// Without the lock.
Result<FileHashes::Hashes> FileHashes::hash(const Task& task) {
  auto made = std::make_shared<wire::ContentHashes>();
  made->content = task.content;
  made->size = task.place.stamp.size;
  made->piece = wire::hashed_piece_size(made->size);
  Digest whole(EVP_sha256());
  Digest piece(EVP_sha256());
  Digest piece_v1(EVP_sha1());
  MerkleBuilder tree;
  std::uint64_t at = 0;
  const auto stopping = [&] {
    const std::lock_guard lock(mutex_);
    hashed_ = at;
    return stopping_;
  };
  const auto add = [&](std::string_view block) {
    for (auto* digest : {&whole, &piece, &piece_v1}) digest->add(block);
    tree.add(block.data(), block.size());
    at += block.size();
    if (at % made->piece != 0 && at != made->size) return;
    made->pieces.push_back(piece.take_hex());
    made->sha1 += piece_v1.take();
  };
  const auto read = BlockReader(clock_).read(task.place.file, task.place.stamp, stopping, add);
  if (read.kind == ReadOutcome::stopped) return Error{ErrorCode::cancelled, "this peer stops", {}};
  if (read.kind != ReadOutcome::done)
    return Error{ErrorCode::conflict, "the file is not what was shared any more", {}};
  if (tree.finish().content != task.content)
    return Error{ErrorCode::corrupt, "the file has other bytes than its content id says", {}};
  made->sha256 = whole.take_hex();
  return Hashes(std::move(made));
}

void FileHashes::keep(const Hashes& hashes) {
  if (kept_.contains(hashes->content)) return;
  used_.push_front(hashes->content);
  kept_.emplace(hashes->content, Kept{hashes, used_.begin()});
  pieces_ += hashes->pieces.size() + 1;
  while (pieces_ > kMostPieces) {
    const auto oldest = kept_.find(used_.back());
    pieces_ -= oldest->second.hashes->pieces.size() + 1;
    kept_.erase(oldest);
    used_.pop_back();
  }
}

}  // namespace swapmeet::transfer_swarm
