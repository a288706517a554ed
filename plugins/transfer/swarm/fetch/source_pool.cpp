#include "transfer/swarm/fetch/source_pool.h"

#include <algorithm>
#include <tuple>

#include "transfer/swarm/base/backoff.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::size_t kMostSources = 200;
// A partial source that had nothing new for so long gives up its place to one that waits.
constexpr std::chrono::milliseconds kLongestLull{3000};
constexpr double kNewest = 0.4;  // weight of the newest measurement in a rate

std::uint64_t smoothed(std::uint64_t before, double now) {
  if (before == 0) return static_cast<std::uint64_t>(now);
  return static_cast<std::uint64_t>((1 - kNewest) * static_cast<double>(before) + kNewest * now);
}

constexpr const char* kWithdrawn = "withdrawn by its sender";

std::string_view target_of(std::string_view url) {
  const auto scheme = url.find("://");
  const auto host = scheme == std::string_view::npos ? 0 : scheme + 3;
  return url.substr(std::min(url.find('/', host), url.size()));
}

std::string name_of(const Source& source) {
  return source.name.empty() ? source.url : source.name + " (" + source.url + ")";
}

}  // namespace

std::chrono::milliseconds backoff(const Patience& patience, unsigned failures,
                                  std::mt19937_64& random) {
  const auto wait = doubled_wait(patience.first_backoff, patience.longest_backoff, failures);
  return wait + wait * static_cast<int>(random() % 50) / 100;
}

SourcePool::SourcePool(const Patience& patience, const PeerId& self, std::vector<std::string> liars)
    : patience_(patience), self_(self), liars_(std::move(liars)) {}

std::string SourcePool::key_of(const Source& source) {
  return source.peer == PeerId{} ? source.url : source.peer.text();
}

void SourcePool::add(const std::vector<Source>& sources) {
  for (const auto& source : sources) {
    if (find(source) != nullptr || source.peer == self_ || sources_.size() >= kMostSources)
      continue;
    auto added = std::make_unique<PoolSource>();
    added->source = source;
    if (std::find(liars_.begin(), liars_.end(), key_of(source)) != liars_.end()) {
      added->dropped = true;
      added->state = "dropped: sent wrong bytes before";
    }
    sources_.push_back(std::move(added));
  }
}

PoolSource* SourcePool::find(const Source& source) const {
  for (const auto& known : sources_)
    if (known->source.url == source.url) return known.get();
  return nullptr;
}

void SourcePool::add_listed(const std::vector<Source>& sources, std::uint64_t size) {
  for (const auto& source : sources) {
    const bool is_new = find(source) == nullptr;
    add({source});
    auto* known = find(source);
    if (known == nullptr) continue;
    known->listed = true;
    if (is_new) known->partial = 0 < source.have && source.have < size;
  }
}

PieceMap::Copies SourcePool::copies(std::size_t pieces) const {
  PieceMap::Copies copies;
  std::string had((pieces + 7) / 8, '\0');
  for (const auto& source : sources_) {
    if (!source->has || source->dropped || source->withdrawn) continue;
    copies.of.resize(pieces);
    copies.first.resize(had.size());
    for (std::size_t i = 0; i < had.size(); ++i) {
      had[i] = static_cast<char>(had[i] | (i < source->has->size() ? (*source->has)[i] : 0));
      if (i < source->coming.size())
        copies.first[i] = static_cast<char>(copies.first[i] | source->coming[i]);
    }
    for (std::size_t i = 0; i < pieces; ++i)
      if (has_bit(*source->has, i) || has_bit(source->coming, i)) ++copies.of[i];
  }
  for (std::size_t i = 0; i < copies.first.size(); ++i)
    copies.first[i] = static_cast<char>(copies.first[i] & ~had[i]);
  return copies;
}

PoolSource* SourcePool::next_to_look() const {
  PoolSource* next = nullptr;
  for (const auto& source : sources_)
    if (source->partial && !source->dropped && !source->withdrawn &&
        (next == nullptr || source->look_at < next->look_at))
      next = source.get();
  return next;
}

std::size_t SourcePool::partial() const {
  return static_cast<std::size_t>(std::count_if(
      sources_.begin(), sources_.end(), [](const auto& source) { return source->partial; }));
}

double SourcePool::rank() const {
  std::size_t others = 0;
  std::size_t before = 0;
  for (const auto& source : sources_) {
    if (!source->partial || source->dropped || source->withdrawn) continue;
    ++others;
    if (source->source.peer < self_) ++before;
  }
  return static_cast<double>(before) / static_cast<double>(others + 1);
}

std::size_t SourcePool::working() const {
  return static_cast<std::size_t>(std::count_if(
      sources_.begin(), sources_.end(), [](const auto& source) { return source->working; }));
}

PoolSource* SourcePool::next(Instant now) {
  PoolSource* best = nullptr;
  for (const auto& source : sources_) {
    if (source->working || source->dropped || source->withdrawn || source->retry_at > now) continue;
    // Those that have everything first. New ones before others: they may be anything. Then the
    // fastest.
    const auto rank = [](const PoolSource& one) {
      return std::tuple(!one.partial, !one.tried, one.rate);
    };
    if (best == nullptr || rank(*source) > rank(*best)) best = source.get();
  }
  return best;
}

PoolSource* SourcePool::slow_beside(const PoolSource& waiting, Instant now) {
  PoolSource* slowest = nullptr;
  for (const auto& source : sources_) {
    const auto patience =
        source->partial ? std::min(kLongestLull, patience_.stall_after) : patience_.stall_after;
    if (!source->working || now - source->last_piece < patience) continue;
    if (slowest == nullptr || source->rate < slowest->rate) slowest = source.get();
  }
  if (slowest == nullptr) return nullptr;
  // Each gets one try; after that all are known, and the fast ones stay.
  return !waiting.tried || waiting.rate > 4 * slowest->rate ? slowest : nullptr;
}

std::uint64_t SourcePool::measure(Instant now) {
  const auto seconds = std::chrono::duration<double>(now - measured_).count();
  const bool first = measured_ == Instant{};
  if (!first && seconds < 0.2) return rate_;
  measured_ = now;
  double all = 0;
  for (const auto& source : sources_) {
    const auto received = source->received.load();
    const auto fresh = static_cast<double>(received - source->measured) / seconds;
    if (received != source->measured) source->heard = now;
    source->measured = received;
    if (first || !source->working) continue;
    source->rate = smoothed(source->rate, fresh);
    all += fresh;
    if (source->asking && now - source->heard > patience_.stall_after)
      send_home(*source, "it sent nothing for too long");
  }
  rate_ = smoothed(rate_, all);
  return rate_;
}

void SourcePool::send_home(PoolSource& source, const std::string& why) {
  if (!source.client || !source.sent_home.empty()) return;
  source.sent_home = why;
  source.client->interrupt();
}

void SourcePool::failed(PoolSource& source, const Error& error, Instant now) {
  if (source.withdrawn) return;
  const auto& why = source.sent_home.empty() ? error.message : source.sent_home;
  if (error.retry_after && source.sent_home.empty()) {  // it works, but not for us yet
    source.in_queue = true;
    source.state = "waits: " + why;
    source.retry_at = now + *error.retry_after;
    return;
  }
  source.dropped = error.code == ErrorCode::corrupt;
  source.state = (source.dropped ? "dropped: " : "trying again: ") + why;
  source.retry_at = now + backoff(patience_, source.failures++, random_);
  if (source.dropped) liars_.push_back(key_of(source.source));
}

std::optional<std::chrono::seconds> SourcePool::retry_after(Instant now) const {
  std::optional<std::chrono::seconds> soonest;
  for (const auto& source : sources_) {
    if (!source->in_queue) continue;
    const auto wait = std::max(std::chrono::ceil<std::chrono::seconds>(source->retry_at - now),
                               std::chrono::seconds(0));
    soonest = std::min(soonest.value_or(wait), wait);
  }
  return soonest;
}

void SourcePool::withdraw(const Source& offered) {
  for (const auto& source : sources_) {
    if (!is_same(source->source, offered)) continue;
    source->withdrawn = true;
    source->in_queue = false;
    source->state = kWithdrawn;
    send_home(*source, kWithdrawn);
  }
}

bool SourcePool::is_same(const Source& one, const Source& other) {
  return one.peer == other.peer && target_of(one.url) == target_of(other.url);
}

std::string SourcePool::why_nobody(const std::string& registry_why) const {
  std::string why;
  for (const auto& source : sources_)
    if (source->in_queue)
      why += (why.empty() ? "waits at " : "; at ") +
             (source->source.name.empty() ? source->source.url : source->source.name) + ", " +
             source->state.substr(source->state.find(' ') + 1);
  if (!why.empty()) return why;
  std::size_t told = 0;
  for (const auto& source : sources_) {
    if (source->state == "idle" || ++told > 3) continue;
    why += (why.empty() ? "" : "; ") + name_of(source->source) + " " + source->state;
  }
  if (told > 3) why += "; and " + std::to_string(told - 3) + " more";
  if (told > 0) return "no source works now: " + why;
  return registry_why.empty() ? "nobody who has it is present" : registry_why;
}

std::vector<DownloadSource> SourcePool::report() const {
  std::vector<DownloadSource> sources;
  for (const auto& source : sources_)
    sources.push_back({source->source.peer, source->source.name, source->source.url, source->bytes,
                       source->working ? source->rate : 0, source->state});
  return sources;
}

}  // namespace swapmeet::transfer_swarm
