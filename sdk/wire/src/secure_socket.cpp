#include "swapmeet/wire/secure_socket.h"

#include <Poco/Exception.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/StreamSocketImpl.h>
#include <Poco/Stopwatch.h>

#include <utility>

namespace swapmeet::wire {
namespace {

namespace net = Poco::Net;
using Step = tls::ClientSession::Step;

class SecureSocket final : public net::StreamSocketImpl {
 public:
  SecureSocket(std::shared_ptr<tls::ClientContext> context, std::string host)
      : context_(std::move(context)), host_(std::move(host)) {}

  void connect(const net::SocketAddress& address) override { connect(address, kLongConnecting); }
  void connect(const net::SocketAddress& address, const Poco::Timespan& timeout) override {
    net::StreamSocketImpl::connect(address, timeout);
    session_ = std::make_unique<tls::ClientSession>(context_, sockfd(), host_);
    for_handshake_ = timeout;
    is_safe_ = false;
  }
  void close() override {
    end();
    net::StreamSocketImpl::close();
  }

  int sendBytes(const void* buffer, int length, int) override {
    shake_hands();
    const auto* const from = static_cast<const char*>(buffer);
    std::size_t gone = 0;
    while (gone < static_cast<std::size_t>(length)) {
      const auto moved = session_->write(from + gone, static_cast<std::size_t>(length) - gone);
      if (moved.step == Step::done)
        gone += moved.bytes;
      else
        wait(moved.step, getSendTimeout());
    }
    return length;
  }
  int receiveBytes(void* buffer, int length, int) override {
    shake_hands();
    for (;;) {
      const auto moved =
          session_->read(static_cast<char*>(buffer), static_cast<std::size_t>(length));
      if (moved.step == Step::done) return static_cast<int>(moved.bytes);
      if (moved.step == Step::ended && session_->problem().empty()) return 0;
      wait(moved.step, getReceiveTimeout());
    }
  }
  int available() override { return session_ && session_->has_pending() ? 1 : 0; }
  bool poll(const Poco::Timespan& timeout, int mode) override {
    if ((mode & SELECT_READ) != 0 && session_ && session_->has_pending()) return true;
    return net::StreamSocketImpl::poll(timeout, mode);
  }
  bool secure() const override { return true; }

  const tls::ClientSession* session() const { return session_.get(); }

 protected:
  ~SecureSocket() override { end(); }

 private:
  static constexpr long kLongConnecting = 60'000'000;  // microseconds
  static constexpr long kHandshake = 10'000'000;       // at least, where reading may take as long

  void end() {
    if (session_ && is_safe_) session_->say_end();
    session_.reset();
  }

  void shake_hands() {
    if (!session_) throw net::NetException("it is not connected");
    if (is_safe_) return;
    const auto most =
        std::max(for_handshake_, std::min(getReceiveTimeout(), Poco::Timespan(kHandshake)));
    Poco::Stopwatch taken;
    taken.start();
    for (auto step = session_->shake_hands(); step != Step::done; step = session_->shake_hands())
      wait(step, std::max(most - Poco::Timespan(taken.elapsed()), Poco::Timespan()));
    is_safe_ = true;
  }

  void wait(Step step, const Poco::Timespan& most) {
    if (step == Step::ended)
      throw net::NetException(
          session_->problem().empty() ? "it ended the connection" : session_->problem(),
          !is_safe_ && !session_->doubt().empty() ? kNotBelieved : 0);
    const int mode = step == Step::wants_to_read ? SELECT_READ : SELECT_WRITE;
    // A timeout of nothing is one that never comes.
    const bool for_ever = is_safe_ && most.totalMicroseconds() == 0;
    if (!net::StreamSocketImpl::poll(for_ever ? Poco::Timespan(kLongConnecting) : most, mode) &&
        !for_ever)
      throw Poco::TimeoutException();
  }

  const std::shared_ptr<tls::ClientContext> context_;
  const std::string host_;
  std::unique_ptr<tls::ClientSession> session_;
  Poco::Timespan for_handshake_;
  bool is_safe_ = false;
};

}  // namespace

net::SocketImpl* secure_socket(std::shared_ptr<tls::ClientContext> context, std::string host) {
  return new SecureSocket(std::move(context), std::move(host));
}

const tls::ClientSession* session_of(const net::SocketImpl& socket) {
  const auto* const secure = dynamic_cast<const SecureSocket*>(&socket);
  return secure ? secure->session() : nullptr;
}

}  // namespace swapmeet::wire
