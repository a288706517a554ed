#include "transfer/swarm/scan/left_out.h"

#include <iterator>

#include "transfer/swarm/base/shown_name.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::size_t kMostShown = 120;

}  // namespace

void LeftOut::add(const std::string& path, const std::string& why) {
  why_[path] = why;
  if (why_.size() > most_) {
    more_ = is_pushed_out_ = true;
    why_.erase(std::prev(why_.end()));
  }
  keep(path);
}

bool LeftOut::forget(const std::string& path) { return why_.erase(path) > 0; }

void LeftOut::begin() {
  kept_.clear();
  passed_.clear();
  is_pushed_out_ = false;
}

void LeftOut::keep(const std::string& path) {
  if (why_.contains(path)) kept_.insert(path);
}

void LeftOut::pass(const std::string& folder) {
  const auto first = why_.lower_bound(folder);
  if (first != why_.end() && first->first.starts_with(folder)) passed_.insert(folder);
}

// `prefix`: the size of the path of the scope's folder, with the '/' at its end.
bool LeftOut::is_of_this_scan(const std::string& path, std::size_t prefix, bool deep) const {
  if (kept_.contains(path)) return true;
  const auto slash = deep ? std::string::npos : path.find('/', prefix);
  return slash != std::string::npos && passed_.contains(path.substr(0, slash + 1));
}

void LeftOut::finish(const Scope& scope) {
  const auto prefix = scope.below.empty() ? "" : scope.below + '/';
  for (auto at = why_.lower_bound(prefix); at != why_.end() && at->first.starts_with(prefix);)
    at = is_of_this_scan(at->first, prefix.size(), scope.deep) ? std::next(at) : why_.erase(at);
  if (scope.is_whole() && !is_pushed_out_) more_ = false;
  begin();
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
