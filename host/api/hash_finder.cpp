#include "host/api/hash_finder.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "host/api/merkle_proof.h"
#include "swapmeet/wire/client.h"

namespace swapmeet {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr std::size_t kMostAsked = 3;  // sources of one content
constexpr int kMostAtOnce = 2;         // so that other requests find a free worker
constexpr std::chrono::milliseconds kPatience{4000};
constexpr seconds kUnknownFor{30};            // then sources are asked again
constexpr std::size_t kMostPieces = 100'000;  // kept: about 10 MB
constexpr std::string_view kScheme = "http://";

Result<wire::ContentHashes> ask_one(const Source& source, const ContentRecord& content) {
  const auto path = source.url.find('/', kScheme.size());
  if (!source.url.starts_with(kScheme) || path == std::string::npos)
    return Error{ErrorCode::unsupported, "it has no HTTP address", {}};
  wire::Client client({.url = source.url.substr(0, path), .token = "", .timeout = kPatience});
  const auto query = std::min(source.url.find('?', path), source.url.size());
  auto reply = client.request(
      "GET", source.url.substr(path, query - path) + "/hashes" + source.url.substr(query));
  if (!reply) return std::move(reply).error();
  auto hashes = wire::content_hashes_from(reply->body);
  if (hashes && (hashes->content != content.content || hashes->size != content.size ||
                 hashes->piece != wire::hashed_piece_size(content.size)))
    return Error{ErrorCode::corrupt, "it tells the hashes of another content", {}};
  if (hashes && !hashes->layer.empty() &&
      !leads_to(content.content, content.size, hashes->piece, hashes->layer))
    return Error{ErrorCode::corrupt, "its Merkle layer is not that of the content", {}};
  return hashes;
}

}  // namespace

Result<HashFinder::Found> HashFinder::find(const ContentRecord& content) {
  if (auto kept = known(content.content)) return *kept;
  struct Place {
    explicit Place(std::atomic<int>& all) : count(all), number(++all) {}
    ~Place() { --count; }
    std::atomic<int>& count;
    const int number;
  } place(asking_);
  if (place.number > kMostAtOnce)
    return Error{ErrorCode::unavailable, "too many hashes are asked for at once; try again",
                 std::nullopt, seconds(2)};
  auto found = ask(content);
  if (found) keep(content.content, *found);
  return found;
}

// Two that agree are believed, and one alone; of two that do not, neither.
Result<HashFinder::Found> HashFinder::ask(const ContentRecord& content) const {
  const auto agreed = [](wire::ContentHashes&& hashes) {
    return std::make_shared<const wire::ContentHashes>(std::move(hashes));
  };
  std::string layer;
  std::vector<wire::ContentHashes> told;
  std::optional<Error> not_yet;
  std::size_t asked = 0;
  for (const auto& source : content.sources) {
    if (source.have < content.size || asked == kMostAsked) continue;
    ++asked;
    auto hashes = ask_one(source, content);
    if (hashes && layer.empty()) layer = hashes->layer;
    if (hashes && std::find(told.begin(), told.end(), *hashes) != told.end())
      return Found{agreed(std::move(*hashes)), layer};
    if (hashes)
      told.push_back(std::move(*hashes));
    else if (hashes.error().retry_after)
      not_yet = std::move(hashes).error();
  }
  if (told.size() == 1) return Found{agreed(std::move(told.front())), layer};
  if (told.empty() && not_yet) return *not_yet;
  return Found{nullptr, layer};
}

std::optional<HashFinder::Found> HashFinder::known(const ContentId& content) {
  const std::lock_guard lock(mutex_);
  const auto found = kept_.find(content);
  if (found == kept_.end() || found->second.until < clock_.steady()) return std::nullopt;
  order_.splice(order_.begin(), order_, found->second.order);
  return found->second.found;
}

void HashFinder::keep(const ContentId& content, Found made) {
  const auto size = [](const Found& one) {
    return one.layer.size() / wire::kNodeSize + (one.agreed ? 2 * one.agreed->pieces.size() : 0) +
           1;
  };
  const std::lock_guard lock(mutex_);
  const auto drop = [&](const ContentId& gone) {
    const auto found = kept_.find(gone);
    if (found == kept_.end()) return;
    pieces_ -= size(found->second.found);
    order_.erase(found->second.order);
    kept_.erase(found);
  };
  drop(content);
  const auto now = clock_.steady();
  const auto until = made.agreed ? now + hours(24) : now + kUnknownFor;
  pieces_ += size(made);
  order_.push_front(content);
  kept_.emplace(content, Kept{std::move(made), until, order_.begin()});
  while (pieces_ > kMostPieces) {
    const auto oldest = order_.back();
    drop(oldest);
  }
}

}  // namespace swapmeet
