#include "host/api/event_streams.h"

#include <algorithm>
#include <charconv>

namespace swapmeet {

std::string event_text(const Event& event, const std::string& id) {
  const auto line = [](std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return text;
  };
  return "event: " + line(event.topic) + "\ndata: " + line(to_json(event)) + "\nid: " + id + "\n\n";
}

EventStreams::EventStreams(EventBus& events, Clock& clock, std::chrono::milliseconds heartbeat)
    : clock_(clock),
      run_(std::to_string(clock.now().time_since_epoch().count()) + '-'),
      heartbeat_(heartbeat),
      subscription_(events.subscribe([this](const Event& event) { publish(event); })),
      thread_([this] { beat(); }) {}

EventStreams::~EventStreams() {
  subscription_.reset();
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  stopping_.notify_all();
  thread_.join();
  for (const auto& reader : readers_) reader.writer->close();
}

void EventStreams::add(std::shared_ptr<http::StreamWriter> reader, EventFilter filter,
                       std::vector<std::shared_ptr<Registration>> held, std::string_view last) {
  // At once, so that the reader knows that it misses nothing from here on.
  const std::lock_guard lock(mutex_);
  std::string text = ": events\n\n";
  const auto heard = number_of(last);
  for (const auto& event : remembered_)
    if (event.number > heard && filter.admits(event.event)) text += text_of(event);
  if (stopped_ || !reader->write(text)) return reader->close();
  readers_.push_back({std::move(reader), std::move(filter), std::move(held)});
}

std::size_t EventStreams::size() const {
  const std::lock_guard lock(mutex_);
  return readers_.size();
}

void EventStreams::publish(const Event& event) {
  const std::lock_guard lock(mutex_);
  const auto& numbered = remembered_.emplace_back(Numbered{++published_, event});
  std::string text;  // when the first wants it
  std::erase_if(readers_, [&](const Reader& reader) {
    if (!reader.filter.admits(event)) return false;
    if (text.empty()) text = text_of(numbered);
    return !reader.writer->write(text);
  });
  if (remembered_.size() > kRemembered) remembered_.pop_front();
}

std::string EventStreams::text_of(const Numbered& event) const {
  return event_text(event.event, run_ + std::to_string(event.number));
}

std::uint64_t EventStreams::number_of(std::string_view id) const {
  std::uint64_t number = 0;
  if (!id.starts_with(run_)) return published_;
  id.remove_prefix(run_.size());
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
  return error == std::errc() && end == id.data() + id.size() ? number : published_;
}

void EventStreams::beat() {
  std::unique_lock lock(mutex_);
  while (!clock_.wait_for(lock, stopping_, heartbeat_, [this] { return stopped_; }))
    std::erase_if(readers_, [](const Reader& reader) { return !reader.writer->write(":\n\n"); });
}

}  // namespace swapmeet
