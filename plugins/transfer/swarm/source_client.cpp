#include "transfer/swarm/source_client.h"

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/NetException.h>
#include <Poco/URI.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <vector>

namespace swapmeet::swarm {
namespace {

constexpr std::size_t kBuffer = 1 << 20;

// Poco's response stream moves 4 KiB a system call; its session can do better, but hides it.
class Session : public Poco::Net::HTTPClientSession {
 public:
  using HTTPClientSession::HTTPClientSession;
  using HTTPClientSession::read;
  using HTTPClientSession::reconnect;
};

}  // namespace

struct SourceClient::Connection {
  Poco::URI uri;
  std::chrono::milliseconds stall_after;
  std::unique_ptr<Session> session;
  std::vector<char> buffer;
  std::mutex mutex;  // guards descriptor
  int descriptor = -1;
  std::atomic<bool> interrupted{false};

  void close() {
    {
      const std::lock_guard lock(mutex);
      descriptor = -1;
    }
    session.reset();
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
    descriptor = static_cast<int>(session->socket().impl()->sockfd());
  }

  // Sends the request and reads the head of the answer; once more when a kept-alive connection
  // turns out to be closed.
  void exchange(Poco::Net::HTTPRequest& request, Poco::Net::HTTPResponse& response) {
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

  // `expected` bytes of body, in order, to `into`.
  Result<void> body(std::uint64_t expected,
                    const std::function<bool(const char*, std::size_t)>& into) {
    if (buffer.empty()) buffer.resize(kBuffer);
    while (expected > 0) {
      const auto wanted = std::min<std::uint64_t>(expected, buffer.size());
      const int got = session->read(buffer.data(), static_cast<std::streamsize>(wanted));
      if (got <= 0) return Error{ErrorCode::unavailable, "it closed the connection too early", {}};
      if (!into(buffer.data(), static_cast<std::size_t>(got)))
        return Error{ErrorCode::cancelled, "ended", {}};
      expected -= static_cast<std::uint64_t>(got);
    }
    return {};
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
      if (!result) return fail(result.error().code, result.error().message);
      return result;
    } catch (const Poco::TimeoutException&) {
      return fail(ErrorCode::timed_out, "it sent nothing for too long");
    } catch (const Poco::Exception& exception) {
      return fail(ErrorCode::unavailable, "it cannot be reached: " + exception.displayText());
    } catch (const std::exception& exception) {
      return fail(ErrorCode::internal, exception.what());
    }
  }

  Poco::Net::HTTPRequest request(const std::string& method, const std::string& path) const {
    Poco::Net::HTTPRequest request(method, path, Poco::Net::HTTPMessage::HTTP_1_1);
    request.set("User-Agent", "swapmeet");
    return request;
  }
};

namespace {

Error unexpected(const Poco::Net::HTTPResponse& response) {
  const int status = static_cast<int>(response.getStatus());
  const auto text = "it answered " + std::to_string(status) + " " + response.getReason();
  return {status >= 500 || status == 429 ? ErrorCode::unavailable : ErrorCode::not_found, text, {}};
}

bool has_length(const Poco::Net::HTTPResponse& response, std::uint64_t length) {
  return !response.getChunkedTransferEncoding() && response.hasContentLength() &&
         static_cast<std::uint64_t>(response.getContentLength64()) == length;
}

}  // namespace

SourceClient::SourceClient(const std::string& url, std::chrono::milliseconds stall_after)
    : connection_(std::make_unique<Connection>()) {
  connection_->stall_after = stall_after;
  try {
    connection_->uri = Poco::URI(url);
  } catch (const Poco::Exception&) {  // an empty host: connecting fails with a sentence
  }
}

SourceClient::~SourceClient() { connection_->close(); }

Result<std::uint64_t> SourceClient::size() {
  auto& c = *connection_;
  return c.guarded([&]() -> Result<std::uint64_t> {
    auto request = c.request("HEAD", c.uri.getPathAndQuery());
    Poco::Net::HTTPResponse response;
    c.exchange(request, response);
    if (response.getStatus() != Poco::Net::HTTPResponse::HTTP_OK) return unexpected(response);
    if (!response.hasContentLength())
      return Error{ErrorCode::corrupt, "it does not tell the file's size", {}};
    return static_cast<std::uint64_t>(response.getContentLength64());
  });
}

Result<std::string> SourceClient::layer(std::uint64_t piece_size, std::uint64_t bytes) {
  auto& c = *connection_;
  return c.guarded([&]() -> Result<std::string> {
    auto uri = c.uri;
    uri.setPath(uri.getPath() + "/layer");
    uri.addQueryParameter("piece", std::to_string(piece_size));
    auto request = c.request("GET", uri.getPathAndQuery());
    Poco::Net::HTTPResponse response;
    c.exchange(request, response);
    if (response.getStatus() != Poco::Net::HTTPResponse::HTTP_OK) return unexpected(response);
    if (!has_length(response, bytes))
      return Error{ErrorCode::corrupt, "its Merkle layer has the wrong length", {}};
    std::string layer;
    auto read = c.body(bytes, [&](const char* data, std::size_t size) {
      layer.append(data, size);
      return true;
    });
    if (!read) return read.error();
    return layer;
  });
}

Result<void> SourceClient::range(std::uint64_t offset, std::uint64_t length,
                                 std::uint64_t file_size,
                                 const std::function<bool(const char*, std::size_t)>& into) {
  auto& c = *connection_;
  return c.guarded([&]() -> Result<void> {
    const auto span = std::to_string(offset) + "-" + std::to_string(offset + length - 1);
    auto request = c.request("GET", c.uri.getPathAndQuery());
    request.set("Range", "bytes=" + span);
    Poco::Net::HTTPResponse response;
    c.exchange(request, response);
    const bool whole = response.getStatus() == Poco::Net::HTTPResponse::HTTP_OK;
    if (!whole && response.getStatus() != Poco::Net::HTTPResponse::HTTP_PARTIAL_CONTENT)
      return unexpected(response);
    const auto told = "bytes " + span + "/" + std::to_string(file_size);
    if (whole ? length != file_size : response.get("Content-Range", "") != told)
      return Error{ErrorCode::corrupt, "it sent another range than the one asked for", {}};
    if (!has_length(response, length))
      return Error{ErrorCode::corrupt, "its answer has the wrong length", {}};
    return c.body(length, into);
  });
}

void SourceClient::interrupt() {
  connection_->interrupted = true;
  const std::lock_guard lock(connection_->mutex);
  if (connection_->descriptor >= 0) ::shutdown(connection_->descriptor, SHUT_RDWR);
}

}  // namespace swapmeet::swarm
