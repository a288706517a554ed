#include "transfer/swarm/scan/left_out.h"

#include "transfer/swarm/base/shown_name.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::size_t kMost = 1000;
constexpr std::size_t kMostShown = 120;

}  // namespace

void LeftOut::add(const std::string& path, const std::string& why) {
  if (why_.size() >= kMost && !why_.contains(path))
    more_ = true;
  else
    why_[path] = why;
}

void LeftOut::forget(const Scope& scope) {
  if (scope.below.empty() && scope.deep) {
    why_.clear();
    more_ = false;
    return;
  }
  const auto prefix = scope.below.empty() ? "" : scope.below + '/';
  for (auto at = why_.lower_bound(prefix); at != why_.end() && at->first.starts_with(prefix);) {
    const auto slash = at->first.find('/', prefix.size());
    const bool direct = slash == std::string::npos || slash + 1 == at->first.size();
    at = scope.deep || direct ? why_.erase(at) : std::next(at);
  }
}

std::string LeftOut::sentence() const {
  if (why_.empty()) return "";
  const auto& [path, why] = *why_.begin();
  auto shown = shown_name(path);
  if (shown.size() > kMostShown) {
    auto end = kMostShown;
    while (end > 0 && (static_cast<unsigned char>(shown[end]) & 0xc0) == 0x80) --end;
    shown = shown.substr(0, end) + "…";
  }
  const bool one = why_.size() == 1 && !more_;
  return (more_ ? "more than " : "") + std::to_string(why_.size()) +
         (one ? " file or folder is left out: " : " files or folders are left out, the first: ") +
         shown + ": " + why;
}

}  // namespace swapmeet::transfer_swarm
