#include "registry/remote/index_session.h"

#include <algorithm>

#include "swapmeet/secret_file.h"
#include "swapmeet/wire/json.h"

namespace swapmeet::registry_remote {

using namespace swapmeet;
using std::chrono::seconds;

namespace {
constexpr seconds kFirstPause{15};
constexpr seconds kLongestPause{15 * 60};
}  // namespace

IndexSession::IndexSession(Host& host, wire::Client& client, IndexAccount account)
    : host_(host), client_(client), account_(std::move(account)) {}

Result<std::string> IndexSession::token() {
  if (account_.name.empty()) return std::string();
  const std::lock_guard lock(mutex_);
  if (!token_.empty() && host_.clock().now() < renew_at_) return token_;
  auto password = read_secret(account_.password_file);
  if (!password) return std::move(password).error();
  if (refusal_ && *password == refused_password_ && host_.clock().steady() < next_try_)
    return *refusal_;
  return log_in(*password);
}

void IndexSession::ended(const std::string& token) {
  const std::lock_guard lock(mutex_);
  if (token == token_) token_.clear();
}

// With mutex_ held.
Result<std::string> IndexSession::log_in(const std::string& password) {
  http::Headers headers;
  headers.set("Content-Type", "application/json");
  if (const auto known = read_secret(device_file())) headers.set("Swapmeet-Device", *known);
  auto reply = client_.request("POST", "/api/v1/sessions",
                               wire::to_json(wire::Credentials{account_.name, password}), headers);
  if (!reply) return refused(reply.error(), password);
  auto session = wire::from_json<Session>(reply->body);
  if (!session) return std::move(session).error();
  const auto now = host_.clock().now();
  token_ = session->token;
  keep_device(session->device);
  // By an index whose clock is behind it has run out already: good until it says so.
  renew_at_ = session->expires > now ? now + (session->expires - now) / 10 * 9 : Time::max();
  refusal_.reset();
  refused_password_.clear();
  pause_ = {};
  host_.log(LogLevel::info, "logged in",
            {{"index", client_.url()},
             {"account", account_.name},
             {"until", to_rfc3339(session->expires)}});
  return token_;
}

// What the index knows this host by, so that log-ins of strangers never hold it up.
std::filesystem::path IndexSession::device_file() const {
  return host_.data_folder() / ("device-" + wire::percent_encode(client_.url()));
}

void IndexSession::keep_device(const std::string& device) {
  if (device.empty()) return;
  if (const auto known = read_secret(device_file()); known && *known == device) return;
  std::error_code ignored;
  std::filesystem::remove(device_file(), ignored);
  if (auto kept = read_or_make_secret(device_file(), device); !kept)
    host_.log(LogLevel::warning, "the index will take this host for a new device",
              {{"why", kept.error().message}});
}

// What is to be told; remembered when it was the index that said no.
Error IndexSession::refused(const Error& why, const std::string& password) {
  const bool wrong = why.code == ErrorCode::unauthenticated;
  if (!wrong && why.code != ErrorCode::too_many && why.code != ErrorCode::unsupported) return why;
  pause_ = std::clamp(pause_ * 2, kFirstPause, kLongestPause);
  if (!wrong && why.retry_after) pause_ = *why.retry_after;
  const std::string remedy =
      wrong ? "; put the right password into " + account_.password_file.string() : std::string();
  const std::string message = client_.url() + " does not log in the account '" + account_.name +
                              "': " + why.message + remedy;
  if (!refusal_ || refusal_->message != message)
    host_.log(LogLevel::warning, "cannot log in", {{"why", message}});
  refusal_ = Error{wrong ? ErrorCode::not_allowed : why.code, message, {}, why.retry_after};
  refused_password_ = password;
  next_try_ = host_.clock().steady() + pause_;
  return *refusal_;
}

}  // namespace swapmeet::registry_remote
