// Two peers in one process, with an index and downloads that do as they are told.
#pragma once

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "catch.h"
#include "swapmeet/event_topics.h"
#include "swapmeet/testing/manual_clock.h"
#include "transfer/swarm/inbox/offer_message.h"
#include "transfer/swarm/inbox/peer_inbox.h"
#include "unit/swarm/catalogue/memory_folder.h"

namespace swapmeet::transfer_swarm {

using namespace std::chrono_literals;

struct Index : Registry {
  Result<Enrolled> enroll(const Enrollment&, const Caller&) override { return none(); }
  Result<std::chrono::seconds> renew(const PeerId&, const std::string&) override { return none(); }
  Result<void> leave(const PeerId&, const std::string&) override { return none(); }
  Result<Page<PeerRecord>> peers(const PeerQuery&) override { return none(); }
  Result<PeerRecord> peer(const PeerId& id, const Identity&) override {
    const auto found = records.find(id);
    if (found == records.end()) return none();
    return found->second;
  }
  Result<FeedPosition> announced(const PeerId&, const std::string&) override { return none(); }
  Result<FeedPosition> announce(const PeerId&, const std::string&, const ChangeBatch&) override {
    return none();
  }
  Result<Page<Listing>> browse(const PeerId&, const BrowseQuery&) override { return none(); }
  Result<ContentRecord> content(const ContentQuery&) override { return none(); }
  Result<RegistryCounts> counts() override { return none(); }
  ChangeFeed* feed() override { return nullptr; }

  static Error none() { return {ErrorCode::not_found, "no such peer", {}}; }
  std::map<PeerId, PeerRecord> records;
};

struct Queue : OfferDownloads {
  Result<DownloadStatus> start(const DownloadRequest& request) override {
    requests.push_back(request);
    status.id = "d" + std::to_string(requests.size());
    status.state = DownloadState::running;
    return status;
  }
  Result<DownloadStatus> start_folder(const FolderRequest&) override { return Index::none(); }
  Result<DownloadPage> list(const DownloadQuery&) override { return Index::none(); }
  Result<std::uint64_t> change_all(DownloadChange) override { return Index::none(); }
  Result<Page<FolderFile>> files(const std::string&, const PageRequest&) override {
    return Index::none();
  }
  Result<DownloadStatus> get(const std::string& id) override {
    if (id != status.id) return Index::none();
    return status;
  }
  Result<DownloadStatus> pause(const std::string&) override { return status; }
  Result<DownloadStatus> resume(const std::string&) override { return status; }
  Result<void> cancel(const std::string&) override { return {}; }
  Result<DownloadStatus> start_for(const std::string&, const DownloadRequest& request) override {
    if (refuses) return *refuses;
    auto started = start(request);
    if (const auto once = std::exchange(after_start, nullptr)) once();
    return started;
  }
  Result<void> give_up(const std::string& offer, const std::vector<Source>& sources) override {
    given_up.push_back(offer);
    gone = sources;
    status.id.clear();
    return {};
  }
  std::vector<std::string> offers() override { return {}; }
  std::vector<DownloadRequest> requests;
  std::function<void()> after_start;  // once
  std::optional<Error> refuses;
  std::vector<std::string> given_up;
  std::vector<Source> gone;
  DownloadStatus status;
};

inline PeerId peer_id(std::uint8_t number) {
  PeerId id;
  id.bytes[0] = number;
  return id;
}

struct Network {
  struct End {
    PeerId id;
    std::string name;
    Queue downloads;
    OfferDownloads* real_downloads = nullptr;  // instead of those
    std::vector<std::string> accept{"ask"};
    std::vector<std::string> events;
    std::unique_ptr<PeerInbox> inbox;
  };

  Network() {
    join(ann, 1, "ann");
    join(bob, 2, "bob");
    std::ofstream(film, std::ios::binary) << std::string(40'000, 'f');
  }

  void join(End& end, std::uint8_t number, const std::string& name) {
    end.id = peer_id(number);
    end.name = name;
    PeerRecord record;
    record.id = end.id;
    record.name = name;
    record.address = name;
    record.port = number;
    record.present = true;
    index.records[end.id] = record;
    open(end);
  }

  void open(End& end) {
    end.inbox.reset();
    InboxOptions options;
    options.database = folder.path / (end.name + ".sqlite");
    options.download_folder = folder.path / "got";
    options.self = end.id;
    options.self_name = end.name;
    options.registry = &index;
    options.downloads = end.real_downloads != nullptr ? end.real_downloads : &end.downloads;
    options.clock = &clock;
    options.publish = [&end](const Event& event) {
      CHECK(check_event(event));
      end.events.push_back(event.topic);
    };
    options.exchange = [this](const auto& url, const auto& token, const auto& method,
                              const auto& target,
                              const auto& body) { return call(url, token, method, target, body); };
    options.confirm = [this](const PeerRecord& sender, const std::string& caller,
                             const std::string& token, const std::string& path,
                             const std::string& expected) {
      return confirm(sender, caller, token, path, expected);
    };
    options.accept = end.accept;
    options.most_waiting_of_peer = 3;
    options.background = false;
    auto inbox = PeerInbox::open(std::move(options));
    REQUIRE(inbox.ok());
    end.inbox = std::move(*inbox);
  }

  Result<void> confirm(const PeerRecord& sender, const std::string&, const std::string& token,
                       const std::string& path, const std::string& expected) {
    const auto shown = call(url_of(sender), token, "GET", path.substr(0, path.find('?')), "");
    if (!shown && is_passing(shown.error())) return shown.error();
    const auto message = shown ? wire::from_json<wire::OfferMessage>(*shown) : shown.error();
    if (message && digest_of(*message) == expected) return {};
    return not_allowed("it says no");
  }

  Result<std::string> call(const std::string& url, const std::string& token,
                           const std::string& method, const std::string& target,
                           const std::string& body) {
    ++calls;
    last_token = token;
    PeerInbox* inbox = nullptr;
    for (End* end : {&ann, &bob})
      if (const auto& record = index.records[end->id];
          url == "http://" + record.address + ":" + std::to_string(record.port))
        inbox = end->inbox.get();
    if (inbox == nullptr || cut) return Error{ErrorCode::unavailable, "cannot be reached", {}};
    const auto written = [](const auto& answer) -> Result<std::string> {
      if (!answer) return answer.error();
      return wire::to_json(*answer);
    };
    if (method == "GET") {
      auto shown = written(inbox->show(target.substr(7), token));
      if (const auto once = std::exchange(after_show, nullptr)) once();
      return shown;
    }
    if (target == "/inbox") {
      auto answer =
          written(inbox->receive(*wire::from_json<wire::OfferMessage>(body), token, "127.0.0.1"));
      if (!lose_answers) return answer;
      return Error{ErrorCode::timed_out, "no answer came", {}};
    }
    return written(inbox->hear(target.substr(7), token, *wire::from_json<wire::OfferNews>(body)));
  }

  std::string send() {
    auto offer = ann.inbox->send({film.string(), bob.id});
    REQUIRE(offer.ok());
    ann.inbox->work();
    return offer->id;
  }
  Offer at(End& end, const std::string& id) {
    auto offer = end.inbox->get(id);
    REQUIRE(offer.ok());
    return *offer;
  }
  // The token, as only the download's source has it.
  std::string token() const {
    const auto& url = bob.downloads.requests.back().sources.at(0).url;
    return url.substr(url.find("?offer=") + 7);
  }

  MemoryFolder folder;
  std::filesystem::path film = folder.path / "film.mkv";
  testing::ManualClock clock;
  Index index;
  End ann, bob;
  std::string last_token;
  bool cut = false;
  bool lose_answers = false;         // of offers
  std::function<void()> after_show;  // once, when an offer was confirmed
  int calls = 0;
};

// A download queue that remembers each download by its id.
struct Queues : Queue {
  Result<DownloadStatus> get(const std::string& id) override {
    const auto found = all.find(id);
    if (found == all.end()) return Index::none();
    return found->second;
  }
  Result<DownloadStatus> start_for(const std::string& offer,
                                   const DownloadRequest& request) override {
    auto started = Queue::start_for(offer, request);
    if (started) all[started->id] = *started;
    return started;
  }
  std::map<std::string, DownloadStatus> all;
};

struct FolderNetwork : Network {
  FolderNetwork() {
    write("a.jpg", std::string(20'000, 'a'));
    write("deep/er/a.jpg", std::string(30'000, 'b'));
    write("deep/empty", "");
    write("copy of a.jpg", std::string(20'000, 'a'));
    std::filesystem::create_directories(holidays / "nothing in it");
    std::filesystem::create_symlink("/etc/passwd", holidays / "link");
    bob.real_downloads = &queues;
    open(bob);
  }
  void write(const std::string& path, const std::string& bytes) const {
    std::filesystem::create_directories((holidays / path).parent_path());
    std::ofstream(holidays / path, std::ios::binary) << bytes;
  }
  std::string send_folder() {
    auto offer = ann.inbox->send({holidays.string(), bob.id});
    INFO((offer ? "" : offer.error().message));
    REQUIRE(offer.ok());
    CHECK(offer->files == 4);
    CHECK(offer->size == 70'000);
    ann.inbox->work();
    return offer->id;
  }

  std::filesystem::path holidays = folder.path / "holidays";
  Queues queues;
};

}  // namespace swapmeet::transfer_swarm
