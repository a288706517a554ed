#include "transfer/swarm/folder/small_lane.h"

#include <algorithm>
#include <utility>

#include "transfer/swarm/fetch/source_client.h"
#include "transfer/swarm/fetch/source_link.h"

namespace swapmeet::transfer_swarm {
namespace {

// What is asked for before the first answer has come: enough for a fast path that takes long.
constexpr std::size_t kMostAsked = 256;
constexpr std::uint64_t kMostBytes = 8 << 20;

}  // namespace

SmallLane::SmallLane(SmallFiles& files, Staging& staging, Landing& landing, Clock& clock,
                     Setting setting)
    : files_(files),
      staging_(staging),
      landing_(landing),
      clock_(clock),
      setting_(std::move(setting)),
      connection_(pinned_url(setting_.peer.url, setting_.peer.fingerprint), setting_.stall_after,
                  setting_.self.text()) {
  if (setting_.pacer != nullptr) pace_ = setting_.pacer->reader(SourceLink::key_of(setting_.peer));
}

void SmallLane::interrupt() {
  interrupted_ = true;
  connection_.interrupt();
  const std::lock_guard lock(mutex_);
  changed_.notify_all();
}

std::optional<TransferEnd> SmallLane::run() {
  came_on_ = true;
  ask_again();
  while (!interrupted_) {
    const auto heard = files_.news();
    if (!fill()) break;
    if (asked_.empty()) {
      if (files_.is_over() || !files_.wait(heard)) break;
      continue;
    }
    const auto taken = take();
    if (taken || interrupted_) continue;
    if (auto end = lost(taken.error())) return end;
  }
  return std::nullopt;
}

bool SmallLane::fill() {
  while (!interrupted_) {
    if (!landing_.wait_for_room()) return false;
    if (asked_.size() >= kMostAsked || asked_bytes_ >= kMostBytes) return true;
    auto next = files_.next();
    if (!next) {
      landing_.fail(next.error());
      return false;
    }
    if (!next->file && !next->look_again) return true;
    if (!next->file) continue;
    asked_bytes_ += next->file->size;
    ask(asked_.emplace_back(Asked{std::move(*next->file), ticket_}));
  }
  return false;
}

void SmallLane::ask(const Asked& asked) {
  connection_.ask({.path = "/content/" + asked.file.content.text(), .ticket = asked.ticket});
}

void SmallLane::ask_again() {
  connection_.close();
  for (const auto& asked : asked_) ask(asked);
}

Result<void> SmallLane::take() {
  const auto answer = connection_.answer();
  if (!answer) return answer.error();
  in_answer_ = true;
  const auto& asked = asked_.front();
  const auto& file = asked.file;
  if (answer->status != 200) {
    const auto error = unexpected(*answer);
    if (error.retry_after) return error;
    refused(asked, error);
  } else if (answer->length != file.size) {
    refused(asked, {ErrorCode::conflict, "it says that the file has another size", {}});
  } else {
    if (buffer_.size() < file.size) buffer_.resize(file.size);
    if (auto all = read(buffer_.data(), file.size); !all) return all;
    hashes_.add(buffer_.data(), file.size);
    if (hashes_.finish().content == file.content)
      keep(file);
    else
      lied(asked);
  }
  in_answer_ = false;
  asked_bytes_ -= file.size;
  asked_.pop_front();
  return {};
}

// It is told, over a connection of its own: on this one other answers are on their way.
void SmallLane::lied(const Asked& asked) {
  const auto url = setting_.peer.url + "/content/" + asked.file.content.text();
  SourceClient client(pinned_url(url, setting_.peer.fingerprint), setting_.stall_after,
                      setting_.self.text());
  client.set_ticket(asked.ticket);
  client.doubt(0, asked.file.size);
  refused(asked, {ErrorCode::corrupt, kLied, {}});
}

void SmallLane::refused(const Asked& asked, const Error& error) {
  const auto& file = asked.file;
  if (error.code == ErrorCode::not_found && setting_.ticket) {
    if (ticket_ == asked.ticket) ticket_ = setting_.ticket(asked.ticket);
    if (ticket_ != asked.ticket && !ticket_.empty()) {
      asked_bytes_ += file.size;
      return ask(asked_.emplace_back(Asked{file, ticket_}));
    }
  }
  const auto record = setting_.record_of(file.content);
  const bool is_known = record || record.error().code == ErrorCode::not_found;
  const bool others =
      record &&
      std::any_of(record->sources.begin(), record->sources.end(), [&](const Source& source) {
        return source.peer != setting_.peer.peer && source.peer != setting_.self;
      });
  // One that is in trouble may be well again the next time.
  if (others || !is_known || error.code == ErrorCode::unavailable)
    leave(file, error.message, FileState::alone);
  else
    leave(file, setting_.peer.name + ": " + error.message, FileState::failed);
}

void SmallLane::keep(const FolderEntry& file) {
  came_on_ = true;
  const auto number = files_.next_number();
  if (auto written = staging_.write(number, buffer_.data(), file.size); !written)
    return landing_.fail(written.error());
  landing_.add(LandingFile{file.key, file.content, file.size, number});
  if (setting_.proven) setting_.proven(file.size);
}

void SmallLane::leave(const FolderEntry& file, const std::string& why, FileState state) {
  landing_.add(FileOutcome{file.key, file.size, state, why});
}

Result<void> SmallLane::read(char* to, std::size_t size) {
  while (size > 0) {
    const auto allowed = wait_for_turn(size);
    if (allowed == 0) return Error{ErrorCode::cancelled, "ended", {}};
    const auto got = connection_.read(to, allowed);
    if (!got) return got.error();
    if (pace_) setting_.pacer->sent(*pace_, *got);
    to += *got;
    size -= *got;
  }
  return {};
}

// How many of the wanted bytes may come now, after waiting for that; 0: interrupted.
std::size_t SmallLane::wait_for_turn(std::size_t wanted) {
  if (!pace_) return wanted;
  auto allowed = setting_.pacer->allow(*pace_, wanted);
  std::unique_lock lock(mutex_);
  while (allowed.bytes == 0 && !interrupted_)
    if (!clock_.wait_for(lock, changed_, allowed.wait, [&] { return interrupted_.load(); }))
      allowed = setting_.pacer->allow(*pace_, wanted);
  return interrupted_ ? 0 : static_cast<std::size_t>(allowed.bytes);
}

std::optional<TransferEnd> SmallLane::lost(const Error& error) {
  const bool is_of_use = std::exchange(came_on_, false) && !error.retry_after;
  if (std::exchange(in_answer_, false)) {
    auto& first = asked_.front();
    if (std::exchange(first.was_cut, true)) {  // its source may not be able to send it
      leave(first.file, error.message, FileState::alone);
      asked_bytes_ -= first.file.size;
      asked_.pop_front();
    }
  }
  if (!is_of_use) return TransferEnd{DownloadState::waiting, error.message, error.retry_after};
  ask_again();
  return std::nullopt;
}

}  // namespace swapmeet::transfer_swarm
