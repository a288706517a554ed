#include "host/api/event_streams.h"

#include <algorithm>

namespace swapmeet {

std::string event_text(const Event& event) {
  const auto line = [](std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return text;
  };
  return "event: " + line(event.topic) + "\ndata: " + line(to_json(event)) + "\n\n";
}

bool EventStreams::Reader::wants(const Event& event) const {
  if (!watch.empty() || !event.watch.empty()) return watch == event.watch;
  return everything || event.topic == "peer";
}

EventStreams::EventStreams(EventBus& events, Clock& clock, std::chrono::milliseconds heartbeat)
    : clock_(clock),
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

void EventStreams::add(std::shared_ptr<http::StreamWriter> reader, bool everything,
                       const std::string& watch, std::shared_ptr<Registration> listening) {
  // At once, so that the reader knows that it misses nothing from here on.
  const std::lock_guard lock(mutex_);
  if (stopped_ || !reader->write(": events\n\n")) return reader->close();
  readers_.push_back({std::move(reader), everything, watch, std::move(listening)});
}

std::size_t EventStreams::size() const {
  const std::lock_guard lock(mutex_);
  return readers_.size();
}

void EventStreams::publish(const Event& event) {
  const auto text = event_text(event);
  const std::lock_guard lock(mutex_);
  std::erase_if(readers_, [&](const Reader& reader) {
    return reader.wants(event) && !reader.writer->write(text);
  });
}

void EventStreams::beat() {
  std::unique_lock lock(mutex_);
  while (!clock_.wait_for(lock, stopping_, heartbeat_, [this] { return stopped_; }))
    std::erase_if(readers_, [](const Reader& reader) { return !reader.writer->write(":\n\n"); });
}

}  // namespace swapmeet
