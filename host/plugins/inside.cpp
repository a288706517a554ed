#include "host/plugins/inside.h"

#include <mutex>
#include <set>

namespace swapmeet {
namespace {
constinit thread_local Whereabouts here;
}

std::string Doing::text() const {
  std::string all(what);
  if (!path.empty()) (all += ' ') += path;
  if (!request.empty()) (all += ", request ") += request;
  return all;
}

Whereabouts& whereabouts() { return here; }

const char* kept_id(const std::string& id) {
  static std::mutex mutex;
  static auto& kept = *new std::set<std::string>;
  const std::lock_guard lock(mutex);
  return kept.insert(id).first->c_str();
}

}  // namespace swapmeet
