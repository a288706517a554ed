#include "host/http/router.h"

#include <algorithm>
#include <optional>

#include "host/http/parser.h"

namespace swapmeet::http {
namespace {

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> segments;
  std::size_t begin = 1;
  while (begin <= path.size()) {
    const auto slash = std::min(path.find('/', begin), path.size());
    segments.push_back(path.substr(begin, slash - begin));
    begin = slash + 1;
  }
  return segments;
}

bool is_parameter(const std::string& segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}
bool is_rest(const std::string& segment) {
  return is_parameter(segment) && segment.ends_with("...}");
}

// Orders literal segments before {name} before {name...}.
std::string rank(const std::vector<std::string>& segments) {
  std::string order;
  for (const auto& segment : segments)
    order += is_rest(segment) ? 'c' : is_parameter(segment) ? 'b' : 'a';
  return order;
}

bool matches(const std::vector<std::string>& pattern, const std::vector<std::string_view>& path) {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (i >= path.size()) return false;
    if (is_rest(pattern[i])) return true;
    if (is_parameter(pattern[i]) ? path[i].empty() : pattern[i] != path[i]) return false;
  }
  return pattern.size() == path.size();
}

// The decoded values of the pattern's parameters in a path that it matches.
std::map<std::string, std::string> values_of(const std::vector<std::string>& pattern,
                                             const std::vector<std::string_view>& path) {
  std::map<std::string, std::string> params;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (is_rest(pattern[i])) {
      const std::string_view rest(path[i].data(), path.back().data() + path.back().size());
      params[pattern[i].substr(1, pattern[i].size() - 5)] = percent_decode(rest).value_or("");
    } else if (is_parameter(pattern[i])) {
      params[pattern[i].substr(1, pattern[i].size() - 2)] = percent_decode(path[i]).value_or("");
    }
  }
  return params;
}

}  // namespace

bool Route::enter() {
  const std::lock_guard lock(mutex_);
  if (!closed_) ++running_;
  return !closed_;
}

void Route::leave() {
  const std::lock_guard lock(mutex_);
  if (--running_ == 0) idle_.notify_all();
}

std::optional<Response> Route::run(Request& request) {
  if (!enter()) return std::nullopt;
  struct Leave {
    Route& route;
    ~Leave() { route.leave(); }
  } const leave{*this};
  return handler_(request);
}

std::optional<Response> Route::run_at_once(Request& request) {
  if (!options_.at_once || !enter()) return std::nullopt;
  struct Leave {
    Route& route;
    ~Leave() { route.leave(); }
  } const leave{*this};
  return options_.at_once(request);
}

void Route::close() {
  std::unique_lock lock(mutex_);
  closed_ = true;
  idle_.wait(lock, [&] { return running_ == 0; });
}

Result<Registration> Router::add_for(const std::string& owner, const std::string& method,
                                     const std::string& pattern, Handler handler,
                                     const RouteOptions& options) {
  if (pattern.empty() || pattern.front() != '/')
    return Error{
        ErrorCode::invalid_argument, "the route '" + pattern + "' does not begin with '/'", {}};
  const auto segments = split(pattern);
  Entry entry{method,
              pattern,
              {segments.begin(), segments.end()},
              std::make_shared<Route>(std::move(handler), options, owner)};
  const std::unique_lock lock(table_->mutex);
  auto& entries = table_->entries;
  const auto other = std::find_if(entries.begin(), entries.end(), [&](const Entry& one) {
    return one.method == method && one.pattern == pattern;
  });
  if (other != entries.end()) {
    const auto& its = other->route->owner();
    return Error{ErrorCode::already_exists,
                 "the route " + method + ' ' + pattern + " is taken" +
                     (its.empty() ? " by the host" : " by " + its) +
                     (owner.empty() ? "" : "; " + owner + " cannot have it as well"),
                 {}};
  }
  const auto place = std::upper_bound(
      entries.begin(), entries.end(), entry,
      [](const Entry& a, const Entry& b) { return rank(a.segments) < rank(b.segments); });
  auto route = entry.route;
  entries.insert(place, std::move(entry));
  return Registration([table = table_, route] {
    {
      const std::unique_lock erasing(table->mutex);
      std::erase_if(table->entries, [&](const Entry& one) { return one.route == route; });
    }
    route->close();
  });
}

Match Router::find(const std::string& method, const std::string& path) const {
  const auto segments = split(path);
  Match found;
  const std::shared_lock lock(table_->mutex);
  for (const auto& entry : table_->entries) {
    if (!matches(entry.segments, segments)) continue;
    if (entry.method == method || (method == "HEAD" && entry.method == "GET")) {
      found.route = entry.route;
      found.params = values_of(entry.segments, segments);
      return found;
    }
    found.allowed.push_back(entry.method);
  }
  return found;
}

}  // namespace swapmeet::http
