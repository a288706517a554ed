#include "transfer/swarm/folder/small_files.h"

#include <utility>

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::size_t kPage = 512;

}  // namespace

SmallFiles::SmallFiles(FolderRecord& record, Staging& staging, Landing& landing,
                       ThereAlready there_already, Setting setting)
    : record_(record),
      staging_(staging),
      landing_(landing),
      there_already_(std::move(there_already)),
      setting_(std::move(setting)),
      listed_(setting_.listed) {}

unsigned SmallFiles::next_number() {
  const std::lock_guard lock(mutex_);
  return ++last_number_;
}

Result<void> SmallFiles::turn_page() {
  const bool all = listed_;
  const bool from_first = !after_;
  auto files = record_.files(setting_.id, FileState::small, after_, kPage);
  if (!files) return files.error();
  if (files->empty()) {
    if (!all || out_ > 0) return {};
    // The listing is in another order than the paths on this machine: some may have been passed.
    over_ = from_first;
    after_.reset();
    return over_ ? Result<void>{} : turn_page();
  }
  after_ = files->back().key;
  page_.assign(std::make_move_iterator(files->begin()), std::make_move_iterator(files->end()));
  return {};
}

Result<SmallFiles::Next> SmallFiles::next() {
  const std::lock_guard lock(mutex_);
  if (ended_) return Next{};
  if (page_.empty())
    if (auto turned = turn_page(); !turned) return turned.error();
  if (page_.empty()) return Next{};
  auto file = std::move(page_.front());
  page_.pop_front();
  ++out_;
  const auto without = needs_no_source(file);
  if (!without) return without.error();
  if (*without) return Next{std::nullopt, true};
  return Next{std::move(file)};
}

Result<bool> SmallFiles::needs_no_source(const StoredFile& file) {
  const auto& [key, content, size, state, why] = file;
  switch (there_already_.look(staging_.target(key.path), content, size)) {
    case ThereAlready::same:
      landing_.add(LandingFile{key, content, size, std::nullopt});
      return true;
    case ThereAlready::other:
      if (setting_.overwrite) break;
      landing_.add(FileOutcome{key, size, FileState::failed, "its name is taken by another file"});
      return true;
    case ThereAlready::unknown:
    case ThereAlready::nothing: break;
  }
  if (content != kEmptyContent) return false;
  const auto number = ++last_number_;
  if (auto written = staging_.write(number, "", 0); !written) return written.error();
  landing_.add(LandingFile{key, content, size, number});
  return true;
}

bool SmallFiles::is_over() {
  const std::lock_guard lock(mutex_);
  return over_;
}

std::uint64_t SmallFiles::news() {
  const std::lock_guard lock(mutex_);
  return news_;
}

bool SmallFiles::wait(std::uint64_t heard) {
  std::unique_lock lock(mutex_);
  if (listed_ && out_ > 0 && news_ == heard) {  // nothing more comes before these are recorded
    lock.unlock();
    if (!landing_.settle()) return false;
    lock.lock();
  }
  changed_.wait(lock, [&] { return ended_ || over_ || news_ != heard; });
  return !ended_;
}

void SmallFiles::listed_more(bool all) {
  const std::lock_guard lock(mutex_);
  listed_ = listed_ || all;
  ++news_;
  changed_.notify_all();
}

void SmallFiles::recorded(std::size_t files) {
  const std::lock_guard lock(mutex_);
  out_ -= files;
  ++news_;
  changed_.notify_all();
}

void SmallFiles::end() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

}  // namespace swapmeet::transfer_swarm
