// Uploads that are over: named, logged and kept.
#include "transfer/swarm/serve/upload_record.h"

#include "catch.h"
#include "swapmeet/testing/manual_clock.h"
#include "unit/swarm/fetch/fake_registry.h"
#include "unit/swarm/scan/shared_folder.h"

namespace swapmeet::transfer_swarm {
namespace {

// Knows bob.
class Bobs : public FakeRegistry {
 public:
  Result<PeerRecord> peer(const PeerId& id, const Identity&) override {
    PeerRecord bob;
    bob.id = id;
    bob.name = "bob";
    bob.seen_address = "10.0.0.1";
    return bob;
  }
};

struct Recorded {
  void upload(const std::string& name, const std::string& address = "10.0.0.1") {
    UploadRequest request{address, 1, PeerId{{5}}.text(), {}, name, 10};
    request.content.bytes[0] = static_cast<std::uint8_t>(name[0]);
    const auto begun = meter.begin(request, true);
    begun.callbacks->on_sent(10);
    begun.callbacks->on_end(true);
  }
  Log log() {
    return [this](LogLevel, std::string_view message, std::initializer_list<LogField> fields) {
      std::string line(message);
      for (const auto& field : fields) line += ' ' + std::string(field.key) + '=' + field.value;
      lines.push_back(line);
    };
  }

  Folder folder;
  testing::ManualClock clock;
  Bobs registry;
  std::vector<std::string> lines;
  UploadMeter meter{clock};
  UploadHistory history{folder.path / "uploads.sqlite"};
  ReaderNames names{&registry, clock};
  UploadRecord record{meter, history, names, log()};
};

}  // namespace

TEST_CASE("an upload that is over is a line in the log with the reader's name, and kept") {
  Recorded r;
  r.meter.set_names(&r.names);
  r.upload("a");
  r.record.look();
  CHECK(r.lines ==
        std::vector<std::string>{"upload done to=bob address=10.0.0.1 name=a bytes=10 of=10"});
  const auto kept = r.history.page({});
  REQUIRE(kept->items.size() == 1);
  CHECK(kept->items[0].peer_name == "bob");
  CHECK(kept->items[0].at_home);
  r.record.look();
  CHECK(r.lines.size() == 1);
}

TEST_CASE("who only says that it is somebody is not taken for at home") {
  Recorded r;
  r.upload("a", "10.9.9.9");
  r.record.look();
  CHECK(r.history.page({})->items.at(0).peer_name == "bob");
  CHECK_FALSE(r.history.page({})->items.at(0).at_home);
}

TEST_CASE("many files that go to one reader at once are one line") {
  Recorded r;
  for (const auto* name : {"a", "b", "c", "d"}) r.upload(name);
  r.record.look();
  CHECK(r.lines ==
        std::vector<std::string>{"uploads done to=bob address=10.0.0.1 files=4 bytes=40"});
  CHECK(r.history.page({})->items.size() == 4);
}

}  // namespace swapmeet::transfer_swarm
