// The texts of enumerations, as they stand on the wire.
#include <array>

#include "swapmeet/downloads.h"
#include "swapmeet/inbox.h"
#include "swapmeet/search.h"

namespace swapmeet {
namespace {

constexpr std::array<std::string_view, 4> kSortOrders = {"relevance", "sources", "size", "newest"};
constexpr std::array<std::string_view, 6> kDownloadStates = {"queued", "running", "waiting",
                                                             "paused", "done",    "failed"};
constexpr std::array<std::string_view, 5> kOfferStates = {"waiting", "accepted", "refused", "done",
                                                          "failed"};

template <class Enum, std::size_t N>
std::optional<Enum> find_name(const std::array<std::string_view, N>& names, std::string_view name) {
  for (std::size_t i = 0; i < N; ++i)
    if (names[i] == name) return static_cast<Enum>(i);
  return std::nullopt;
}

}  // namespace

std::string_view name_of(SortOrder order) {
  return kSortOrders.at(static_cast<std::size_t>(order));
}
std::optional<SortOrder> sort_order_from(std::string_view name) {
  return find_name<SortOrder>(kSortOrders, name);
}

std::string_view name_of(DownloadState state) {
  return kDownloadStates.at(static_cast<std::size_t>(state));
}
std::optional<DownloadState> download_state_from(std::string_view name) {
  return find_name<DownloadState>(kDownloadStates, name);
}

std::string_view name_of(OfferState state) {
  return kOfferStates.at(static_cast<std::size_t>(state));
}
std::optional<OfferState> offer_state_from(std::string_view name) {
  return find_name<OfferState>(kOfferStates, name);
}

}  // namespace swapmeet
