#include "host/limits/limits.h"

#include <fmt/format.h>

#include "swapmeet/address_range.h"

namespace swapmeet {
namespace {

using namespace std::chrono_literals;

struct Kind {
  const char* key;
  const char* what;
  const char* per;  // the window
  std::chrono::seconds window;
};
constexpr std::array<Kind, kLimitedKinds> kKinds{{
    {"registrations", "registrations", "a minute", 60s},
    {"new_peers", "new peers", "an hour", 3600s},
    {"announcements", "announcements", "a minute", 60s},
    {"changes", "changes of listings", "a minute", 60s},
    {"searches", "searches", "a minute", 60s},
    {"new_watches", "new watches", "a minute", 60s},
    {"new_accounts", "new accounts", "an hour", 3600s},
}};

}  // namespace

std::string asker_of(const http::Request& request) {
  const auto& account = request.identity.account;
  return account.empty() ? counted_range(request.remote_address) : '@' + account;
}

Limits::Limits(const Clock& clock, Metrics& metrics, const std::string& salt) {
  const auto counter = [&](const std::string& key) {
    return metrics.counter("limited_" + key + "_total",
                           "Requests refused by " + key + " of [limits].");
  };
  for (const auto& kind : kKinds)
    rates_.push_back(
        std::make_unique<OneRate>(clock, kind.window, salt + kind.key, counter(kind.key)));
  streams_refused_ = counter("streams");
  watches_refused_ = counter("watches");
}

void Limits::set(const Settings& settings) {
  const std::lock_guard lock(mutex_);
  settings_ = settings;
  for (std::size_t i = 0; i < kLimitedKinds; ++i)
    rates_[i]->limit.set({number(kKinds[i].key), number(std::string(kKinds[i].key) + "_in_all")});
  streams_.set({number("streams"), number("streams_in_all")});
}

std::uint64_t Limits::number(const std::string& key) const {
  return static_cast<std::uint64_t>(settings_.integer(key));
}

Result<void> Limits::take(Limited what, const http::Request& request, std::uint64_t cost) {
  if (request.identity.has_role("admin")) return {};
  const auto index = static_cast<std::size_t>(what);
  auto& rate = *rates_[index];
  const auto refused = rate.limit.take(asker_of(request), cost, !request.identity.is_guest());
  if (!refused) return {};
  rate.refused->add();
  const auto& kind = kKinds[index];
  return refusal(kind.key, refused->in_all, kind.what, kind.per, refused->wait);
}

Result<Registration> Limits::open_stream(const http::Request& request) {
  if (request.identity.has_role("admin")) return Registration();
  auto outcome = streams_.take(asker_of(request));
  if (outcome.place) return std::move(outcome.place);
  streams_refused_->add();
  return refusal("streams", outcome.in_all, "streams of events", "at once", std::nullopt);
}

Rate Limits::watches() const {
  const std::lock_guard lock(mutex_);
  return {number("watches"), number("watches_in_all")};
}

Error Limits::too_many_watches(bool in_all) {
  watches_refused_->add();
  return refusal("watches", in_all, "watches", "at once", std::nullopt);
}

Error Limits::refusal(const std::string& key, bool in_all, const char* what, const char* per,
                      std::optional<std::chrono::seconds> wait) const {
  const auto name = in_all ? key + "_in_all" : key;
  std::uint64_t limit = 0;
  {
    const std::lock_guard lock(mutex_);
    limit = number(name);
  }
  return {ErrorCode::too_many,
          fmt::format("this host takes {} {} {} {} ({} in its [limits] section); {}", limit, what,
                      per, in_all ? "of all together" : "of one account or address", name,
                      wait ? fmt::format("try again in {} s", wait->count())
                           : std::string("end some, or come back later")),
          {},
          wait};
}

}  // namespace swapmeet
