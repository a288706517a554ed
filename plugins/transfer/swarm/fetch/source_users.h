// Which sources the downloads of this host fetch from, so that several at one source share the
// connections that it allows this host: each gets as many as the others, and one at least.
// Threads: thread-safe. A Use may outlive the users.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace swapmeet::transfer_swarm {

class SourceUsers {
 public:
  // One download fetches from a source for as long as it has this.
  using Use = std::shared_ptr<const void>;
  // `key`: SourceLink::key_of the source.
  Use use(const std::string& key);
  // How many connections each of them may have, when the source allows so many.
  std::size_t share(const std::string& key, std::size_t allowed) const;

 private:
  struct Counts {
    std::mutex mutex;  // guards the rest
    std::map<std::string, std::size_t> users;
  };
  std::shared_ptr<Counts> counts_ = std::make_shared<Counts>();
};

}  // namespace swapmeet::transfer_swarm
