#include "swapmeet/wire/event_stream.h"

#include <sys/socket.h>

#include <istream>
#include <optional>
#include <string_view>
#include <vector>

#include "http_session.h"
#include "swapmeet/wire/json.h"

namespace swapmeet::wire {
namespace {

constexpr std::size_t kLongestLine = 256 << 10;
constexpr std::size_t kMostProblem = 64 << 10;
constexpr std::chrono::seconds kSilence{45};  // three heartbeats
constexpr std::chrono::seconds kPatience{10};

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

// What comes until the stream breaks, which is always an Error.
Result<void> read(HttpSession& session, const Lines::Heard& heard, const std::string& url) {
  const auto status = session.receive();
  if (!status) return status.error();
  std::string problem;
  const auto broken = session.read([&](std::istream& body) {
    if (*status != 200) {
      problem = read_problem(body);
      return;
    }
    Lines lines(heard);
    std::vector<char> line(kLongestLine);
    while (body.getline(line.data(), static_cast<std::streamsize>(line.size())))
      lines.add(line.data());
  });
  if (!broken) return broken.error();
  if (*status != 200) return error_from_problem(*status, problem);
  return unavailable(url + " ended its events");
}

}  // namespace

EventStream::EventStream(ClientOptions options) : options_(std::move(options)) {}

EventStream::EventStream(std::string url, std::string token)
    : EventStream(ClientOptions{.url = std::move(url), .token = std::move(token)}) {}

bool EventStream::set_descriptor(int descriptor) {
  const std::lock_guard lock(mutex_);
  descriptor_ = ended_ ? -1 : descriptor;
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
  const auto destination = Destination::of(options_);
  if (!destination) return destination.error();
  HttpSession session(*destination, {kPatience, kPatience, kSilence});
  auto followed = session.send({"GET", target, options_.token, {}, {}});
  if (followed) {
    if (!set_descriptor(session.descriptor())) return {};
    followed = read(session, heard, destination->url);
  }
  if (!set_descriptor(-1)) return {};
  return followed;
}

}  // namespace swapmeet::wire
