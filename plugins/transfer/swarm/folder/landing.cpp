#include "transfer/swarm/folder/landing.h"

#include <utility>

namespace swapmeet::transfer_swarm {

Landing::Landing(Staging& staging, Record record, Clock& clock, const Setting& setting)
    : staging_(staging),
      record_(std::move(record)),
      clock_(clock),
      setting_(setting),
      there_already_(clock, [] { return false; }),
      thread_([this] { work(); }) {}

Landing::~Landing() {
  end();
  thread_.join();
}

void Landing::end() {
  const std::lock_guard lock(mutex_);
  over_ = true;
  changed_.notify_all();
}

void Landing::fail(const Error& problem) {
  const std::lock_guard lock(mutex_);
  if (!problem_) problem_ = problem;
  changed_.notify_all();
}

std::optional<Error> Landing::problem() const {
  const std::lock_guard lock(mutex_);
  return problem_;
}

std::uint64_t Landing::batches() const {
  const std::lock_guard lock(mutex_);
  return batches_;
}

bool Landing::wait_for_room() {
  Lock lock(mutex_);
  changed_.wait(lock, [&] {
    return over_ || problem_ ||
           (next_.files.size() < setting_.most_files && next_.bytes < setting_.most_bytes);
  });
  return !over_ && !problem_;
}

void Landing::add(LandingFile file) {
  const std::lock_guard lock(mutex_);
  next_.bytes += file.staged ? file.size : 0;
  next_.files.push_back(std::move(file));
  ++added_;
  if (!since_) since_ = clock_.steady();
  if (next_.files.size() == 1 || is_due(*since_)) changed_.notify_all();
}

void Landing::add(FileOutcome outcome) {
  const std::lock_guard lock(mutex_);
  next_.outcomes.push_back(std::move(outcome));
  ++added_;
  if (!since_) since_ = clock_.steady();
  if (next_.outcomes.size() == 1 || is_due(*since_)) changed_.notify_all();
}

bool Landing::settle() {
  Lock lock(mutex_);
  ++settling_;
  changed_.notify_all();
  changed_.wait(lock, [&] { return over_ || problem_ || recorded_ == added_; });
  --settling_;
  return !over_ && !problem_;
}

// With the lock: whether a batch should come down, or what has its name be recorded.
bool Landing::is_due(Instant now) const {
  if (!since_) return false;
  return settling_ > 0 || next_.files.size() >= setting_.most_files ||
         next_.outcomes.size() >= setting_.most_files || next_.bytes >= setting_.most_bytes ||
         now - *since_ >= setting_.longest;
}

void Landing::work() {
  Lock lock(mutex_);
  while (!over_ && !problem_) {
    if (!is_due(clock_.steady())) {
      if (since_)
        clock_.wait_once(lock, changed_, *since_ + setting_.longest);
      else
        changed_.wait(lock);
      continue;
    }
    since_.reset();
    auto batch = std::exchange(next_, {});
    changed_.notify_all();
    lock.unlock();
    auto landed = land(std::move(batch));
    lock.lock();
    if (!landed) problem_ = landed.error();
    if (!named_.empty() && !since_) since_ = clock_.steady();
    changed_.notify_all();
  }
}

Result<void> Landing::land(Batch batch) {
  std::vector<unsigned> staged;
  for (const auto& file : batch.files)
    if (file.staged) staged.push_back(*file.staged);
  if (auto room = staging_.check_free(staged.empty() ? 0 : setting_.min_free_space); !room)
    return room;
  if (!batch.files.empty() || !named_.empty())
    if (auto synced = staging_.sync(staged); !synced) return synced;
  // These have names on the disk now.
  named_.insert(named_.end(), batch.outcomes.begin(), batch.outcomes.end());
  if (auto recorded = record(); !recorded) return recorded;
  for (const auto& file : batch.files) {
    auto outcome = name(file);
    if (!outcome) return outcome.error();
    named_.push_back(std::move(*outcome));
  }
  return {};
}

Result<void> Landing::record() {
  if (named_.empty()) return {};
  if (auto recorded = record_(named_); !recorded) return recorded;
  const std::lock_guard lock(mutex_);
  recorded_ += named_.size();
  ++batches_;
  named_.clear();
  return {};
}

Result<FileOutcome> Landing::name(const LandingFile& file) {
  FileOutcome outcome{file.key, file.size};
  if (!file.staged) return outcome;
  const auto moved = staging_.move(*file.staged, file.key.path, setting_.overwrite);
  if (moved) return outcome;
  if (moved.error().code == ErrorCode::no_space) return moved.error();
  staging_.discard(*file.staged);
  // It came while this one was fetched.
  const bool is_taken = moved.error().code == ErrorCode::already_exists;
  if (is_taken && there_already_.look(staging_.target(file.key.path), file.content, file.size) ==
                      ThereAlready::same)
    return outcome;
  outcome.state =
      moved.error().code == ErrorCode::unsupported ? FileState::alone : FileState::failed;
  outcome.why = moved.error().message;
  return outcome;
}

}  // namespace swapmeet::transfer_swarm
