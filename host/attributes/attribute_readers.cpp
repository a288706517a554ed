#include "host/attributes/attribute_readers.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "swapmeet/listing.h"
#include "swapmeet/text.h"

namespace swapmeet {
namespace {

constexpr std::chrono::seconds kLookUpAgain{1};
constexpr std::chrono::seconds kPatience{2};  // with a file that has no deadline
constexpr std::chrono::minutes kRest{10};
constexpr int kMostFaults = 5;  // in a row
constexpr std::chrono::seconds kPatienceAtEnd{1};
constexpr std::size_t kMostAttributes = 32;
constexpr std::size_t kLongest = 1024;

// What a listing may have; the rest is dropped.
Attributes checked(const Attributes& read) {
  Attributes kept;
  for (const auto& [key, value] : read) {
    if (kept.size() == kMostAttributes) break;
    if (is_attribute_key(key) && !value.empty() && value.size() <= kLongest && is_utf8(value) &&
        !has_control(value))
      kept.emplace(key, value);
  }
  return kept;
}

}  // namespace

struct AttributeReaders::Known {
  Reader reader;
  int faults = 0;  // in a row; guarded by mutex_, as the next
  Instant rests_until = Instant::min();
  int not_back = 0;  // calls that were given up and go on; guarded by UnderWay::mutex
};

// A file that is read. The thread keeps it, whoever has given up waiting.
struct AttributeReaders::Call {
  explicit Call(const OpenedFile& opened) : file(opened) {
    file.descriptor = fcntl(opened.descriptor, F_DUPFD_CLOEXEC, 0);
  }
  ~Call() {
    if (file.descriptor >= 0) close(file.descriptor);
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  OpenedFile file;
  std::optional<Result<Attributes>> answer;  // guarded by UnderWay::mutex, as the next
  bool given_up = false;
};

// What the threads share with this object, which they may outlive.
struct AttributeReaders::UnderWay {
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t calls = 0;
  bool stopping = false;
};

AttributeReaders::AttributeReaders(Find find, Clock& clock, Log log)
    : find_(std::move(find)),
      clock_(clock),
      log_(std::move(log)),
      under_way_(std::make_shared<UnderWay>()) {}

// Looked up once a second, because it is asked for every file of a share.
std::shared_ptr<const AttributeReaders::Readers> AttributeReaders::readers() const {
  const auto now = clock_.steady();
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return std::make_shared<Readers>();
    if (looked_up_ != Instant::min() && now - looked_up_ < kLookUpAgain) return readers_;
  }
  const auto found = find_();
  const std::lock_guard lock(mutex_);
  auto readers = std::make_shared<Readers>();
  for (const auto& one : found) {
    const auto old = std::find_if(readers_->begin(), readers_->end(), [&](const auto& known) {
      return known->reader.reader == one.reader && known->reader.version == one.version;
    });
    readers->push_back(old != readers_->end() ? *old
                                              : std::make_shared<Known>(Known{.reader = one}));
  }
  readers_ = std::move(readers);
  looked_up_ = now;
  return readers_;
}

bool AttributeReaders::reads(const Known& known, std::string_view name) const {
  return known.reader.gate
      ->call("whether it reads a file",
             [&]() -> Result<bool> { return known.reader.reader->reads(name); })
      .value_or(false);
}

bool AttributeReaders::reads(std::string_view name) const { return reader_of(name) != nullptr; }

std::shared_ptr<AttributeReaders::Known> AttributeReaders::reader_of(std::string_view name) const {
  const auto all = readers();
  for (const auto& known : *all)
    if (reads(*known, name)) return known;
  return nullptr;
}

std::string AttributeReaders::version() const {
  std::string all;
  const auto asked = readers();
  for (const auto& known : *asked) {
    const auto& reader = known->reader;
    const auto own = reader.gate->call(
        "version()", [&]() -> Result<std::string> { return reader.reader->version(); });
    if (!all.empty()) all += ", ";
    all += reader.id + ' ' + reader.version;
    if (own && !own->empty()) all += ' ' + *own;
  }
  return all;
}

Result<Attributes> AttributeReaders::read(const OpenedFile& file) {
  const auto known = reader_of(file.name);
  if (!known) return unavailable("no plugin reads '" + file.name + "'");
  if (is_left_out(*known)) return unavailable(known->reader.id + " is left out for a while");
  const auto call = std::make_shared<Call>(file);
  if (call->file.descriptor < 0 || !begin(known, call))
    return unavailable("there are too few threads or descriptors to read '" + file.name + "'");
  const auto until =
      file.deadline.at() == Instant::max() ? clock_.steady() + kPatience : file.deadline.at();
  std::unique_lock lock(under_way_->mutex);
  clock_.wait_until(lock, under_way_->changed, until,
                    [&] { return call->answer || under_way_->stopping; });
  if (call->answer) {
    auto answer = std::move(*call->answer);
    lock.unlock();
    return judge(*known, file.name, std::move(answer));
  }
  call->given_up = true;
  ++known->not_back;
  const bool stopping = under_way_->stopping;
  lock.unlock();
  if (stopping) return unavailable("the host is stopping");
  rest(*known, file.name, "it did not answer in time");
  return timed_out(known->reader.id + " did not answer in time");
}

bool AttributeReaders::is_left_out(const Known& known) const {
  {
    const std::lock_guard lock(under_way_->mutex);
    if (known.not_back > 0) return true;
  }
  const std::lock_guard lock(mutex_);
  return clock_.steady() < known.rests_until;
}

// The thread has the nice value and the priority at the disk of who calls.
bool AttributeReaders::begin(const std::shared_ptr<Known>& known,
                             const std::shared_ptr<Call>& call) {
  {
    const std::lock_guard lock(under_way_->mutex);
    ++under_way_->calls;
  }
  // Whoever comes back too late meets an object that may be gone: it touches only what it shares.
  const auto work = [known, call, shared = under_way_] {
    auto answer = known->reader.gate->call("reading the attributes of '" + call->file.name + "'",
                                           [&] { return known->reader.reader->read(call->file); });
    const std::lock_guard lock(shared->mutex);
    call->answer.emplace(std::move(answer));
    if (call->given_up) --known->not_back;
    --shared->calls;
    shared->changed.notify_all();
  };
  try {
    std::thread(work).detach();
    return true;
  } catch (const std::system_error&) {
    const std::lock_guard lock(under_way_->mutex);
    --under_way_->calls;
    return false;
  }
}

Result<Attributes> AttributeReaders::judge(Known& known, const std::string& name,
                                           Result<Attributes> answer) {
  const bool is_fault = !answer && answer.error().code == ErrorCode::internal;
  bool too_many = false;
  {
    const std::lock_guard lock(mutex_);
    known.faults = is_fault ? known.faults + 1 : 0;
    too_many = known.faults >= kMostFaults;
    if (too_many) known.faults = 0;
  }
  if (too_many) rest(known, name, "it failed again and again: " + answer.error().message);
  if (answer) return checked(*answer);
  // Only who leaves a reader out says so: of this file there is nothing more to be hoped for.
  if (answer.error().code == ErrorCode::unavailable)
    return Error{ErrorCode::internal, answer.error().message, {}};
  return answer;
}

void AttributeReaders::rest(Known& known, const std::string& name, const std::string& why) {
  {
    const std::lock_guard lock(mutex_);
    known.rests_until = clock_.steady() + kRest;
  }
  log_(LogLevel::warning, "a reader of attributes is left out for ten minutes",
       {{"plugin", known.reader.id}, {"file", name}, {"why", why}});
}

bool AttributeReaders::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    readers_ = std::make_shared<Readers>();
  }
  std::unique_lock lock(under_way_->mutex);
  under_way_->stopping = true;
  under_way_->changed.notify_all();
  return clock_.wait_for(lock, under_way_->changed, kPatienceAtEnd,
                         [&] { return under_way_->calls == 0; });
}

}  // namespace swapmeet
