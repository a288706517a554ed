#include "transfer/swarm/serve/file_uploads.h"

#include <algorithm>
#include <iterator>

namespace swapmeet::transfer_swarm {
namespace {

// Parts of a file that are told from each other; of more, what lies between two is taken as gone.
constexpr std::size_t kMostParts = 256;

}  // namespace

FileUploads::Begun FileUploads::begin(const UploadRequest& request, std::uint64_t answer,
                                      Instant now, Time time) {
  const Key key{request.address, request.reader, request.content};
  const auto [known, is_new] = by_key_.try_emplace(key, last_number_ + 1);
  const auto number = known->second;
  auto& entry = all_[number];
  if (is_new) {
    ++last_number_;
    entry.key = key;
    entry.began = now;
    entry.upload.number = number;
    auto& status = entry.upload.status;
    status.address = request.address;
    status.peer = PeerId::parse(request.reader).value_or(PeerId{});
    status.account = request.who.account;
    status.content = request.content;
    status.size = std::max(request.file_size, request.size);
    status.started = time;
  }
  entry.upload.status.name = request.name;
  entry.upload.broken = false;
  entry.moved = now;
  entry.answers[answer] = {request.offset, 0};
  return {number, is_new};
}

void FileUploads::sent(std::uint64_t number, std::uint64_t answer, std::uint64_t bytes,
                       Instant now) {
  const auto found = all_.find(number);
  if (found == all_.end()) return;
  auto& entry = found->second;
  const auto running = entry.answers.find(answer);
  if (running == entry.answers.end()) return;
  running->second.sent += bytes;
  entry.moved = now;
  count(entry);
}

std::uint64_t FileUploads::end(std::uint64_t number, std::uint64_t answer, bool complete,
                               Instant now) {
  const auto found = all_.find(number);
  if (found == all_.end()) return 0;
  auto& entry = found->second;
  const auto running = entry.answers.extract(answer);
  if (!running) return 0;
  const auto& [offset, sent] = running.mapped();
  cover(entry, offset, offset + sent);
  entry.upload.broken = !complete;
  entry.moved = now;
  count(entry);
  return sent;
}

void FileUploads::cover(Entry& entry, std::uint64_t from, std::uint64_t to) {
  if (from >= to) return;
  auto& covered = entry.covered;
  auto at = covered.upper_bound(from);
  if (at != covered.begin() && std::prev(at)->second >= from) --at;
  while (at != covered.end() && at->first <= to) {
    from = std::min(from, at->first);
    to = std::max(to, at->second);
    at = covered.erase(at);
  }
  covered.emplace(from, to);
  if (covered.size() <= kMostParts) return;
  const auto first = covered.begin();
  const auto second = std::next(first);
  first->second = second->second;
  covered.erase(second);
}

void FileUploads::count(Entry& entry) {
  std::uint64_t bytes = 0;
  for (const auto& [from, to] : entry.covered) bytes += to - from;
  for (const auto& [number, answer] : entry.answers) bytes += answer.sent;
  entry.upload.status.done = std::min(bytes, entry.upload.status.size);
}

bool FileUploads::is_over(const Entry& entry, Instant now) {
  if (!entry.answers.empty()) return false;
  const auto& status = entry.upload.status;
  return status.done >= status.size || now - entry.moved >= kSilence;
}

std::vector<FileUpload> FileUploads::take_ended(Instant now, Time time) {
  std::vector<FileUpload> ended;
  for (auto at = all_.begin(); at != all_.end();) {
    auto& entry = at->second;
    if (!is_over(entry, now)) {
      ++at;
      continue;
    }
    const auto silent = std::chrono::duration_cast<Time::duration>(now - entry.moved);
    entry.upload.status.finished = time - silent;
    by_key_.erase(entry.key);
    ended.push_back(std::move(entry.upload));
    at = all_.erase(at);
  }
  return ended;
}

std::vector<FileUpload> FileUploads::list(Instant now) const {
  std::vector<FileUpload> all;
  for (const auto& [number, entry] : all_) {
    if (is_over(entry, now)) continue;
    all.push_back(entry.upload);
    auto& status = all.back().status;
    const auto passed =
        std::chrono::duration_cast<std::chrono::milliseconds>(now - entry.began).count();
    status.rate = status.done * 1000 / static_cast<std::uint64_t>(std::max<long long>(passed, 1));
  }
  return all;
}

}  // namespace swapmeet::transfer_swarm
