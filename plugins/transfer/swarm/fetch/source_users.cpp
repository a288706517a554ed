#include "transfer/swarm/fetch/source_users.h"

#include <algorithm>

namespace swapmeet::transfer_swarm {

SourceUsers::Use SourceUsers::use(const std::string& key) {
  const std::lock_guard lock(counts_->mutex);
  ++counts_->users[key];
  return {this, [counts = counts_, key](const void*) {
            const std::lock_guard last(counts->mutex);
            const auto found = counts->users.find(key);
            if (--found->second == 0) counts->users.erase(found);
          }};
}

std::size_t SourceUsers::share(const std::string& key, std::size_t allowed) const {
  const std::lock_guard lock(counts_->mutex);
  const auto found = counts_->users.find(key);
  const auto users = found == counts_->users.end() ? 1 : found->second;
  return std::max<std::size_t>(allowed / users, 1);
}

}  // namespace swapmeet::transfer_swarm
