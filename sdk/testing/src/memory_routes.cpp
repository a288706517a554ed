#include "swapmeet/testing/memory_routes.h"

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <future>
#include <optional>
#include <string_view>

#include "swapmeet/id.h"

namespace swapmeet::testing {
namespace {

std::string percent_decoded(std::string_view text, bool plus_is_space) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::uint8_t byte = 0;
    if (text[i] == '%' && i + 2 < text.size() && from_hex(text.substr(i + 1, 2), &byte, 1)) {
      decoded += static_cast<char>(byte);
      i += 2;
    } else {
      decoded += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  return decoded;
}

std::string_view take_segment(std::string_view& path) {
  const auto end = std::min(path.find('/'), path.size());
  const auto segment = path.substr(0, end);
  path.remove_prefix(std::min(end + 1, path.size()));
  return segment;
}

using Params = std::map<std::string, std::string>;

// The parameters when the pattern fits, and how many of its segments are literal.
std::optional<std::pair<Params, int>> fit(std::string_view pattern, std::string_view path) {
  Params params;
  int literal = 0;
  while (!pattern.empty() || !path.empty()) {
    const auto rest = path;
    const auto wanted = take_segment(pattern);
    const auto given = take_segment(path);
    if (wanted.starts_with('{') && wanted.ends_with("...}")) {
      params[std::string(wanted.substr(1, wanted.size() - 5))] = percent_decoded(rest, false);
      return std::pair(params, literal);
    }
    if (wanted.starts_with('{') && wanted.ends_with('}') && !given.empty())
      params[std::string(wanted.substr(1, wanted.size() - 2))] = percent_decoded(given, false);
    else if (wanted == given)
      ++literal;
    else
      return std::nullopt;
  }
  return std::pair(params, literal);
}

// An answer that comes later, once it has come.
http::Response waited_for(http::Response response) {
  auto* later = std::get_if<http::LaterBody>(&response.body);
  if (!later) return response;
  auto promise = std::make_shared<std::promise<http::Response>>();
  auto answer = promise->get_future();
  later->begin([promise](http::Response&& come) { promise->set_value(std::move(come)); });
  return answer.get();
}

void add_query(http::Request& request, std::string_view text) {
  while (!text.empty()) {
    const auto end = std::min(text.find('&'), text.size());
    const auto part = text.substr(0, end);
    const auto equals = std::min(part.find('='), part.size());
    request.query.emplace_back(
        percent_decoded(part.substr(0, equals), true),
        percent_decoded(part.substr(std::min(equals + 1, part.size())), true));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

}  // namespace

Result<Registration> MemoryRoutes::add(const std::string& method, const std::string& pattern,
                                       http::Handler handler, const http::RouteOptions&) {
  const std::lock_guard lock(table_->mutex);
  const auto key = std::pair(pattern, method);
  if (!table_->handlers.emplace(key, std::move(handler)).second)
    return already_exists(method + ' ' + pattern + " is taken");
  return Registration([table = table_, key] {
    const std::lock_guard erasing(table->mutex);
    table->handlers.erase(key);
  });
}

http::Response MemoryRoutes::call(const std::string& method, const std::string& target,
                                  http::Request request) {
  const auto mark = std::min(target.find('?'), target.size());
  request.id = request.id.empty() ? "test" : request.id;
  request.method = method;
  request.target = target;
  request.path = target.substr(0, mark);
  add_query(request, std::string_view(target).substr(std::min(mark + 1, target.size())));
  http::Handler handler;
  int best = -1;
  bool other_method = false;
  {
    const std::lock_guard lock(table_->mutex);
    for (const auto& [key, candidate] : table_->handlers) {
      auto fitted = fit(key.first, request.path);
      if (!fitted) continue;
      const bool serves = key.second == method || (method == "HEAD" && key.second == "GET");
      other_method |= !serves;
      if (!serves || fitted->second <= best) continue;
      best = fitted->second;
      handler = candidate;
      request.params = std::move(fitted->first);
    }
  }
  if (handler) return waited_for(handler(request));
  http::Response none;
  none.status = other_method ? 405 : 404;
  return none;
}

std::set<std::string> MemoryRoutes::registered() const {
  std::set<std::string> all;
  const std::lock_guard lock(table_->mutex);
  for (const auto& [key, handler] : table_->handlers) all.insert(key.second + ' ' + key.first);
  return all;
}

std::string body_of(const http::Response& response) {
  if (const auto* text = std::get_if<std::string>(&response.body)) return *text;
  const auto* file = std::get_if<http::FileBody>(&response.body);
  if (!file) return {};
  std::string bytes(file->length, '\0');
  std::size_t have = 0;
  while (have < bytes.size()) {
    const auto got = ::pread(file->file->descriptor(), bytes.data() + have, bytes.size() - have,
                             static_cast<off_t>(file->offset + have));
    if (got <= 0) break;
    have += static_cast<std::size_t>(got);
  }
  bytes.resize(have);
  return bytes;
}

}  // namespace swapmeet::testing
