// A download queue in a temporary folder, on a clock that the test turns, with a registry that says
// what the test wants.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "catch.h"
#include "fake_peer.h"
#include "fake_source.h"
#include "swapmeet/event_topics.h"
#include "swapmeet/testing/manual_clock.h"
#include "transfer/swarm/fetch/download_queue.h"
#include "unit/swarm/fetch/fake_registry.h"

namespace swapmeet::transfer_swarm {

using fakes::FakeSource;
using fakes::Fault;
using fakes::noise;

inline constexpr std::size_t kMiB = 1 << 20;

struct Downloading {
  Downloading() {
    char name[] = "/tmp/swapmeet-downloads-XXXXXX";
    folder = ::mkdtemp(name);
    options.database = folder / "downloads.db";
    options.folders.base = folder / "got";
    options.self.bytes[0] = 99;
    options.clock = &clock;
    // Only tests about stalling shorten it: bytes come in real time, which is not the clock's.
    options.patience.stall_after = std::chrono::hours(1);
    // Longer than any turn of the clock, so that no test misses a download that waits.
    options.patience.retry.first = std::chrono::seconds(1);
    options.patience.retry.longest = std::chrono::seconds(8);
    options.ask_sources = std::chrono::milliseconds(100);
    options.publish = [this](const Event& event) {
      const std::lock_guard lock(mutex);
      published += event.topic == "download";  // others follow it and are no news of their own
      events.push_back(event);
      advanced.notify_all();
    };
  }
  ~Downloading() {
    queue.reset();
    for (const auto& event : events) CHECK(check_event(event));
    std::filesystem::remove_all(folder);
  }

  void open() {
    queue.reset();
    ++options.seed;  // else the next id would be one that is there
    auto opened = DownloadQueue::open(options, folders);
    REQUIRE(opened.ok());
    queue = std::move(*opened);
  }

  std::string start(const DownloadRequest& request) {
    auto started = queue->start(request);
    INFO((started ? "" : started.error().message));
    REQUIRE(started.ok());
    return started->id;
  }

  // The status once `holds` is true of it; the last one after three minutes. While nothing happens
  // the clock goes on to the next moment that somebody waits for.
  template <class Condition>
  DownloadStatus when(const std::string& id, Condition holds) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(3);
    for (int looks = 1;; ++looks) {
      const auto heard = news();
      auto status = queue->get(id);
      REQUIRE(status.ok());
      if (holds(*status) || std::chrono::steady_clock::now() > deadline) return *status;
      // Not for ever: a source may be stuck in sending.
      if (!hears_more_than(heard) && (!is_any_busy() || looks % 100 == 0)) turn_clock(heard);
    }
  }
  DownloadStatus when_done(const std::string& id) {
    return when(id, [](const auto& status) { return status.state == DownloadState::done; });
  }
  DownloadStatus when_waiting(const std::string& id) {
    return when(id, [](const auto& status) {
      return status.state == DownloadState::waiting && !status.why.empty();
    });
  }

  bool is_any_busy() const {
    const auto is_busy = [](const auto* source) { return source->is_busy(); };
    return std::any_of(watched.begin(), watched.end(), is_busy) ||
           std::any_of(watched_peers.begin(), watched_peers.end(), is_busy);
  }
  int news() {
    const std::lock_guard lock(mutex);
    return published;
  }
  // Something more was published, or soon is.
  bool hears_more_than(int heard) {
    std::unique_lock lock(mutex);
    return advanced.wait_for(lock, std::chrono::milliseconds(3), [&] { return published > heard; });
  }
  // Not past what was published meanwhile: it is looked at first, before whoever said so goes on.
  // So the next moment is read before the news.
  void turn_clock(int heard) {
    const auto next = std::min(clock.next(), latest);
    if (next == Instant::max() || news() > heard) return;
    clock.advance(std::max(next - clock.steady(), Instant::duration{}));
  }

  // Files in the download folder, hidden ones too.
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(options.folders.base, ignored))
      names.push_back(entry.path().filename().string());
    return names;
  }

  testing::ManualClock clock;
  Instant latest = Instant::max();  // where the clock stops, for what must happen before
  std::filesystem::path folder;
  DownloadOptions options;
  DownloadQueue::Folders folders;
  std::unique_ptr<DownloadQueue> queue;
  std::vector<const FakeSource*> watched;  // while one of them is busy, time stands still
  std::vector<const fakes::FakePeer*> watched_peers;
  std::mutex mutex;
  std::condition_variable advanced;
  int published = 0;
  std::vector<Event> events;
};

inline DownloadRequest request_for(const ContentId& content, const std::string& name,
                                   std::vector<Source> sources) {
  DownloadRequest request;
  request.content = content;
  request.name = name;
  request.sources = std::move(sources);
  return request;
}

inline std::string bytes_in(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return std::move(bytes).str();
}

}  // namespace swapmeet::transfer_swarm
