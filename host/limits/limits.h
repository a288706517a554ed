// The limits that the host itself sets to those who call its API, by the keys of [limits]: how
// often each thing may be asked for by one asker and by all, and how many may be held at once. An
// asker is an account, or all guests at one address (of IPv6, one /64). Who administers the host is
// not limited. The numbers of what a registry keeps are the registry's own. Threads: thread-safe.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "host/limits/held_limit.h"
#include "host/limits/rate_limit.h"
#include "host/services/metrics.h"
#include "swapmeet/http.h"
#include "swapmeet/settings.h"

namespace swapmeet {

enum class Limited : std::uint8_t {
  registrations,  // and leaving
  new_peers,
  announcements,
  changes,
  searches,
  new_watches,
  new_accounts,
};
inline constexpr std::size_t kLimitedKinds = 7;

// Whose limit a request counts to: "@account", or the range of a guest's address.
std::string asker_of(const http::Request& request);

class Limits {
 public:
  // `salt` as of RateLimit. Without limits until they are set.
  Limits(const Clock& clock, Metrics& metrics, const std::string& salt);

  // The checked values of [limits].
  void set(const Settings& settings);

  // `too_many` names the limit and its key, and when it may work again.
  Result<void> take(Limited what, const http::Request& request, std::uint64_t cost = 1);
  // To be held for as long as the stream of events is open. `too_many` as above.
  Result<Registration> open_stream(const http::Request& request);
  // How many watches there may be; who counts them tells when one is refused.
  Rate watches() const;
  Error too_many_watches(bool in_all);

 private:
  struct OneRate {
    OneRate(const Clock& clock, std::chrono::seconds window, const std::string& salt,
            std::shared_ptr<Counter> counter)
        : limit(clock, window, salt), refused(std::move(counter)) {}
    RateLimit limit;
    std::shared_ptr<Counter> refused;
  };
  Error refusal(const std::string& key, bool in_all, const char* what, const char* per,
                std::optional<std::chrono::seconds> wait) const;
  std::uint64_t number(const std::string& key) const;

  std::vector<std::unique_ptr<OneRate>> rates_;  // by Limited
  HeldLimit streams_;
  std::shared_ptr<Counter> streams_refused_;
  std::shared_ptr<Counter> watches_refused_;
  mutable std::mutex mutex_;
  Settings settings_;
};

}  // namespace swapmeet
