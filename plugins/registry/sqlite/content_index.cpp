#include "registry/sqlite/content_index.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <span>

namespace swapmeet::registry_sqlite {
namespace {

constexpr std::size_t kPortions = 20;       // of all listings, a portion is one in so many
constexpr std::size_t kLeastSlice = 1'000;  // entries merged by a transaction
constexpr std::size_t kSliceOfAdded = 2;    // a portion is merged before the next is full

std::array<std::uint8_t, 8> bytes_of(std::uint64_t prefix) {
  std::array<std::uint8_t, 8> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<std::uint8_t>(prefix >> (56 - 8 * i));
  return bytes;
}

struct Prefix {
  std::array<std::uint8_t, 8> bytes;
};

}  // namespace

ContentEntry::ContentEntry(const ContentId& content, Revision listing) : revision(listing) {
  for (std::size_t i = 0; i < 8; ++i) prefix = prefix << 8 | content.bytes[i];
}

ContentIndex::ContentIndex(sqlite::Database& writer, std::uint64_t seed, std::size_t least_portion)
    : writer_(writer), least_portion_(least_portion), open_(0, SaltedHash{seed}) {
  listings_ = static_cast<std::size_t>(writer_.integer("SELECT total(files) FROM peers"));
  // A portion may have been on its way when the host stopped.
  maybe_written_ =
      static_cast<Revision>(writer_.integer("SELECT value FROM meta WHERE name='latest'"));
  written_ =
      static_cast<Revision>(writer_.integer("SELECT value FROM meta WHERE name='contents_upto'"));
  auto row = writer_.prepare("SELECT revision, content FROM listings WHERE revision>?");
  row.with(written_);
  while (row.step()) {
    const ContentEntry entry(row.id<ContentId>(1), static_cast<Revision>(row.integer(0)));
    open_.emplace(entry.prefix, entry.revision);
  }
}

std::vector<Revision> ContentIndex::recent(const ContentId& content, std::size_t most) const {
  const ContentEntry first(content, 0);
  std::vector<Revision> revisions;
  const std::shared_lock lock(mutex_);
  const auto [begin, end] = open_.equal_range(first.prefix);
  for (auto entry = begin; entry != end && revisions.size() < most; ++entry)
    revisions.push_back(entry->second);
  for (auto entry = std::ranges::lower_bound(sealed_, first);
       entry != sealed_.end() && entry->prefix == first.prefix && revisions.size() < most; ++entry)
    revisions.push_back(entry->revision);
  return revisions;
}

void ContentIndex::write(Edit& edit) {
  seal_if_due();
  merge_slice(edit);
  remove_gone(edit);
}

void ContentIndex::seal_if_due() {
  if (!sealed_.empty() || open_.size() < std::max(least_portion_, listings_ / kPortions)) return;
  std::vector<ContentEntry> portion;
  portion.reserve(open_.size());
  for (const auto& [prefix, revision] : open_) {
    maybe_written_ = std::max(maybe_written_, revision);
    if (gone_.contains(revision)) continue;
    portion.emplace_back().prefix = prefix;
    portion.back().revision = revision;
  }
  if (portion.empty()) gone_.clear();  // that were all
  std::sort(portion.begin(), portion.end());
  const std::unique_lock lock(mutex_);
  sealed_ = std::move(portion);
  merged_ = 0;
  open_.clear();
}

void ContentIndex::merge_slice(Edit& edit) {
  if (sealed_.empty()) return;
  edit.merged =
      std::min(sealed_.size() - merged_, std::max(kLeastSlice, kSliceOfAdded * edit.added.size()));
  auto put = writer_.keep("INSERT OR IGNORE INTO contents VALUES(?,?)");
  for (const auto& entry : std::span(sealed_).subspan(merged_, edit.merged))
    if (!gone_.contains(entry.revision))
      put->with(Prefix{bytes_of(entry.prefix)}, entry.revision).run();
  if (merged_ + edit.merged == sealed_.size())
    writer_.keep("UPDATE meta SET value=? WHERE name='contents_upto'")->with(maybe_written_).run();
}

void ContentIndex::remove_gone(Edit& edit) {
  std::sort(edit.gone.begin(), edit.gone.end());
  auto remove = writer_.keep("DELETE FROM contents WHERE prefix=? AND revision=?");
  for (const auto& entry : edit.gone)
    if (entry.revision <= maybe_written_)
      remove->with(Prefix{bytes_of(entry.prefix)}, entry.revision).run();
}

void ContentIndex::committed(const Edit& edit) {
  listings_ += edit.added.size();
  listings_ -= std::min(listings_, edit.gone.size());
  for (const auto& entry : edit.gone)
    if (entry.revision > written_) gone_.insert(entry.revision);
  const std::unique_lock lock(mutex_);
  for (const auto& entry : edit.added) open_.emplace(entry.prefix, entry.revision);
  merged_ += edit.merged;
  if (sealed_.empty() || merged_ < sealed_.size()) return;
  written_ = maybe_written_;
  std::erase_if(gone_, [&](Revision revision) { return revision <= written_; });
  sealed_ = {};
  merged_ = 0;
}

}  // namespace swapmeet::registry_sqlite
