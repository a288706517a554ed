#include "swapmeet/wire/client.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Timespan.h>
#include <Poco/URI.h>

#include <mutex>
#include <optional>
#include <vector>

#include "swapmeet/wire/json.h"

namespace swapmeet::wire {
namespace {

namespace net = Poco::Net;
constexpr std::size_t kMostAnswer = 64 << 20;
constexpr std::size_t kMostIdle = 8;

std::optional<std::string> read_bounded(std::istream& in) {
  std::string body;
  std::string portion(64 << 10, '\0');
  while (in.read(portion.data(), static_cast<std::streamsize>(portion.size())), in.gcount() > 0) {
    body.append(portion, 0, static_cast<std::size_t>(in.gcount()));
    if (body.size() > kMostAnswer) return std::nullopt;
  }
  return body;
}

}  // namespace

struct Client::Pool {
  std::mutex mutex;
  std::vector<std::unique_ptr<net::HTTPClientSession>> idle;
};

Client::Client(ClientOptions options)
    : options_(std::move(options)), pool_(std::make_unique<Pool>()) {}
Client::~Client() = default;

Result<Reply> Client::request(const std::string& method, const std::string& target,
                              const std::string& body, const http::Headers& headers) {
  const auto unreachable = [&](const std::string& why) {
    return Error{ErrorCode::unavailable, options_.url + " cannot be reached: " + why, {}};
  };
  for (int attempt = 0;; ++attempt) {
    std::unique_ptr<net::HTTPClientSession> session;
    {
      const std::lock_guard lock(pool_->mutex);
      if (!pool_->idle.empty()) {
        session = std::move(pool_->idle.back());
        pool_->idle.pop_back();
      }
    }
    const bool kept = session != nullptr;
    try {
      if (!session) {
        const Poco::URI uri(options_.url);
        session = std::make_unique<net::HTTPClientSession>(uri.getHost(), uri.getPort());
        session->setKeepAlive(true);
        session->setTimeout(Poco::Timespan(options_.timeout.count() * 1000));
      }
      net::HTTPRequest request(method, target, net::HTTPMessage::HTTP_1_1);
      request.setKeepAlive(true);
      if (!options_.token.empty()) request.set("Authorization", "Bearer " + options_.token);
      for (const auto& [name, value] : headers.fields()) request.set(name, value);
      if (!body.empty() || method == "POST" || method == "PUT")
        request.setContentLength(static_cast<std::streamsize>(body.size()));
      session->sendRequest(request).write(body.data(), static_cast<std::streamsize>(body.size()));
      net::HTTPResponse response;
      auto& stream = session->receiveResponse(response);
      auto text = read_bounded(stream);
      if (!text) return Error{ErrorCode::too_large, options_.url + " answers more than 64 MiB", {}};
      const int status = response.getStatus();
      if (response.getKeepAlive()) {
        const std::lock_guard lock(pool_->mutex);
        if (pool_->idle.size() < kMostIdle) pool_->idle.push_back(std::move(session));
      }
      if (status >= 400) return error_from_problem(status, *text);
      return Reply{status, std::move(*text)};
    } catch (const Poco::TimeoutException&) {
      return Error{ErrorCode::timed_out, options_.url + " does not answer in time", {}};
    } catch (const Poco::Exception& exception) {
      // The other side may have closed a kept connection just now: once more, with a fresh one.
      // What a call has done the first time it finds done the second.
      if (!kept || attempt > static_cast<int>(kMostIdle))
        return unreachable(exception.displayText());
    }
  }
}

Result<Reply> request_as_member(Client& client, IndexAddress& index, const std::string& method,
                                const std::string& target, const std::string& body,
                                http::Headers headers) {
  for (bool again = false;; again = true) {
    auto token = index.session();
    if (!token) return std::move(token).error();
    if (!token->empty()) headers.set("Authorization", "Bearer " + *token);
    auto reply = client.request(method, target, body, headers);
    if (reply || reply.error().code != ErrorCode::unauthenticated) return reply;
    if (token->empty())
      return Error{ErrorCode::not_allowed,
                   client.url() + " wants an account (" + reply.error().message +
                       "); set [registry] account and password_file",
                   {}};
    index.session_ended(*token);
    if (again)
      return Error{ErrorCode::not_allowed,
                   client.url() + " does not take its own session: " + reply.error().message,
                   {}};
  }
}

Result<std::string> normal_url(const std::string& text) {
  try {
    auto url = Poco::URI(text).toString();
    while (url.ends_with('/')) url.pop_back();
    return url;
  } catch (const Poco::SyntaxException&) {
    return Error{ErrorCode::invalid_argument, "'" + text + "' is not a URL", {}};
  }
}

std::string percent_encode(std::string_view text) {
  std::string encoded;
  Poco::URI::encode(std::string(text), "!#$&'()*+,/:;=?@[]%\"<>\\^`{|}", encoded);
  return encoded;
}

}  // namespace swapmeet::wire
