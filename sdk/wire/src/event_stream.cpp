#include "swapmeet/wire/event_stream.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Timespan.h>
#include <Poco/URI.h>
#include <sys/socket.h>

#include <istream>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "swapmeet/wire/json.h"

namespace swapmeet::wire {
namespace {

namespace net = Poco::Net;
constexpr std::size_t kLongestLine = 256 << 10;
constexpr std::size_t kMostProblem = 64 << 10;
constexpr int kSilence = 45;  // seconds: three heartbeats
constexpr int kPatience = 10;

std::string read_problem(std::istream& in) {
  std::string text(kMostProblem, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

// Lines as they come make events.
class Lines {
 public:
  using Heard = std::function<void(const std::string& topic, const std::string& data)>;
  explicit Lines(const Heard& heard) : heard_(heard) {}
  void add(std::string_view line) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) {
      if (!data_.empty()) heard_(topic_.empty() ? "message" : topic_, data_);
      topic_.clear();
      data_.clear();
    } else if (const auto topic = field(line, "event")) {
      topic_ = *topic;
    } else if (const auto data = field(line, "data")) {
      if (data_.size() + data->size() > kLongestLine) return;
      if (!data_.empty()) data_ += '\n';
      data_ += *data;
    }
  }

 private:
  static std::optional<std::string_view> field(std::string_view line, std::string_view name) {
    if (!line.starts_with(name) || line.size() == name.size() || line[name.size()] != ':')
      return std::nullopt;
    line.remove_prefix(name.size() + 1);
    if (line.starts_with(' ')) line.remove_prefix(1);
    return line;
  }
  const Heard& heard_;
  std::string topic_;
  std::string data_;
};

}  // namespace

EventStream::EventStream(std::string url, std::string token)
    : url_(std::move(url)), token_(std::move(token)) {}

bool EventStream::set_descriptor(int descriptor) {
  const std::lock_guard lock(mutex_);
  descriptor_ = descriptor;
  return !ended_;
}

void EventStream::end() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  if (descriptor_ >= 0) ::shutdown(descriptor_, SHUT_RDWR);
}

Result<void> EventStream::follow(
    const std::string& target,
    const std::function<void(const std::string& topic, const std::string& data)>& heard) {
  // Outlives the descriptor's use by end(): it is forgotten before the session closes it.
  std::unique_ptr<net::HTTPClientSession> session;
  Error why{ErrorCode::unavailable, url_ + " ended its events", {}};
  try {
    const Poco::URI uri(url_);
    session = std::make_unique<net::HTTPClientSession>(uri.getHost(), uri.getPort());
    session->setTimeout(Poco::Timespan(kPatience, 0), Poco::Timespan(kPatience, 0),
                        Poco::Timespan(kSilence, 0));
    net::HTTPRequest request("GET", target, net::HTTPMessage::HTTP_1_1);
    if (!token_.empty()) request.set("Authorization", "Bearer " + token_);
    session->sendRequest(request);
    if (!set_descriptor(static_cast<int>(session->socket().impl()->sockfd()))) return {};
    net::HTTPResponse response;
    auto& stream = session->receiveResponse(response);
    if (const int status = response.getStatus(); status != 200) {
      why = error_from_problem(status, read_problem(stream));
    } else {
      Lines lines(heard);
      std::vector<char> line(kLongestLine);
      while (stream.getline(line.data(), static_cast<std::streamsize>(line.size())))
        lines.add(line.data());
    }
    if (const auto* problem = session->networkException()) problem->rethrow();
  } catch (const Poco::TimeoutException&) {
    why = {ErrorCode::timed_out, url_ + " does not answer in time", {}};
  } catch (const Poco::Exception& exception) {
    why.message = url_ + " cannot be reached: " + exception.displayText();
  }
  if (!set_descriptor(-1)) return {};
  return why;
}

}  // namespace swapmeet::wire
