#include "transfer/swarm/fetch/download_order.h"

#include <charconv>
#include <optional>

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::array kRanks{DownloadState::running, DownloadState::waiting, DownloadState::queued,
                            DownloadState::paused,  DownloadState::failed,  DownloadState::done};

std::size_t index_of(DownloadState state) { return static_cast<std::size_t>(state); }

int rank_of(DownloadState state) {
  int rank = 0;
  while (kRanks.at(static_cast<std::size_t>(rank)) != state) ++rank;
  return rank;
}

// What is over comes newest first.
DownloadPlace place_of(const Download& download) {
  const auto& kept = download.kept;
  DownloadPlace place{rank_of(download.state()), kept.seq, kept.seq};
  if (download.state() == DownloadState::queued)
    place.at = static_cast<std::int64_t>(download.turn);
  else if (is_over(download.state()))
    place.at = kept.status.finished ? -kept.status.finished->time_since_epoch().count() : 0;
  return place;
}

std::string text_of(const DownloadPlace& place) {
  return std::to_string(place.rank) + '.' + std::to_string(place.at) + '.' +
         std::to_string(place.seq);
}

std::optional<DownloadPlace> place_from(const std::string& text) {
  DownloadPlace place;
  const auto* at = text.data();
  const auto* const end = at + text.size();
  const auto read = [&](auto& number, char before) {
    if (before != 0 && (at == end || *at++ != before)) return false;
    const auto [rest, error] = std::from_chars(at, end, number);
    at = rest;
    return error == std::errc{};
  };
  if (!read(place.rank, 0) || !read(place.at, '.') || !read(place.seq, '.') || at != end)
    return std::nullopt;
  return place;
}

}  // namespace

DownloadFilter DownloadFilter::of(const DownloadQuery& query) {
  DownloadFilter filter;
  filter.id = query.id;
  if (query.states.empty()) return filter;
  filter.states.fill(false);
  for (const auto state : query.states) filter.states.at(index_of(state)) = true;
  return filter;
}

bool DownloadFilter::takes(const Download& download) const {
  return !download.cancelled && states.at(index_of(download.state())) &&
         download.id().starts_with(id);
}

void DownloadOrder::put(const DownloadPointer& download) {
  remove(download);
  if (download->cancelled) return;
  download->place = place_of(*download);
  all_.emplace(*download->place, download);
  ++counts_.at(index_of(download->state()));
}

void DownloadOrder::remove(const DownloadPointer& download) {
  if (!download->place) return;
  --counts_.at(index_of(kRanks.at(static_cast<std::size_t>(download->place->rank))));
  all_.erase(*download->place);
  download->place.reset();
}

DownloadOrder::Part DownloadOrder::part(const DownloadFilter& filter, const std::string& after,
                                        std::size_t most) const {
  Part part;
  auto at = all_.begin();
  if (!after.empty()) {
    const auto last = place_from(after);
    at = last ? all_.upper_bound(*last) : all_.end();
  }
  while (at != all_.end()) {
    const auto& [place, download] = *at;
    const auto state = kRanks.at(static_cast<std::size_t>(place.rank));
    if (!filter.states.at(index_of(state))) {  // nor is any other in that state
      at = all_.lower_bound({place.rank + 1, INT64_MIN, INT64_MIN});
      continue;
    }
    if (filter.takes(*download)) {
      if (part.downloads.size() == most) {
        part.next = text_of(*part.downloads.back()->place);
        break;
      }
      part.downloads.push_back(download);
    }
    ++at;
  }
  return part;
}

DownloadCounts DownloadOrder::counts() const {
  const auto of = [this](DownloadState state) { return counts_.at(index_of(state)); };
  return {.queued = of(DownloadState::queued),
          .running = of(DownloadState::running),
          .waiting = of(DownloadState::waiting),
          .paused = of(DownloadState::paused),
          .done = of(DownloadState::done),
          .failed = of(DownloadState::failed)};
}

}  // namespace swapmeet::transfer_swarm
