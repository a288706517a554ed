#include "http_session.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Timespan.h>

#include <charconv>
#include <system_error>
#include <utility>

#include "swapmeet/wire/host_url.h"
#include "swapmeet/wire/secure_socket.h"

namespace swapmeet::wire {
namespace {

namespace net = Poco::Net;

Poco::Timespan span(std::chrono::milliseconds time) { return {time.count() * 1000}; }

// Over a Unix socket, whatever host and port it was given.
class LocalSession : public net::HTTPClientSession {
 public:
  LocalSession(std::string path, const HttpPatience& patience)
      : path_(std::move(path)), patience_(patience) {}

 protected:
  void connect(const net::SocketAddress&) override {
    const net::SocketAddress address(net::SocketAddress::UNIX_LOCAL, path_);
    socket().connect(address, span(patience_.connecting));
    socket().setSendTimeout(span(patience_.sending));
    socket().setReceiveTimeout(span(patience_.receiving));
  }

 private:
  const std::string path_;
  const HttpPatience patience_;
};

}  // namespace

Result<Destination> Destination::of(const ClientOptions& options) {
  auto parsed = parse_host_url(options.url);
  if (!parsed) return std::move(parsed).error();
  Destination destination;
  destination.url = parsed->url;
  destination.host = parsed->host;
  destination.port = parsed->port;
  destination.socket = options.socket;
  if (!options.socket.empty()) return destination;  // nobody else hears it
  const auto& pin = options.fingerprint.empty() ? parsed->fingerprint : options.fingerprint;
  if (!parsed->secure) {
    if (pin.empty()) return destination;
    return invalid_argument(options.url + ": only over https:// can a host be known by its key");
  }
  auto context = tls::ClientContext::make({.ca_file = options.ca_file, .fingerprint = pin});
  if (!context) return std::move(context).error();
  destination.context = std::move(*context);
  return destination;
}

HttpSession::HttpSession(const Destination& destination, const HttpPatience& patience)
    : destination_(destination), patience_(patience) {}
HttpSession::~HttpSession() = default;

Result<void> HttpSession::attempt(const std::function<void()>& work) const {
  try {
    work();
    return {};
  } catch (const Poco::TimeoutException&) {
    return timed_out(destination_.url + " does not answer in time");
  } catch (const net::NetException& exception) {
    // Its own words are enough where TLS says what is wrong.
    const bool tells = destination_.context && typeid(exception) == typeid(net::NetException);
    return unavailable(destination_.url + " cannot be reached: " +
                       (tells ? exception.message() : exception.displayText()));
  } catch (const Poco::Exception& exception) {
    return unavailable(destination_.url + " cannot be reached: " + exception.displayText());
  }
}

void HttpSession::open() {
  const auto& [url, host, port, context, socket] = destination_;
  if (!socket.empty()) {
    session_ = std::make_unique<LocalSession>(socket.string(), patience_);
    session_->setHost(host);
    session_->setPort(port);
  } else if (context) {
    session_ =
        std::make_unique<net::HTTPClientSession>(net::StreamSocket(secure_socket(context, host)));
    session_->setHost(host);
    session_->setPort(port);
  } else {
    session_ = std::make_unique<net::HTTPClientSession>(host, port);
  }
  session_->setKeepAlive(true);
  session_->setTimeout(span(patience_.connecting), span(patience_.sending),
                       span(patience_.receiving));
}

Result<void> HttpSession::send(const HttpCall& call) {
  return attempt([&] {
    if (!session_) open();
    method_ = call.method;
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
  const auto status = response.getStatus();
  const bool has_body = method_ != "HEAD" && status != net::HTTPResponse::HTTP_NO_CONTENT &&
                        status != net::HTTPResponse::HTTP_NOT_MODIFIED;
  length_.reset();
  if (has_body && response.hasContentLength() && !response.getChunkedTransferEncoding()) {
    const auto& told = response.get(net::HTTPMessage::CONTENT_LENGTH);
    std::uint64_t length = 0;
    const auto read = std::from_chars(told.data(), told.data() + told.size(), length);
    if (read.ec != std::errc() || read.ptr != told.data() + told.size())
      return unavailable(destination_.url + " answers nonsense: its Content-Length is no number");
    length_ = length;
  }
  return static_cast<int>(status);
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
