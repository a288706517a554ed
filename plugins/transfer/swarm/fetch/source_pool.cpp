#include "transfer/swarm/fetch/source_pool.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace swapmeet::transfer_swarm {
namespace {
using namespace std::chrono_literals;

constexpr std::size_t kMostSources = 200;
constexpr std::size_t kMostTold = 3;  // sources that a reason names
// A partial source that had nothing new for so long gives up its place to one that waits.
constexpr std::chrono::milliseconds kLongestLull{3000};
constexpr auto kMeasureEvery = 200ms;  // at most

std::string name_of(const Source& source) {
  return source.name.empty() ? source.url : source.name + " (" + source.url + ")";
}

}  // namespace

SourcePool::SourcePool(const Setting& setting, std::vector<std::string> liars)
    : setting_(setting), liars_(std::move(liars)), random_(setting.seed) {}

void SourcePool::add(const std::vector<Source>& sources) {
  for (const auto& source : sources) {
    if (find(source) != nullptr || source.peer == setting_.self || sources_.size() >= kMostSources)
      continue;
    retire_former(source);
    auto added = std::make_unique<PoolSource>(source, setting_.clock, setting_.pacer);
    if (std::find(liars_.begin(), liars_.end(), added->key()) != liars_.end())
      added->standing.drop("sent wrong bytes before");
    sources_.push_back(std::move(added));
  }
}

PoolSource* SourcePool::find(const Source& source) const {
  for (const auto& known : sources_)
    if (known->source().url == source.url && known->source().fingerprint == source.fingerprint)
      return known.get();
  return nullptr;
}

// A peer that has another key than when it was listed last: who answers to the old one is not it.
void SourcePool::retire_former(const Source& now) {
  for (const auto& known : sources_) {
    const auto& before = known->source();
    if (before.peer != now.peer || before.url != now.url || known->standing.is_out()) continue;
    known->standing.drop("it has another key now");
    known->interrupt();
  }
}

void SourcePool::add_listed(const std::vector<Source>& sources, std::uint64_t size) {
  for (const auto& source : sources) {
    const bool is_new = find(source) == nullptr;
    add({source});
    auto* known = find(source);
    if (known == nullptr) continue;
    known->listed = true;
    known->ticket = source.fingerprint.empty() ? "" : source.ticket;  // over TLS only
    if (is_new) known->pieces.partial = 0 < source.have && source.have < size;
  }
}

void SourcePool::withdraw(const Source& offered) {
  for (const auto& source : sources_)
    if (is_same(source->source(), offered) && source->standing.withdraw()) source->interrupt();
}

bool SourcePool::is_same(const Source& one, const Source& other) {
  return one.peer == other.peer && target_of(one.url) == target_of(other.url);
}

PieceMap::Copies SourcePool::copies(std::size_t pieces) const {
  PieceMap::Copies copies;
  std::string had((pieces + 7) / 8, '\0');
  for (const auto& source : sources_) {
    const auto& [partial, has, coming, look_at] = source->pieces;
    if (!has || source->standing.is_out()) continue;
    copies.of.resize(pieces);
    copies.first.resize(had.size());
    for (std::size_t i = 0; i < had.size(); ++i) {
      had[i] = static_cast<char>(had[i] | (i < has->size() ? (*has)[i] : 0));
      if (i < coming.size()) copies.first[i] = static_cast<char>(copies.first[i] | coming[i]);
    }
    for (std::size_t i = 0; i < pieces; ++i)
      if (has_bit(*has, i) || has_bit(coming, i)) ++copies.of[i];
  }
  for (std::size_t i = 0; i < copies.first.size(); ++i)
    copies.first[i] = static_cast<char>(copies.first[i] & ~had[i]);
  return copies;
}

PoolSource* SourcePool::next_to_look() const {
  PoolSource* next = nullptr;
  for (const auto& source : sources_)
    if (source->pieces.partial && !source->standing.is_out() &&
        (next == nullptr || source->pieces.look_at < next->pieces.look_at))
      next = source.get();
  return next;
}

std::size_t SourcePool::partial() const {
  return static_cast<std::size_t>(std::count_if(
      sources_.begin(), sources_.end(), [](const auto& source) { return source->pieces.partial; }));
}

double SourcePool::rank() const {
  std::size_t others = 0;
  std::size_t before = 0;
  for (const auto& source : sources_) {
    if (!source->pieces.partial || source->standing.is_out()) continue;
    ++others;
    if (source->source().peer < setting_.self) ++before;
  }
  return static_cast<double>(before) / static_cast<double>(others + 1);
}

std::size_t SourcePool::working() const {
  return static_cast<std::size_t>(
      std::count_if(sources_.begin(), sources_.end(),
                    [](const auto& source) { return source->standing.works(); }));
}

std::size_t SourcePool::working_lanes() const {
  std::size_t lanes = 0;
  for (const auto& source : sources_) lanes += source->working();
  return lanes;
}

PoolSource* SourcePool::next(Instant now) {
  PoolSource* best = nullptr;
  for (const auto& source : sources_) {
    if (!source->standing.may_begin(now)) continue;
    // Those that have everything first. New ones before others: they may be anything. Then the
    // fastest.
    const auto rank = [](const PoolSource& one) {
      return std::tuple(!one.pieces.partial, !one.standing.was_tried(), one.rate());
    };
    if (best == nullptr || rank(*source) > rank(*best)) best = source.get();
  }
  return best;
}

PoolSource* SourcePool::slow_beside(const PoolSource& waiting, Instant now) {
  const auto stall_after = setting_.patience.stall_after;
  PoolSource* slowest = nullptr;
  for (const auto& source : sources_) {
    const auto longest = source->pieces.partial ? std::min(kLongestLull, stall_after) : stall_after;
    if (!source->standing.works() || now - source->last_piece() < longest) continue;
    if (slowest == nullptr || source->rate() < slowest->rate()) slowest = source.get();
  }
  if (slowest == nullptr) return nullptr;
  // Each gets one try; after that all are known, and the fast ones stay.
  const bool is_better = !waiting.standing.was_tried() || waiting.rate() > 4 * slowest->rate();
  return is_better ? slowest : nullptr;
}

void SourcePool::send_home(PoolSource& source, const std::string& why) {
  if (source.standing.send_home(why)) source.interrupt();
}

void SourcePool::failed(PoolSource& source, const Error& error, Instant now) {
  if (source.working() > 0 && error.code != ErrorCode::corrupt) {
    if (error.retry_after) source.count.refused(source.working());
    return;
  }
  source.standing.fail(error, now, setting_.patience, random_);
  if (!source.standing.is_dropped()) return;
  if (error.code == ErrorCode::corrupt) liars_.push_back(source.key());
  source.interrupt();
}

PoolSource* SourcePool::wants_lane() const {
  for (const auto& source : sources_)
    if (source->standing.works() && source->working() < source->count.wanted()) return source.get();
  return nullptr;
}

std::uint64_t SourcePool::measure(Instant now) {
  if (measured_ && now - *measured_ < kMeasureEvery) return rate_;
  const auto last = std::exchange(measured_, now);
  double all = 0;
  for (const auto& source : sources_) {
    bool is_silent = source->standing.works();
    for (const auto& lane : source->lanes()) {
      auto& speed = lane->speed;
      const auto fresh = speed.hear(lane->link.received(), now);
      if (lane->link.is_held_back()) speed.excuse(now);
      if (!last || !lane->works) continue;
      const auto rate =
          static_cast<double>(fresh) / std::chrono::duration<double>(now - *last).count();
      speed.measured(rate);
      all += rate;
      if (!speed.is_silent(now, setting_.patience.stall_after))
        is_silent = false;
      else if (source->working() > 1)
        lane->link.interrupt();
    }
    if (last && is_silent) send_home(*source, "it sent nothing for too long");
    if (source->standing.works())
      source->count.heard(source->received(), source->working(), source->round_trip(), now);
  }
  rate_ = smoothed_rate(rate_, all);
  return rate_;
}

std::optional<std::chrono::seconds> SourcePool::retry_after(Instant now) const {
  std::optional<std::chrono::seconds> soonest;
  for (const auto& source : sources_) {
    if (!source->standing.is_in_queue()) continue;
    const auto wait =
        std::max(std::chrono::ceil<std::chrono::seconds>(source->standing.retry_at() - now), 0s);
    soonest = std::min(soonest.value_or(wait), wait);
  }
  return soonest;
}

bool SourcePool::nobody_has_it() const {
  return std::all_of(sources_.begin(), sources_.end(), [](const auto& source) {
    return source->standing.is_out() || source->standing.has_it_not();
  });
}

std::string SourcePool::why_nobody(const std::string& registry_why) const {
  std::string why;
  for (const auto& one : sources_) {
    if (!one->standing.is_in_queue()) continue;
    const auto& source = one->source();
    const auto& text = one->standing.text();
    why += (why.empty() ? "waits at " : "; at ") +
           (source.name.empty() ? source.url : source.name) + ", " +
           text.substr(text.find(' ') + 1);
  }
  if (!why.empty()) return why;
  std::size_t told = 0;
  for (const auto& one : sources_) {
    if (one->standing.is_idle() || ++told > kMostTold) continue;
    why += (why.empty() ? "" : "; ") + name_of(one->source()) + " " + one->standing.text();
  }
  if (told > kMostTold) why += "; and " + std::to_string(told - kMostTold) + " more";
  if (told > 0) return "no source works now: " + why;
  return registry_why.empty() ? "nobody who has it is present" : registry_why;
}

std::vector<DownloadSource> SourcePool::report() const {
  std::vector<DownloadSource> sources;
  for (const auto& one : sources_) {
    const auto& source = one->source();
    sources.push_back({source.peer, source.name, source.url, one->bytes,
                       one->standing.works() ? one->rate() : 0, one->standing.text()});
  }
  return sources;
}

}  // namespace swapmeet::transfer_swarm
