#include "transfer/swarm/fetch/proven_writer.h"

#include <sys/stat.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "swapmeet/safe_name.h"
#include "transfer/swarm/hashing/hash_file.h"

namespace swapmeet::transfer_swarm {
namespace {

// Proven bytes that are saved without waiting longer.
constexpr std::uint64_t kSaveAfter = 32 << 20;

}  // namespace

ProvenWriter::ProvenWriter(TransferPlan plan, Save save, Clock& clock, const Setting& setting)
    : plan_(std::move(plan)),
      saved_target_(plan_.target),
      save_(std::move(save)),
      clock_(clock),
      setting_(setting) {}

bool ProvenWriter::knows_pieces() const {
  const auto count = plan_.size_known ? piece_count(plan_.size) : 0;
  if (count == 0) return plan_.content == kEmptyContent;
  // The layer is kept once the size is proven.
  return count == 1 ? has_bit(plan_.proven, 0) : plan_.layer.size() == count * 32;
}

Result<PieceMap> ProvenWriter::open(const std::optional<Learned>& learned) {
  // First of all: what is proven must not be forgotten because the folder is elsewhere for a while.
  if (plan_.place.empty()) plan_.place = RealFolder::of(plan_.folder);
  if (auto same = RealFolder::check(plan_.folder, plan_.place); !same) return same.error();
  if (learned) {
    plan_.size = learned->size;
    plan_.layer = learned->layer;
  }
  if (plan_.content == kEmptyContent) plan_.size = 0;
  plan_.size_known = true;
  // Also what an earlier version counted in larger pieces.
  const bool is_of_size = plan_.proven.size() == (piece_count(plan_.size) + 7) / 8;
  if (!plan_.proven.empty() &&
      (!is_of_size || !PartialFile::is_whole(plan_.partial(), plan_.size))) {
    plan_.proven.clear();
    if (setting_.growing != nullptr) setting_.growing->remove(plan_.id);
    if (auto saved = save_(plan_); !saved) return saved.error();  // before it looks whole again
  }
  auto opened = PartialFile::open(plan_.partial(), plan_.place, plan_.size, setting_.min_free_space,
                                  !plan_.proven.empty());
  if (!opened) return opened.error();
  const auto piece_size = piece_size_for(plan_.size);
  PieceMap pieces(plan_.content, plan_.size, piece_size, plan_.layer, plan_.proven);
  if (learned) {
    const auto last = pieces.count() - 1;
    if (!learned->last_piece.empty()) {
      auto written =
          opened->write(pieces.offset(last), learned->last_piece.data(), pieces.length(last));
      if (!written) return written.error();
      pieces.mark_proven(last);
    }
    if (last > 0)  // else there is no layer to keep
      if (auto saved = save_(plan_); !saved) return saved.error();
  }
  partial_.emplace(std::move(*opened));
  growing_ =
      std::make_shared<GrowingFile>(GrowingFile::Facts{plan_.content, plan_.name, plan_.partial(),
                                                       plan_.size, piece_size, plan_.layer},
                                    pieces.proven_bits());
  const std::lock_guard lock(mutex_);
  if (learned) unsaved_ = learned->last_piece.size();
  return pieces;
}

void ProvenWriter::offer(const Audience& audience) {
  if (setting_.growing == nullptr || offered_ == audience) return;
  offered_ = audience;
  if (!audience.everyone && audience.groups.empty() && audience.accounts.empty())
    return setting_.growing->remove(plan_.id);
  growing_->set_audience(audience);
  setting_.growing->put(plan_.id, growing_);
}

Result<void> ProvenWriter::flush(const std::function<Progress()>& progress) {
  const auto saving = unsaved();  // before the bits are told: they have these bytes, and maybe more
  auto now = progress();
  if (saving == 0 && plan_.liars == now.liars && plan_.target == saved_target_) return {};
  plan_.liars = std::move(now.liars);
  if (!plan_.size_known && now.told_size) {
    plan_.size = *now.told_size;
    plan_.size_known = true;
  }
  if (saving > 0) {
    plan_.proven = std::move(now.proven);
    if (auto synced = partial_->sync(); !synced) return synced;  // before it is said to be there
  }
  if (auto saved = save_(plan_); !saved) return saved;
  saved_target_ = plan_.target;
  const std::lock_guard lock(mutex_);
  unsaved_ -= saving;
  room_.notify_all();
  return {};
}

Result<void> ProvenWriter::finish(const std::function<Progress()>& progress) {
  const auto name = safe_name(plan_.name);
  for (unsigned number = 1; number < 10'000; ++number) {
    const auto target = plan_.folder / (number == 1 ? name : numbered_name(name, number));
    std::error_code ignored;
    if (!plan_.overwrite && std::filesystem::exists(target, ignored)) continue;
    plan_.target = target.string();
    if (auto saved = flush(progress); !saved) return saved;
    auto moved = partial_->rename_to(target.filename(), plan_.overwrite);
    if (moved || moved.error().code != ErrorCode::already_exists) return moved;
  }
  return Error{ErrorCode::already_exists, "every name like " + name + " is taken: make room", {}};
}

bool ProvenWriter::was_renamed(const std::function<bool()>& stopping) const {
  std::error_code ignored;
  return !plan_.target.empty() && !std::filesystem::exists(plan_.partial(), ignored) &&
         is_content(plan_.target, stopping);
}

bool ProvenWriter::is_content(const std::string& file,
                              const std::function<bool()>& stopping) const {
  struct stat status {};
  if (::lstat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode) ||
      static_cast<std::uint64_t>(status.st_size) != plan_.size)
    return false;
  if (plan_.size == 0) return plan_.content == kEmptyContent;
  const auto hashed = FileHasher(clock_).hash(file, stamp_of(status), stopping);
  return hashed.kind == HashOutcome::done && hashed.tree.content == plan_.content;
}

bool ProvenWriter::wait_for_room() {
  std::unique_lock lock(mutex_);
  room_.wait(lock, [&] { return awake_ || problem_ || unsaved_ < setting_.most_unsaved; });
  return !awake_ && !problem_;
}

void ProvenWriter::wake() {
  const std::lock_guard lock(mutex_);
  awake_ = true;
  room_.notify_all();
}

Result<void> ProvenWriter::write(std::uint64_t offset, const char* bytes, std::size_t size) {
  auto written = partial_->write(offset, bytes, size);
  if (!written) set_problem(written.error());
  return written;
}

void ProvenWriter::count(std::size_t piece, std::size_t length) {
  growing_->add(piece);
  const std::lock_guard lock(mutex_);
  unsaved_ += length;
}

void ProvenWriter::expect(const PieceMap::Run& run, bool coming) {
  growing_->expect(run.first, run.count, coming);
}

std::uint64_t ProvenWriter::unsaved() const {
  const std::lock_guard lock(mutex_);
  return unsaved_;
}

bool ProvenWriter::has_much_unsaved() const { return unsaved() >= kSaveAfter; }

std::optional<Error> ProvenWriter::problem() const {
  const std::lock_guard lock(mutex_);
  return problem_;
}

void ProvenWriter::set_problem(const Error& error) {
  const std::lock_guard lock(mutex_);
  if (!problem_) problem_ = error;
  room_.notify_all();
}

}  // namespace swapmeet::transfer_swarm
