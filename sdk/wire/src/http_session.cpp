#include "http_session.h"

#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPSClientSession.h>
#include <Poco/Net/NetSSL.h>
#include <Poco/Timespan.h>
#include <Poco/URI.h>

#include <utility>

namespace swapmeet::wire {
namespace {

namespace net = Poco::Net;

Poco::Timespan span(std::chrono::milliseconds time) { return {time.count() * 1000}; }

// Trusts the machine's certificates, or those of the file in their place.
net::Context::Ptr trusting(const std::string& ca_file) {
  struct Ssl {
    Ssl() { net::initializeSSL(); }
  };
  static const Ssl kSsl;
  constexpr int kDeepestChain = 9;
  net::Context::Ptr context =
      new net::Context(net::Context::TLS_CLIENT_USE, "", "", ca_file, net::Context::VERIFY_STRICT,
                       kDeepestChain, ca_file.empty());
  context->requireMinimumProtocol(net::Context::PROTO_TLSV1_2);
  return context;
}

std::unique_ptr<net::HTTPClientSession> session_to(const Poco::URI& uri,
                                                   const std::string& ca_file) {
  if (uri.getScheme() == "https")
    return std::make_unique<net::HTTPSClientSession>(uri.getHost(), uri.getPort(),
                                                     trusting(ca_file));
  return std::make_unique<net::HTTPClientSession>(uri.getHost(), uri.getPort());
}

}  // namespace

HttpSession::HttpSession(std::string url, const HttpPatience& patience, std::string ca_file)
    : url_(std::move(url)), patience_(patience), ca_file_(std::move(ca_file)) {}
HttpSession::~HttpSession() = default;

Result<void> HttpSession::attempt(const std::function<void()>& work) const {
  try {
    work();
    return {};
  } catch (const Poco::TimeoutException&) {
    return timed_out(url_ + " does not answer in time");
  } catch (const Poco::Exception& exception) {
    return unavailable(url_ + " cannot be reached: " + exception.displayText());
  }
}

Result<void> HttpSession::send(const HttpCall& call) {
  return attempt([&] {
    if (!session_) {
      const Poco::URI uri(url_);
      session_ = session_to(uri, ca_file_);
      session_->setKeepAlive(true);
      session_->setTimeout(span(patience_.connecting), span(patience_.sending),
                           span(patience_.receiving));
    }
    net::HTTPRequest request(call.method, call.target, net::HTTPMessage::HTTP_1_1);
    request.setKeepAlive(true);
    if (!call.token.empty()) request.set("Authorization", "Bearer " + call.token);
    for (const auto& [name, value] : call.headers.fields()) request.set(name, value);
    if (!call.body.empty() || call.method == "POST" || call.method == "PUT")
      request.setContentLength(static_cast<std::streamsize>(call.body.size()));
    session_->sendRequest(request).write(call.body.data(),
                                         static_cast<std::streamsize>(call.body.size()));
  });
}

Result<int> HttpSession::receive() {
  net::HTTPResponse response;
  auto received = attempt([&] { body_ = &session_->receiveResponse(response); });
  if (!received) return std::move(received).error();
  kept_ = response.getKeepAlive();
  return static_cast<int>(response.getStatus());
}

Result<void> HttpSession::read(const std::function<void(std::istream& body)>& take) {
  return attempt([&] {
    take(*body_);
    // A stream of the standard library swallows what its buffer throws.
    if (const auto* problem = session_->networkException()) problem->rethrow();
  });
}

int HttpSession::descriptor() const {
  return static_cast<int>(session_->socket().impl()->sockfd());
}

}  // namespace swapmeet::wire
