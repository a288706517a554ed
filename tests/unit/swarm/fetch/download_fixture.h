// A download queue in a temporary folder, with a registry that says what the test wants.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "catch.h"
#include "fake_source.h"
#include "swapmeet/system_clock.h"
#include "transfer/swarm/fetch/download_queue.h"

namespace swapmeet::transfer_swarm {

using fakes::FakeSource;
using fakes::Fault;
using fakes::noise;

inline constexpr std::size_t kMiB = 1 << 20;

// Knows one content; everything else of a registry is not there.
class FakeRegistry : public Registry {
 public:
  void knows(ContentRecord record) {
    const std::lock_guard lock(mutex_);
    record_ = std::move(record);
  }
  void goes() {
    const std::lock_guard lock(mutex_);
    record_ = gone();
  }
  std::uint64_t asked() const { return asked_; }

  Result<ContentRecord> content(const ContentId&, const Identity&) override {
    ++asked_;
    const std::lock_guard lock(mutex_);
    return record_;
  }
  Result<Enrolled> enroll(const Enrollment&, const Caller&) override { return gone(); }
  Result<std::chrono::seconds> renew(const PeerId&, const std::string&) override { return gone(); }
  Result<void> leave(const PeerId&, const std::string&) override { return gone(); }
  Result<Page<PeerRecord>> peers(const PeerQuery&) override { return gone(); }
  Result<PeerRecord> peer(const PeerId&) override { return gone(); }
  Result<FeedPosition> announced(const PeerId&) override { return gone(); }
  Result<FeedPosition> announce(const PeerId&, const std::string&, const ChangeBatch&) override {
    return gone();
  }
  Result<Page<Listing>> browse(const PeerId&, const BrowseQuery&, const Identity&) override {
    return gone();
  }
  Result<RegistryCounts> counts() override { return gone(); }
  ChangeFeed* feed() noexcept override { return nullptr; }

 private:
  static Error gone() { return {ErrorCode::unavailable, "the index cannot be reached", {}}; }
  std::mutex mutex_;
  Result<ContentRecord> record_{gone()};
  std::atomic<std::uint64_t> asked_{0};
};

struct Downloading {
  Downloading() {
    char name[] = "/tmp/swapmeet-downloads-XXXXXX";
    folder = ::mkdtemp(name);
    options.database = folder / "downloads.db";
    options.download_folder = folder / "got";
    options.self.bytes[0] = 99;
    options.clock = &clock;
    options.patience.stall_after = std::chrono::milliseconds(700);
    options.patience.first_backoff = std::chrono::milliseconds(50);
    options.patience.longest_backoff = std::chrono::milliseconds(400);
    options.ask_sources = std::chrono::milliseconds(100);
    options.publish = [this](const Event& event) {
      const std::lock_guard lock(mutex);
      ++published;
      last_event = event.json;
      advanced.notify_all();
    };
  }
  ~Downloading() {
    queue.reset();
    std::filesystem::remove_all(folder);
  }

  void open() {
    queue.reset();
    ++options.seed;  // else the next id would be one that is there
    auto opened = DownloadQueue::open(options);
    REQUIRE(opened.ok());
    queue = std::move(*opened);
  }

  std::string start(const DownloadRequest& request) {
    auto started = queue->start(request);
    INFO((started ? "" : started.error().message));
    REQUIRE(started.ok());
    return started->id;
  }

  // The status once `holds` is true of it; the last one after half a minute.
  template <class Condition>
  DownloadStatus when(const std::string& id, Condition holds) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    for (;;) {
      auto status = queue->get(id);
      REQUIRE(status.ok());
      if (holds(*status) || std::chrono::steady_clock::now() > deadline) return *status;
      std::unique_lock lock(mutex);
      advanced.wait_for(lock, std::chrono::milliseconds(5));
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

  // Files in the download folder, hidden ones too.
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(options.download_folder, ignored))
      names.push_back(entry.path().filename().string());
    return names;
  }

  SystemClock clock;
  std::filesystem::path folder;
  DownloadOptions options;
  std::unique_ptr<DownloadQueue> queue;
  std::mutex mutex;
  std::condition_variable advanced;
  int published = 0;
  std::string last_event;
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
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace swapmeet::transfer_swarm
