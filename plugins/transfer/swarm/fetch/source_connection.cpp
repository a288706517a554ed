#include "transfer/swarm/fetch/source_connection.h"

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPHeaderStream.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/NumberParser.h>
#include <Poco/URI.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <deque>
#include <exception>
#include <mutex>
#include <sstream>
#include <utility>

#include "swapmeet/tls/client.h"
#include "swapmeet/tls/pin.h"
#include "swapmeet/wire/secure_socket.h"
#include "transfer/swarm/base/peer_headers.h"

namespace swapmeet::transfer_swarm {
namespace {

using Poco::Net::HTTPRequest;
using Poco::Net::HTTPResponse;

constexpr int kMostFields = 64;               // of an answer's head
constexpr int kMostInterim = 8;               // answers of the kind 1xx before one
constexpr unsigned kLongestRetryAfter = 600;  // seconds; what asks for more is asked again then
// Of an answer that nobody wants to the end so much is read; for more it is quicker to connect
// anew.
constexpr std::uint64_t kMostPassedOver = 256 << 10;

struct CutOff : std::exception {};

SourceConnection::Answer answer_of(const HTTPResponse& response) {
  SourceConnection::Answer answer;
  answer.status = static_cast<int>(response.getStatus());
  answer.reason = response.getReason();
  if (!response.getChunkedTransferEncoding() && response.hasContentLength())
    answer.length = static_cast<std::uint64_t>(response.getContentLength64());
  answer.range = response.get("Content-Range", "");
  unsigned number = 0;
  // The other form of Retry-After, a date, is not for machines without a clock in common.
  if (Poco::NumberParser::tryParseUnsigned(response.get("Retry-After", ""), number))
    answer.retry_after = std::chrono::seconds(std::clamp(number, 1U, kLongestRetryAfter));
  if (Poco::NumberParser::tryParseUnsigned(response.get(kPlaceHeader, ""), number))
    answer.place = number;
  if (Poco::NumberParser::tryParseUnsigned(response.get(kConnectionsHeader, ""), number))
    answer.connections = number;
  return answer;
}

bool has_body(const SourceConnection::Request& request, int status) {
  return request.method != HTTPRequest::HTTP_HEAD && status != HTTPResponse::HTTP_NO_CONTENT &&
         status != HTTPResponse::HTTP_NOT_MODIFIED;
}

}  // namespace

struct SourceConnection::State {
  // Poco's session sends one request and reads its answer before the next; what it does that with
  // is good for more, but hidden.
  class Session : public Poco::Net::HTTPClientSession {
   public:
    using HTTPClientSession::HTTPClientSession;
    using HTTPClientSession::read;
    using HTTPClientSession::reconnect;
    void send(const std::string& bytes) {
      for (std::size_t gone = 0; gone < bytes.size();) {
        const auto rest = static_cast<std::streamsize>(bytes.size() - gone);
        gone += static_cast<std::size_t>(HTTPClientSession::write(bytes.data() + gone, rest));
      }
    }
    void receive_head(HTTPResponse& response) {
      Poco::Net::HTTPHeaderInputStream stream(*this);
      response.read(stream);
    }
  };

  Poco::URI uri;
  std::shared_ptr<tls::ClientContext> context;  // nullptr: without TLS
  std::string wrong_url;                        // why there is nobody to connect to
  std::chrono::milliseconds stall_after;
  std::string reader;
  std::deque<Request> asked;  // whose answers have not begun
  std::size_t sent = 0;       // of those, the first so many have gone out
  std::unique_ptr<Session> session;
  std::size_t answers = 0;   // that have begun on this session
  std::uint64_t unread = 0;  // of the last one's body
  bool closes = false;       // the source ends the connection after it
  bool one_by_one = false;   // the source does not take several at once
  std::mutex mutex;          // guards descriptor
  int descriptor = -1;       // our own one of the session's socket: nobody else gets its number
  std::atomic<bool> interrupted{false};

  void set_url(const std::string& url) {
    const auto refuse = [&](const std::string& why) { wrong_url = "'" + url + "': " + why; };
    const auto pinned = tls::parse_pinned_url(url);
    if (!pinned) return refuse(pinned.error().message);
    const bool secure = pinned->url.starts_with("https://");
    if (!secure && !pinned->url.starts_with("http://"))
      return refuse("only https:// and http:// are spoken");
    try {
      uri = Poco::URI(pinned->url);
    } catch (const Poco::Exception&) {
      return refuse("it is no URL");
    }
    if (!secure) return;
    auto made = tls::ClientContext::make({.fingerprint = pinned->fingerprint});
    if (!made) return refuse(made.error().message);
    context = std::move(*made);
  }

  void disconnect() {
    {
      const std::lock_guard lock(mutex);
      if (descriptor >= 0) ::close(std::exchange(descriptor, -1));
    }
    session.reset();
    sent = 0;
    answers = 0;
    unread = 0;
    closes = false;
  }

  void connect() {
    disconnect();
    if (!wrong_url.empty()) throw Poco::InvalidArgumentException(wrong_url);
    if (context) {
      session = std::make_unique<Session>(
          Poco::Net::StreamSocket(wire::secure_socket(context, uri.getHost())));
      session->setHost(uri.getHost());
      session->setPort(uri.getPort());
    } else {
      session = std::make_unique<Session>(uri.getHost(), uri.getPort());
    }
    const Poco::Timespan stall(static_cast<long>(stall_after.count()) * 1000);
    session->setTimeout(std::min(stall, Poco::Timespan(1, 500'000)), stall, stall);
    session->reconnect();
    keep_descriptor();
    if (context) session->socket().sendBytes("", 0);  // shakes hands
  }

  void keep_descriptor() {
    const std::lock_guard lock(mutex);
    descriptor = ::fcntl(session->socket().impl()->sockfd(), F_DUPFD_CLOEXEC, 0);
    if (descriptor < 0) throw Poco::IOException("no more descriptors", errno);
    if (interrupted) ::shutdown(descriptor, SHUT_RDWR);
  }

  std::string text_of(const Request& asked_for) const {
    HTTPRequest request(asked_for.method, asked_for.path, Poco::Net::HTTPMessage::HTTP_1_1);
    request.setHost(uri.getHost(), uri.getPort());
    request.set("User-Agent", "swapmeet");
    if (asked_for.method == HTTPRequest::HTTP_POST) request.setContentLength(0);
    if (!reader.empty()) request.set(kReaderHeader, reader);
    if (!asked_for.ticket.empty()) request.set("Authorization", "Bearer " + asked_for.ticket);
    if (!asked_for.range.empty()) request.set("Range", "bytes=" + asked_for.range);
    std::ostringstream text;
    request.write(text);
    return text.str();
  }

  // What has been asked goes out, over a new connection where there is none.
  void send() {
    if (sent == asked.size() || (one_by_one && (sent > 0 || unread > 0))) return;
    if (session && closes) {
      if (unread > 0) return;
      disconnect();
    }
    if (!session) connect();
    const auto until = one_by_one ? 1 : asked.size();
    std::string bytes;
    for (auto next = sent; next < until; ++next) bytes += text_of(asked[next]);
    session->send(bytes);
    sent = until;
  }

  void pass_over() {
    if (unread > kMostPassedOver || (closes && unread > 0)) disconnect();
    char nowhere[4096];
    while (unread > 0) {
      const auto most = std::min<std::uint64_t>(unread, sizeof nowhere);
      const int got = session->read(nowhere, static_cast<std::streamsize>(most));
      if (got <= 0) return disconnect();
      unread -= static_cast<std::uint64_t>(got);
    }
  }

  void receive_head(HTTPResponse& response) {
    response.setFieldLimit(kMostFields);
    for (int interim = 0; interim <= kMostInterim; ++interim) {
      session->receive_head(response);
      if (response.getStatus() >= 200) return;
      response.clear();
    }
    throw Poco::Net::MessageException("no answer after many interim ones");
  }

  Answer next() {
    pass_over();
    HTTPResponse response;
    const bool in_use = answers > 0;
    try {
      send();
      receive_head(response);
    } catch (const Poco::TimeoutException&) {
      throw;
    } catch (const Poco::Net::MessageException& problem) {
      const bool is_end = dynamic_cast<const Poco::Net::NoMessageException*>(&problem) != nullptr;
      if (!is_end || !in_use || interrupted) throw;
      again(response);
    } catch (const Poco::Exception&) {
      if (!in_use || interrupted) throw;
      again(response);
    }
    auto answer = answer_of(response);
    const auto request = std::move(asked.front());
    asked.pop_front();
    --sent;
    ++answers;
    unread = has_body(request, answer.status) ? answer.length.value_or(0) : 0;
    closes = !response.getKeepAlive() || (has_body(request, answer.status) && !answer.length);
    if (closes && answers == 1 && sent > 0) one_by_one = true;
    return answer;
  }

  // A connection that was kept between two answers turns out to be closed.
  void again(HTTPResponse& response) {
    response.clear();
    disconnect();
    send();
    receive_head(response);
  }

  // Of any error nothing is left: neither the connection nor what was asked.
  template <class Work>
  auto guarded(Work&& work) -> Result<decltype(work())> {
    const auto fail = [this](ErrorCode code, std::string message) {
      disconnect();
      asked.clear();
      if (interrupted) return Error{ErrorCode::cancelled, "ended", {}};
      return Error{code, std::move(message), {}};
    };
    try {
      if (interrupted) return fail(ErrorCode::cancelled, "ended");
      return work();
    } catch (const CutOff&) {
      return fail(ErrorCode::unavailable, "it closed the connection too early");
    } catch (const Poco::TimeoutException&) {
      return fail(ErrorCode::timed_out, "it sent nothing for too long");
    } catch (const Poco::Net::NoMessageException&) {
      return fail(ErrorCode::unavailable, "it closed the connection without an answer");
    } catch (const Poco::Net::MessageException& exception) {
      return fail(ErrorCode::corrupt, "its answer is not HTTP: " + exception.displayText());
    } catch (const Poco::Net::NetException& exception) {
      const bool tells = context && typeid(exception) == typeid(Poco::Net::NetException);
      const bool is_other = tells && exception.code() == wire::kNotBelieved;
      return fail(is_other ? ErrorCode::unauthenticated : ErrorCode::unavailable,
                  (is_other ? "it is not who it should be: " : "it cannot be reached: ") +
                      (tells ? exception.message() : exception.displayText()));
    } catch (const Poco::Exception& exception) {
      return fail(ErrorCode::unavailable, "it cannot be reached: " + exception.displayText());
    } catch (const std::exception& exception) {
      return fail(ErrorCode::internal, exception.what());
    }
  }
};

SourceConnection::SourceConnection(const std::string& url, std::chrono::milliseconds stall_after,
                                   std::string reader)
    : state_(std::make_unique<State>()) {
  state_->stall_after = stall_after;
  state_->reader = std::move(reader);
  state_->set_url(url);
}

SourceConnection::~SourceConnection() { state_->disconnect(); }

Result<void> SourceConnection::connect() {
  auto connected = state_->guarded([&] {
    if (!state_->session) state_->connect();
    return true;
  });
  return connected ? Result<void>{} : connected.error();
}

void SourceConnection::ask(Request request) { state_->asked.push_back(std::move(request)); }

std::size_t SourceConnection::asked() const { return state_->asked.size(); }

std::uint64_t SourceConnection::unread() const { return state_->unread; }

Result<SourceConnection::Answer> SourceConnection::answer() {
  return state_->guarded([&] { return state_->next(); });
}

Result<std::size_t> SourceConnection::read(char* to, std::size_t most) {
  auto& state = *state_;
  return state.guarded([&]() -> std::size_t {
    state.send();
    const auto wanted = std::min<std::uint64_t>(most, state.unread);
    const int got = wanted == 0 ? 0 : state.session->read(to, static_cast<std::streamsize>(wanted));
    if (got <= 0) throw CutOff();
    state.unread -= static_cast<std::uint64_t>(got);
    return static_cast<std::size_t>(got);
  });
}

void SourceConnection::close() {
  state_->disconnect();
  state_->asked.clear();
}

void SourceConnection::interrupt() {
  state_->interrupted = true;
  const std::lock_guard lock(state_->mutex);
  if (state_->descriptor >= 0) ::shutdown(state_->descriptor, SHUT_RDWR);
}

Error unexpected(const SourceConnection::Answer& answer) {
  const auto text = "it answered " + std::to_string(answer.status) + " " + answer.reason;
  const bool is_busy = answer.status == 503 || answer.status == 429;
  if (!is_busy)
    return {answer.status >= 500 ? ErrorCode::unavailable : ErrorCode::not_found, text, {}};
  Error error{ErrorCode::unavailable, text, {}};
  error.retry_after = answer.retry_after;
  if (answer.retry_after && answer.place > 0)
    error.message = "place " + std::to_string(answer.place) + " in the queue";
  return error;
}

}  // namespace swapmeet::transfer_swarm
