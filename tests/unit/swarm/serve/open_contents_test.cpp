// Files that stay open for the next range, as long as nothing about them changes.
#include "transfer/swarm/serve/open_contents.h"

#include <fcntl.h>

#include <chrono>

#include "catch.h"
#include "unit/swarm/scan/shared_folder.h"

namespace swapmeet::transfer_swarm {
namespace {

using namespace std::chrono_literals;

struct Kept {
  Folder folder;
  testing::ManualClock clock;
  Catalogue catalogue{folder.path / "catalogue.sqlite", clock};
  OpenContents open{catalogue, clock};
  const Reader guest{};

  ContentId keep(const std::string& name, const Audience& audience = {}) {
    folder.write(name, name);
    const auto file = (folder.path / name).string();
    Opened opened{tree_of(name).content, {}, nullptr};
    opened.place.file = file;
    opened.place.audience = audience;
    opened.file = std::make_shared<const http::OpenFile>(::open(file.c_str(), O_RDONLY));
    struct stat info {};
    REQUIRE(fstat(opened.file->descriptor(), &info) == 0);
    open.keep(opened, info, catalogue.commits());
    return opened.content;
  }
};

TEST_CASE("what was opened is found until nobody has asked for it in a while") {
  Kept kept;
  const auto a = kept.keep("a");
  const auto b = kept.keep("b");
  kept.clock.advance(1500ms);
  REQUIRE(kept.open.find(a, kept.guest) != nullptr);
  CHECK(kept.open.find(a, kept.guest)->content == a);
  kept.clock.advance(1s);
  kept.open.close_idle();
  CHECK(kept.open.find(a, kept.guest) != nullptr);
  CHECK(kept.open.find(b, kept.guest) == nullptr);
  CHECK(kept.open.find(tree_of("never").content, kept.guest) == nullptr);
}

TEST_CASE("what is being sent stays open for the next range, however long it takes") {
  Kept kept;
  const auto a = kept.keep("a");
  auto sending = kept.open.find(a, kept.guest)->file;
  kept.clock.advance(60s);
  kept.open.close_idle();
  sending.reset();
  kept.clock.advance(1s);
  kept.open.close_idle();
  CHECK(kept.open.find(a, kept.guest) != nullptr);
  kept.clock.advance(3s);
  kept.open.close_idle();
  CHECK(kept.open.find(a, kept.guest) == nullptr);
}

TEST_CASE("after a write of the catalogue nothing is found") {
  Kept kept;
  const auto a = kept.keep("a");
  kept.catalogue.put_share({"s", kept.folder.path.string(), {}}, false);
  CHECK(kept.open.find(a, kept.guest) == nullptr);
}

TEST_CASE("a file that is another by now is not found, and not found again") {
  Kept kept;
  const auto a = kept.keep("a");
  std::filesystem::rename(kept.folder.path / "a", kept.folder.path / "b");
  CHECK(kept.open.find(a, kept.guest) == nullptr);
  std::filesystem::rename(kept.folder.path / "b", kept.folder.path / "a");
  CHECK(kept.open.find(a, kept.guest) == nullptr);
}

TEST_CASE("who may not have it does not find it, and takes it from nobody") {
  Kept kept;
  const auto a = kept.keep("a", {false, {"friends"}, {}});
  Reader friend_of{{.account = "fay", .groups = {"friends"}, .roles = {}}};
  CHECK(kept.open.find(a, friend_of) == nullptr);
  friend_of.is_proved = true;
  CHECK(kept.open.find(a, kept.guest) == nullptr);
  CHECK(kept.open.find(a, friend_of) != nullptr);
}

TEST_CASE("of more files than are kept the one that was longest unused goes") {
  Kept kept;
  const auto oldest = kept.keep("oldest");
  const auto used = kept.keep("used");
  for (int i = 0; i < 255; ++i) {
    kept.clock.advance(1ms);
    CHECK(kept.open.find(used, kept.guest) != nullptr);
    kept.keep(std::to_string(i));
  }
  CHECK(kept.open.find(oldest, kept.guest) == nullptr);
  CHECK(kept.open.find(used, kept.guest) != nullptr);
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
