#include "swapmeet/wire/client.h"

#include <Poco/Net/StreamSocket.h>
#include <Poco/URI.h>

#include <mutex>
#include <optional>
#include <vector>

#include "http_session.h"
#include "swapmeet/wire/host_url.h"
#include "swapmeet/wire/json.h"
#include "swapmeet/wire/secure_socket.h"

namespace swapmeet::wire {
namespace {

constexpr std::size_t kMostAnswer = 64 << 20;
constexpr std::size_t kMostIdle = 8;

// False: there is more than is taken.
bool read_bounded(std::istream& in, std::string& body) {
  std::string portion(64 << 10, '\0');
  while (in.read(portion.data(), static_cast<std::streamsize>(portion.size())), in.gcount() > 0) {
    body.append(portion, 0, static_cast<std::size_t>(in.gcount()));
    if (body.size() > kMostAnswer) return false;
  }
  return true;
}

Result<Reply> ask(HttpSession& session, const HttpCall& call, const std::string& url) {
  if (auto sent = session.send(call); !sent) return std::move(sent).error();
  auto status = session.receive();
  if (!status) return std::move(status).error();
  Reply reply{*status, {}};
  bool whole = false;
  auto read = session.read([&](std::istream& body) { whole = read_bounded(body, reply.body); });
  if (!read) return std::move(read).error();
  if (!whole) return too_large(url + " answers more than 64 MiB");
  if (session.length() && *session.length() != reply.body.size())
    return unavailable(url + " cannot be reached: it ended in the middle of its answer");
  return reply;
}

}  // namespace

// Where to connect, and the connections that are open and idle. Thread-safe.
struct Client::Pool {
  explicit Pool(const ClientOptions& options) : destination(Destination::of(options)) {}
  std::unique_ptr<HttpSession> take() {
    const std::lock_guard lock(mutex);
    if (idle.empty()) return nullptr;
    auto session = std::move(idle.back());
    idle.pop_back();
    return session;
  }
  void give(std::unique_ptr<HttpSession> session) {
    const std::lock_guard lock(mutex);
    if (idle.size() < kMostIdle) idle.push_back(std::move(session));
  }

  const Result<Destination> destination;
  std::mutex mutex;
  std::vector<std::unique_ptr<HttpSession>> idle;
};

Client::Client(ClientOptions options)
    : options_(std::move(options)), pool_(std::make_unique<Pool>(options_)) {
  if (pool_->destination) options_.url = pool_->destination->url;
}
Client::~Client() = default;

Result<Reply> Client::request(const std::string& method, const std::string& target,
                              const std::string& body, const http::Headers& headers) {
  auto reply = exchange(method, target, body, headers);
  if (reply && reply->status >= 400) return error_from_problem(reply->status, reply->body);
  return reply;
}

Result<Reply> Client::exchange(const std::string& method, const std::string& target,
                               const std::string& body, const http::Headers& headers) {
  if (!pool_->destination) return pool_->destination.error();
  const HttpCall call{method, target, options_.token, body, headers};
  const auto patience = options_.timeout;
  for (std::size_t attempt = 0;; ++attempt) {
    auto session = pool_->take();
    const bool was_idle = session != nullptr;
    if (!was_idle)
      session = std::make_unique<HttpSession>(*pool_->destination,
                                              HttpPatience{patience, patience, patience});
    auto reply = ask(*session, call, options_.url);
    if (reply) {
      if (session->is_kept()) pool_->give(std::move(session));
      return reply;
    }
    // The host may just have closed an idle connection: once more, on another. Every call is
    // idempotent, so a retry is safe.
    const bool retry = reply.error().code == ErrorCode::unavailable && was_idle;
    if (!retry || attempt > kMostIdle) return reply;
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
      return not_allowed(client.url() + " wants an account (" + reply.error().message +
                         "); set [registry] account and password_file");
    index.session_ended(*token);
    if (again)
      return not_allowed(client.url() + " does not take its own session: " + reply.error().message);
  }
}

ClientOptions options_for(const IndexAddress& index) {
  auto trust = index.index_trust();
  ClientOptions options;
  options.url = index.index_url();
  options.fingerprint = std::move(trust.fingerprint);
  options.ca_file = std::move(trust.ca_file);
  return options;
}

Result<ShownKey> shown_key(const ClientOptions& options) {
  const auto parsed = parse_host_url(options.url);
  if (!parsed) return parsed.error();
  if (!parsed->secure) return invalid_argument(options.url + " is not asked over TLS");
  const auto context = tls::ClientContext::make({.ca_file = options.ca_file, .anyone = true});
  if (!context) return context.error();
  try {
    Poco::Net::StreamSocket socket(secure_socket(*context, parsed->host));
    const Poco::Timespan patience(options.timeout.count() * 1000);
    socket.connect(Poco::Net::SocketAddress(parsed->host, parsed->port), patience);
    socket.sendBytes("", 0);
    const auto* const session = session_of(*socket.impl());
    ShownKey shown{session->fingerprint(), session->doubt()};
    const auto& pin = options.fingerprint.empty() ? parsed->fingerprint : options.fingerprint;
    if (!pin.empty())
      shown.doubt =
          shown.fingerprint == pin ? "" : "it holds another key than the one that is expected";
    return shown;
  } catch (const Poco::TimeoutException&) {
    return timed_out(parsed->url + " does not answer in time");
  } catch (const Poco::Exception& exception) {
    return unavailable(parsed->url + " cannot be reached: " + exception.message());
  }
}

std::string percent_encode(std::string_view text) {
  std::string encoded;
  Poco::URI::encode(std::string(text), "!#$&'()*+,/:;=?@[]%\"<>\\^`{|}", encoded);
  return encoded;
}

}  // namespace swapmeet::wire
