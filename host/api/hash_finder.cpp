#include "host/api/hash_finder.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "host/api/merkle_proof.h"
#include "swapmeet/address.h"
#include "swapmeet/wire/json.h"
#include "swapmeet/wire/short_call.h"

namespace swapmeet {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr std::size_t kMostAsked = 3;                     // sources of one content
constexpr std::chrono::milliseconds kPatience{4'000};     // for all of an answer
constexpr std::chrono::milliseconds kAllPatience{8'000};  // then no further source is asked
constexpr std::size_t kMostAnswer = 64 << 20;
constexpr seconds kUnknownFor{30};            // then sources are asked again
constexpr std::size_t kMostPieces = 100'000;  // kept: about 10 MB

// The parts of a source's URL: "SCHEME://HOST:PORT/PATH?QUERY".
struct SourceUrl {
  HostPort where;
  std::string path;
  std::string query;  // with its '?'
  static Result<SourceUrl> of(const std::string& url) {
    const auto begin = url.find("://");
    const auto path = begin == std::string::npos ? begin : url.find('/', begin + 3);
    if (path == std::string::npos) return unsupported("it has no HTTP address");
    auto where = parse_host_port(std::string_view(url).substr(begin + 3, path - begin - 3));
    if (!where) return std::move(where).error();
    const auto query = std::min(url.find('?', path), url.size());
    return SourceUrl{std::move(*where), url.substr(path, query - path), url.substr(query)};
  }
};

Result<wire::ContentHashes> read_hashes(const wire::Reply& reply, const ContentRecord& content) {
  if (reply.status >= 400) return wire::error_from_problem(reply.status, reply.body);
  if (reply.status != 200) return corrupt("it leads elsewhere instead of answering");
  auto hashes = wire::content_hashes_from(reply.body);
  if (hashes && (hashes->content != content.content || hashes->size != content.size ||
                 hashes->piece != wire::hashed_piece_size(content.size)))
    return corrupt("it tells the hashes of another content");
  if (hashes && !hashes->layer.empty() &&
      !leads_to(content.content, content.size, hashes->piece, hashes->layer))
    return corrupt("its Merkle layer is not that of the content");
  return hashes;
}

}  // namespace

Result<HashFinder::Found> HashFinder::find(const ContentRecord& content) {
  if (auto kept = known(content.content)) return *kept;
  auto found = ask(content);
  if (found) keep(content.content, *found);
  return found;
}

Result<wire::ContentHashes> HashFinder::ask_one(const Source& source, const ContentRecord& content,
                                                bool& was_asked) {
  const auto url = SourceUrl::of(source.url);
  if (!url) return url.error();
  const auto place = questions_.begin({source.peer.text(), url->where.text()});
  if (!place) return place.error();
  was_asked = true;
  // Where it was reached, an IP address; a name only where addresses are believed (dial_back = no).
  const auto addresses = wire::addresses_of(url->where.host);
  if (!addresses) return addresses.error();
  // A ticket is shown over TLS only.
  const bool over_tls =
      !source.fingerprint.empty() && (!source.ticket.empty() || source.url.starts_with("https://"));
  const auto reply =
      wire::call_shortly({.target = addresses->front(),
                          .port = url->where.port,
                          .path = url->path + "/hashes" + url->query,
                          .token = over_tls ? source.ticket : std::string(),
                          .fingerprint = over_tls ? source.fingerprint : std::string(),
                          .patience = kPatience,
                          .most = kMostAnswer},
                         clock_, &(*place)->stop());
  if (!reply) {
    if (reply.error().code == ErrorCode::unavailable && cannot_reach_) cannot_reach_(source.peer);
    return reply.error();
  }
  auto hashes = read_hashes(*reply, content);
  if (hashes) (*place)->was_answered();
  return hashes;
}

// Two that agree are believed, and one alone; of two that do not, neither.
Result<HashFinder::Found> HashFinder::ask(const ContentRecord& content) {
  const auto agreed = [](wire::ContentHashes&& hashes) {
    return std::make_shared<const wire::ContentHashes>(std::move(hashes));
  };
  std::string layer;
  std::vector<wire::ContentHashes> told;
  std::optional<Error> not_yet;
  std::size_t asked = 0;
  const auto until = clock_.steady() + kAllPatience;
  for (const auto& source : content.sources) {
    if (asked == kMostAsked || clock_.steady() >= until) break;
    if (source.have < content.size) continue;
    bool was_asked = false;  // who rests, or has no place, is not: others may answer
    auto hashes = ask_one(source, content, was_asked);
    if (was_asked) ++asked;
    if (hashes && layer.empty()) layer = hashes->layer;
    if (hashes && std::find(told.begin(), told.end(), *hashes) != told.end())
      return Found{agreed(std::move(*hashes)), layer};
    if (hashes)
      told.push_back(std::move(*hashes));
    else if (hashes.error().retry_after)
      not_yet =
          Error{ErrorCode::unavailable, hashes.error().message, {}, hashes.error().retry_after};
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
