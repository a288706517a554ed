#include "swapmeet/process/program.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

namespace swapmeet::process {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLook{50};      // how often what may be late is looked at
constexpr int kLooksUntilKilled = 30;  // after its input was closed
constexpr milliseconds kClosing{1'000};
constexpr std::size_t kLongestNote = 1024;  // bytes of its standard error in one log line

// Everything that there is to read now. False: the other side has closed it.
bool read_all(int descriptor, std::string& to, std::size_t most) {
  std::array<char, 65'536> portion{};
  while (to.size() <= most) {
    const auto got = ::read(descriptor, portion.data(), portion.size());
    if (got > 0) {
      to.append(portion.data(), static_cast<std::size_t>(got));
    } else if (got == 0) {
      return false;
    } else if (errno != EINTR) {
      return errno == EAGAIN || errno == EWOULDBLOCK;
    }
  }
  return true;
}

Error error_of(const wire::JsonValue& error) {
  Error made{error_code_from(error["code"].text("internal")), error["message"].text(), {}};
  if (made.message.empty()) made.message = "the program answered with an error and no message";
  if (!error["position"].is_null()) made.position = error["position"].count();
  if (!error["retry_after"].is_null())
    made.retry_after =
        std::chrono::seconds(std::min<std::uint64_t>(error["retry_after"].count(), 86'400));
  return made;
}

}  // namespace

Program::Program(ProgramOptions options, Clock& clock, Log log)
    : options_(std::move(options)),
      clock_(clock),
      log_(std::move(log)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      backoff_(options_.pauses, options_.seed) {}

Result<void> Program::start() {
  std::unique_lock lock(mutex_);
  stopping_ = false;
  launch();
  if (!child_) return unavailable(why_down_);
  thread_ = std::thread([this] { run(); });
  changed_.wait(lock, [&] { return state_ != State::greeting; });
  if (state_ == State::up) return {};
  auto error = unavailable(options_.file.string() + ": " + why_down_);
  lock.unlock();
  stop();
  return error;
}

void Program::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake();
  if (thread_.joinable()) thread_.join();
}

void Program::wake() const {
  const std::uint64_t one = 1;
  while (::write(wake_.number(), &one, sizeof one) < 0 && errno == EINTR) continue;
}

Error Program::down_error() const {
  return unavailable(options_.file.filename().string() +
                     " does not run at the moment: " + why_down_);
}

Result<wire::JsonValue> Program::call(const std::string& request, const Deadline& deadline) {
  std::unique_lock lock(mutex_);
  if (state_ != State::up || stopping_) return down_error();
  if (waiting_.size() >= options_.most_calls || unwritten_.size() >= options_.most_unwritten)
    return too_many(options_.file.filename().string() + " has " + std::to_string(waiting_.size()) +
                    " calls to answer already; try again");
  const auto id = next_id_++;
  auto waiting = std::make_shared<Waiting>();
  waiting->since = clock_.steady();
  waiting_.emplace(id, waiting);
  unwritten_ += "{\"id\":" + std::to_string(id);
  if (request.size() > 2)
    (unwritten_ += ',').append(request, 1);
  else
    unwritten_ += '}';
  unwritten_ += '\n';
  wake();
  const auto until = std::min(deadline.at(), waiting->since + options_.patience);
  clock_.wait_until(lock, changed_, until,
                    [&] { return waiting->answer.has_value() || deadline.is_cancelled(); });
  if (waiting->answer) return std::move(*waiting->answer);
  waiting->given_up = true;  // its answer may still come
  if (deadline.is_cancelled()) return cancelled("nobody waits for the answer any more");
  return timed_out(options_.file.filename().string() + " did not answer in time");
}

wire::JsonValue Program::greeting() const {
  const std::lock_guard lock(mutex_);
  return greeted_;
}

std::uint64_t Program::starts() const {
  const std::lock_guard lock(mutex_);
  return starts_;
}

void Program::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) step(lock);
  end_child(lock);
}

// Waits, without the lock, for something to happen, and sees to it.
void Program::step(std::unique_lock<std::mutex>& lock) {
  std::array<pollfd, 4> looked{
      {{wake_.number(), POLLIN, 0}, {-1, POLLIN, 0}, {-1, POLLIN, 0}, {-1, POLLOUT, 0}}};
  if (child_) {
    if (!closing_) looked[1].fd = child_->output();
    looked[2].fd = child_->error();
    if (!unwritten_.empty()) looked[3].fd = child_->input();
  }
  const bool waits = !child_ || closing_ || !waiting_.empty() || state_ == State::greeting;
  lock.unlock();
  ::poll(looked.data(), looked.size(), waits ? static_cast<int>(kLook.count()) : -1);
  std::uint64_t ignored = 0;
  while (::read(wake_.number(), &ignored, sizeof ignored) < 0 && errno == EINTR) continue;
  lock.lock();
  if (stopping_) return;
  if (!child_) {
    if (clock_.steady() >= restart_) launch();
    return;
  }
  if (closing_) return wait_for_end();
  if (looked[3].fd >= 0 && looked[3].revents != 0) write_input();
  if (looked[2].revents != 0) read_error();
  if (looked[1].revents != 0) read_output();
  if (child_) check_patience();
}

void Program::launch() {
  auto child = Child::start(options_.file, options_.arguments);
  if (!child) return give_up_child(child.error().message);
  child_.emplace(std::move(*child));
  ++starts_;
  state_ = State::greeting;
  heard_ = clock_.steady();
  garbled_ = false;
  unread_.clear();
  error_output_.clear();
  unwritten_ = options_.greeting + '\n';
}

void Program::write_input() {
  const auto written = ::write(child_->input(), unwritten_.data(), unwritten_.size());
  if (written > 0) unwritten_.erase(0, static_cast<std::size_t>(written));
  // One that has closed its input says so by ending, too.
}

void Program::read_error() {
  read_all(child_->error(), error_output_, kLongestNote);
  log_error_output(false);
}

void Program::log_error_output(bool all) {
  while (!error_output_.empty()) {
    auto end = error_output_.find('\n');
    if (end == std::string::npos && !all && error_output_.size() < kLongestNote) return;
    end = std::min({end, error_output_.size(), kLongestNote});
    if (end > 0)
      log_(
          LogLevel::info, "says",
          {{"program", options_.file.filename().string()}, {"line", error_output_.substr(0, end)}});
    error_output_.erase(0, std::min(end + 1, error_output_.size()));
  }
}

void Program::read_output() {
  const bool open = read_all(child_->output(), unread_, options_.longest_line);
  std::size_t begin = 0;
  for (auto end = unread_.find('\n'); end != std::string::npos; end = unread_.find('\n', begin)) {
    take_line(std::string_view(unread_).substr(begin, end - begin));
    if (!child_) return;
    begin = end + 1;
  }
  unread_.erase(0, begin);
  if (unread_.size() > options_.longest_line)
    give_up_child("it wrote a line of more than " + std::to_string(options_.longest_line) +
                  " bytes");
  else if (!open)
    take_closing();
}

void Program::take_line(std::string_view line) {
  if (line.empty()) return;
  heard_ = clock_.steady();
  const auto parsed = wire::JsonValue::parse(line);
  if (parsed && parsed->is_object())
    return state_ == State::greeting ? take_greeting(*parsed) : take_answer(*parsed);
  if (state_ == State::greeting)
    return give_up_child("its first line is no JSON object but '" +
                         std::string(line.substr(0, 100)) +
                         "'; what people shall read belongs on standard error");
  if (!std::exchange(garbled_, true))
    log_(LogLevel::warning,
         "wrote a line that is no JSON object; people's lines belong on standard error",
         {{"program", options_.file.filename().string()},
          {"line", std::string(line.substr(0, 100))}});
}

void Program::take_greeting(const wire::JsonValue& line) {
  const auto version = line["swapmeet"].count();
  if (version != 1)
    return give_up_child("it greets with version " + std::to_string(version) +
                         " of the protocol; this host speaks 1: {\"swapmeet\":1}");
  greeted_ = line;
  state_ = State::up;
  backoff_.reset();
  if (starts_ > 1)
    log_(LogLevel::info, "runs again", {{"program", options_.file.filename().string()}});
  changed_.notify_all();
}

void Program::take_answer(const wire::JsonValue& line) {
  const auto found = waiting_.find(line["id"].count());
  if (found == waiting_.end()) return;
  if (line["error"].is_null())
    found->second->answer = line;
  else
    found->second->answer = error_of(line["error"]);
  waiting_.erase(found);
  changed_.notify_all();
}

// One that says nothing at all while somebody waits for it is stuck.
void Program::check_patience() {
  auto oldest = state_ == State::greeting ? heard_ : Instant::max();
  for (const auto& [id, waiting] : waiting_) oldest = std::min(oldest, waiting->since);
  if (oldest == Instant::max()) return;
  if (clock_.steady() - std::max(oldest, heard_) < options_.patience) return;
  give_up_child(state_ == State::greeting
                    ? "it did not greet in time: {\"swapmeet\":1} is its first line"
                    : "it did not answer any more");
}

// It will answer nothing more. Most have ended by then, or end at once.
void Program::take_closing() {
  closing_ = clock_.steady();
  state_ = State::down;
  why_down_ = "it ended";
}

void Program::wait_for_end() {
  std::string how;
  if (child_->has_ended(how))
    give_up_child("it ended (" + how + ")");
  else if (clock_.steady() - *closing_ > kClosing)
    give_up_child("it closed its output");
}

// Ends it, if it has not ended; it is started again after a pause.
void Program::give_up_child(const std::string& why) {
  if (child_) {
    read_all(child_->error(), error_output_, kLongestNote);
    log_error_output(true);
    child_.reset();
  }
  closing_.reset();
  why_down_ = why;
  state_ = State::down;
  const auto pause = backoff_.next();
  restart_ = clock_.steady() + pause;
  for (auto& [id, waiting] : waiting_)
    waiting->answer = unavailable(options_.file.filename().string() + ": " + why_down_);
  waiting_.clear();
  unwritten_.clear();
  log_(LogLevel::warning, "is started again after a pause",
       {{"program", options_.file.string()},
        {"why", why_down_},
        {"ms", std::to_string(pause.count())}});
  changed_.notify_all();
}

void Program::end_child(std::unique_lock<std::mutex>& lock) {
  for (auto& [id, waiting] : waiting_) waiting->answer = unavailable("the host stops");
  waiting_.clear();
  state_ = State::down;
  why_down_ = "it has been stopped";
  changed_.notify_all();
  if (!child_) return;
  child_->close_input();
  lock.unlock();  // nobody else touches the child
  std::string how;
  std::string rest;
  std::array<pollfd, 2> looked{{{child_->output(), POLLIN, 0}, {child_->error(), POLLIN, 0}}};
  for (int looks = 0; looks < kLooksUntilKilled && !child_->has_ended(how); ++looks) {
    ::poll(looked.data(), looked.size(), static_cast<int>(kLook.count()));
    rest.clear();
    if (!read_all(child_->output(), rest, kLongestNote)) looked[0].fd = -1;
    if (!read_all(child_->error(), error_output_, kLongestNote)) looked[1].fd = -1;
  }
  if (how.empty()) {
    child_->signal(SIGKILL);
    child_->has_ended(how, true);
  }
  lock.lock();
  log_error_output(true);
  child_.reset();
}

}  // namespace swapmeet::process
