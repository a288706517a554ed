#include "transfer/swarm/fetch/source_client.h"

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/NetException.h>
#include <Poco/NumberParser.h>
#include <Poco/URI.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <mutex>
#include <utility>

#include "transfer/swarm/base/peer_headers.h"

namespace swapmeet::transfer_swarm {
namespace {

using Poco::Net::HTTPRequest;
using Poco::Net::HTTPResponse;

constexpr int kMostFields = 64;                 // of an answer's head
constexpr std::uint64_t kMostReport = 1 << 20;  // bytes that tell which of four million pieces
constexpr unsigned kLongestRetryAfter = 600;    // seconds; what asks for more is asked again then

// Poco's response stream moves 4 KiB a system call; its session can do better, but hides it. And it
// never connects again by itself: interrupt() would not know of that connection.
class Session : public Poco::Net::HTTPClientSession {
 public:
  using HTTPClientSession::HTTPClientSession;
  using HTTPClientSession::read;
  using HTTPClientSession::reconnect;
  // The source ends the connection after this answer, or may have by now.
  bool is_used_up() const { return HTTPClientSession::mustReconnect(); }

 protected:
  bool mustReconnect() const override { return false; }
  void connect(const Poco::Net::SocketAddress& address) override {
    if (std::exchange(was_connected_, true))
      throw Poco::Net::ConnectionResetException("the connection was lost");
    HTTPClientSession::connect(address);
  }

 private:
  bool was_connected_ = false;
};

// A busy source says when to come back, and the place in its queue.
Error told_to_wait(const HTTPResponse& response, std::string text) {
  Error error{ErrorCode::unavailable, std::move(text), {}};
  unsigned seconds = 0;
  // The other form of Retry-After, a date, is not for machines without a clock in common.
  if (!Poco::NumberParser::tryParseUnsigned(response.get("Retry-After", ""), seconds)) return error;
  error.retry_after = std::chrono::seconds(std::clamp(seconds, 1U, kLongestRetryAfter));
  unsigned place = 0;
  if (Poco::NumberParser::tryParseUnsigned(response.get(kPlaceHeader, ""), place) && place > 0)
    error.message = "place " + std::to_string(place) + " in the queue";
  return error;
}

Error unexpected(const HTTPResponse& response) {
  const int status = static_cast<int>(response.getStatus());
  const auto text = "it answered " + std::to_string(status) + " " + response.getReason();
  if (status == 503 || status == 429) return told_to_wait(response, text);
  return {status >= 500 ? ErrorCode::unavailable : ErrorCode::not_found, text, {}};
}

bool has_length(const HTTPResponse& response, std::uint64_t length) {
  return !response.getChunkedTransferEncoding() && response.hasContentLength() &&
         static_cast<std::uint64_t>(response.getContentLength64()) == length;
}

}  // namespace

struct SourceClient::Connection {
  Poco::URI uri;
  std::chrono::milliseconds stall_after;
  std::string reader;
  std::string ticket;
  std::unique_ptr<Session> session;
  std::uint64_t unread = 0;  // of the answer's body
  std::mutex mutex;          // guards descriptor
  int descriptor = -1;       // our own one of the session's socket: nobody else gets its number
  std::atomic<bool> interrupted{false};

  void close() {
    {
      const std::lock_guard lock(mutex);
      if (descriptor >= 0) ::close(std::exchange(descriptor, -1));
    }
    session.reset();
    unread = 0;
  }

  void connect() {
    close();
    session = std::make_unique<Session>(uri.getHost(), uri.getPort());
    const Poco::Timespan stall(static_cast<long>(stall_after.count()) * 1000);
    session->setTimeout(std::min(stall, Poco::Timespan(1, 500'000)), stall, stall);
    session->setKeepAlive(true);
    session->setKeepAliveTimeout(Poco::Timespan(3600, 0));
    session->reconnect();
    const std::lock_guard lock(mutex);
    descriptor = ::fcntl(session->socket().impl()->sockfd(), F_DUPFD_CLOEXEC, 0);
    if (descriptor < 0) throw Poco::IOException("no more descriptors", errno);
    if (interrupted) ::shutdown(descriptor, SHUT_RDWR);
  }

  // Sends the request and reads the head of the answer; once more when a kept-alive connection
  // turns out to be closed.
  void exchange(HTTPRequest& request, HTTPResponse& response) {
    // Also with rests of an answer that nobody wanted to the end.
    if (unread > 0 || (session && session->is_used_up())) close();
    response.setFieldLimit(kMostFields);
    const bool reused = session != nullptr;
    try {
      if (!reused) connect();
      session->sendRequest(request);
      session->receiveResponse(response);
    } catch (const Poco::TimeoutException&) {
      throw;
    } catch (const Poco::Exception&) {
      if (!reused || interrupted) throw;
      connect();
      session->sendRequest(request);
      session->receiveResponse(response);
    }
  }

  template <class Work>
  auto guarded(Work&& work) -> decltype(work()) {
    const auto fail = [this](ErrorCode code, std::string message) {
      close();
      if (interrupted) return Error{ErrorCode::cancelled, "ended", {}};
      return Error{code, std::move(message), {}};
    };
    try {
      if (interrupted) return fail(ErrorCode::cancelled, "ended");
      auto result = work();
      if (result) return result;
      close();
      if (interrupted) return Error{ErrorCode::cancelled, "ended", {}};
      return result;
    } catch (const Poco::TimeoutException&) {
      return fail(ErrorCode::timed_out, "it sent nothing for too long");
    } catch (const Poco::Net::NoMessageException&) {
      return fail(ErrorCode::unavailable, "it closed the connection without an answer");
    } catch (const Poco::Net::MessageException& exception) {
      return fail(ErrorCode::corrupt, "its answer is not HTTP: " + exception.displayText());
    } catch (const Poco::Exception& exception) {
      return fail(ErrorCode::unavailable, "it cannot be reached: " + exception.displayText());
    } catch (const std::exception& exception) {
      return fail(ErrorCode::internal, exception.what());
    }
  }

  Result<void> open_hashes(const char* which, std::uint64_t piece_size, std::uint64_t bytes) {
    return guarded([&]() -> Result<void> {
      auto part = uri;
      part.setPath(part.getPath() + which);
      part.addQueryParameter("piece", std::to_string(piece_size));
      auto asked = request(HTTPRequest::HTTP_GET, part.getPathAndQuery());
      HTTPResponse response;
      exchange(asked, response);
      if (response.getStatus() != HTTPResponse::HTTP_OK) return unexpected(response);
      if (!has_length(response, bytes))
        return Error{ErrorCode::corrupt, "its Merkle layer has the wrong length", {}};
      unread = bytes;
      return {};
    });
  }

  HTTPRequest request(const std::string& method, const std::string& path) const {
    HTTPRequest request(method, path, Poco::Net::HTTPMessage::HTTP_1_1);
    request.set("User-Agent", "swapmeet");
    if (!reader.empty()) request.set(kReaderHeader, reader);
    if (!ticket.empty()) request.set("Authorization", "Bearer " + ticket);
    return request;
  }
};

SourceClient::SourceClient(const std::string& url, std::chrono::milliseconds stall_after,
                           std::string reader)
    : connection_(std::make_unique<Connection>()) {
  connection_->stall_after = stall_after;
  connection_->reader = std::move(reader);
  try {
    connection_->uri = Poco::URI(url);
  } catch (const Poco::Exception&) {  // an empty host: connecting fails with a sentence
  }
}

SourceClient::~SourceClient() { connection_->close(); }

void SourceClient::set_ticket(const std::string& ticket) { connection_->ticket = ticket; }

Result<std::uint64_t> SourceClient::size() {
  auto& c = *connection_;
  return c.guarded([&]() -> Result<std::uint64_t> {
    auto request = c.request(HTTPRequest::HTTP_HEAD, c.uri.getPathAndQuery());
    HTTPResponse response;
    c.exchange(request, response);
    if (response.getStatus() != HTTPResponse::HTTP_OK) return unexpected(response);
    if (!response.hasContentLength())
      return Error{ErrorCode::corrupt, "it does not tell the file's size", {}};
    return static_cast<std::uint64_t>(response.getContentLength64());
  });
}

Result<wire::PieceReport> SourceClient::pieces() {
  auto& c = *connection_;
  return c.guarded([&]() -> Result<wire::PieceReport> {
    auto uri = c.uri;
    uri.setPath(uri.getPath() + "/pieces");
    auto request = c.request(HTTPRequest::HTTP_GET, uri.getPathAndQuery());
    HTTPResponse response;
    c.exchange(request, response);
    if (response.getStatus() != HTTPResponse::HTTP_OK) return unexpected(response);
    const auto length = static_cast<std::uint64_t>(response.getContentLength64());
    if (!has_length(response, length) || length > kMostReport)
      return Error{ErrorCode::corrupt, "it does not tell which pieces it has", {}};
    std::string body(length, '\0');
    c.unread = length;
    while (c.unread > 0) {
      auto* to = body.data() + (length - c.unread);
      const int got = c.session->read(to, static_cast<std::streamsize>(c.unread));
      if (got <= 0) return Error{ErrorCode::unavailable, "it closed the connection too early", {}};
      c.unread -= static_cast<std::uint64_t>(got);
    }
    auto report = wire::piece_report_from(body);
    if (!report) return Error{ErrorCode::corrupt, report.error().message, {}};
    return report;
  });
}

Result<void> SourceClient::open_layer(std::uint64_t piece_size, std::uint64_t bytes) {
  return connection_->open_hashes("/layer", piece_size, bytes);
}

Result<void> SourceClient::open_leaves(std::uint64_t piece_size, std::uint64_t bytes) {
  return connection_->open_hashes("/leaves", piece_size, bytes);
}

Result<void> SourceClient::open_range(std::uint64_t offset, std::uint64_t length,
                                      std::uint64_t file_size) {
  auto& c = *connection_;
  return c.guarded([&]() -> Result<void> {
    const auto span = std::to_string(offset) + "-" + std::to_string(offset + length - 1);
    auto request = c.request(HTTPRequest::HTTP_GET, c.uri.getPathAndQuery());
    request.set("Range", "bytes=" + span);
    HTTPResponse response;
    c.exchange(request, response);
    const bool whole = response.getStatus() == HTTPResponse::HTTP_OK;
    if (!whole && response.getStatus() != HTTPResponse::HTTP_PARTIAL_CONTENT) {
      if (response.getStatus() == HTTPResponse::HTTP_REQUESTED_RANGE_NOT_SATISFIABLE)
        return Error{ErrorCode::conflict, "it says that its file is smaller", {}};
      return unexpected(response);
    }
    if (whole && length != file_size)
      return Error{ErrorCode::corrupt, "it sends whole files only, not ranges", {}};
    const auto told = response.get("Content-Range", "");
    const auto part = "bytes " + span + "/";
    if (!whole && told != part + std::to_string(file_size)) {
      if (told.starts_with(part))
        return Error{ErrorCode::conflict, "it says that its file has another size", {}};
      return Error{ErrorCode::corrupt, "it sent another range than the one asked for", {}};
    }
    if (!has_length(response, length))
      return Error{ErrorCode::corrupt, "its answer has the wrong length", {}};
    c.unread = length;
    return {};
  });
}

Result<std::size_t> SourceClient::read(char* to, std::size_t most) {
  auto& c = *connection_;
  return c.guarded([&]() -> Result<std::size_t> {
    const auto wanted = std::min<std::uint64_t>(most, c.unread);
    const int got = wanted == 0 ? 0 : c.session->read(to, static_cast<std::streamsize>(wanted));
    if (got <= 0) return Error{ErrorCode::unavailable, "it closed the connection too early", {}};
    c.unread -= static_cast<std::uint64_t>(got);
    return static_cast<std::size_t>(got);
  });
}

void SourceClient::interrupt() {
  connection_->interrupted = true;
  const std::lock_guard lock(connection_->mutex);
  if (connection_->descriptor >= 0) ::shutdown(connection_->descriptor, SHUT_RDWR);
}

}  // namespace swapmeet::transfer_swarm
