// Several readers are one, and none of them can do harm but to its own attributes.
#include "host/attributes/attribute_readers.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <stdexcept>
#include <thread>

#include "catch.h"
#include "swapmeet/http.h"
#include "swapmeet/testing/manual_clock.h"

using namespace swapmeet;
using namespace std::chrono_literals;

namespace {

class Reader final : public AttributeReader {
 public:
  explicit Reader(std::string ending) : ending_(std::move(ending)) {}
  bool reads(std::string_view name) const override {
    if (throws_at_names) throw std::runtime_error("no names today");
    return name.ends_with(ending_);
  }
  Result<Attributes> read(const OpenedFile& file) override {
    ++asked;
    return answer(file);
  }
  std::string version() const override { return own_version; }

  std::function<Result<Attributes>(const OpenedFile&)> answer = [](const OpenedFile& file) {
    return Attributes{{"title", file.name}};
  };
  std::string own_version;
  std::atomic<int> asked{0};
  bool throws_at_names = false;

 private:
  const std::string ending_;
};

struct Group {
  testing::ManualClock clock;
  std::atomic<int> threw{0};
  std::atomic<int> warnings{0};
  Gate gate{"attributes.test", [this](std::string_view, std::string_view) { ++threw; }};
  Reader songs{".mp3"};
  Reader all{""};
  bool has_all = false;
  AttributeReaders readers{
      [this] {
        std::vector<AttributeReaders::Reader> found{{"attributes.songs", "1", &songs, &gate}};
        if (has_all) found.push_back({"attributes.all", "2", &all, &gate});
        return found;
      },
      clock,
      [this](LogLevel level, std::string_view, std::initializer_list<LogField>) {
        if (level == LogLevel::warning) ++warnings;
      }};
  http::OpenFile file{open("/dev/null", O_RDONLY | O_CLOEXEC)};

  Result<Attributes> read(const std::string& name) {
    return readers.read({.name = name,
                         .descriptor = file.descriptor(),
                         .size = 0,
                         .deadline = Deadline(clock.steady() + 2s)});
  }
};

ErrorCode code_of(const Result<Attributes>& result) {
  REQUIRE_FALSE(result.ok());
  return result.error().code;
}

}  // namespace

TEST_CASE("the first reader of a name is asked, and no other") {
  Group group;
  CHECK(group.readers.reads("a.mp3"));
  CHECK_FALSE(group.readers.reads("a.txt"));
  CHECK(group.readers.version() == "attributes.songs 1");
  CHECK(code_of(group.read("a.txt")) == ErrorCode::unavailable);
  group.has_all = true;
  group.clock.advance(1s);
  CHECK(group.readers.reads("a.txt"));
  group.all.own_version = "kept=5";
  CHECK(group.readers.version() == "attributes.songs 1, attributes.all 2 kept=5");
  CHECK(group.read("a.mp3").value() == Attributes{{"title", "a.mp3"}});
  CHECK(group.songs.asked == 1);
  CHECK(group.all.asked == 0);
}

TEST_CASE("what no listing may have is dropped, and the rest is kept") {
  Group group;
  group.songs.answer = [](const OpenedFile&) {
    Attributes many{{"artist", "Nina"},
                    {"Artist", "x"},
                    {"title", "two\nlines"},
                    {"album", "\xff"},
                    {"genre", std::string(1025, 'x')},
                    {"year", ""}};
    for (int i = 0; i < 40; ++i) many["k" + std::to_string(i)] = "v";
    return many;
  };
  const auto read = group.read("a.mp3").value();
  CHECK(read.size() == 32);
  CHECK(read.at("artist") == "Nina");
  for (const char* bad : {"Artist", "title", "album", "genre", "year"}) CHECK(read.count(bad) == 0);
}

TEST_CASE("a reader that throws costs attributes, and a rest when it does nothing else") {
  Group group;
  group.songs.answer = [](const OpenedFile&) -> Result<Attributes> {
    throw std::runtime_error("broken");
  };
  for (int i = 0; i < 5; ++i) CHECK(code_of(group.read("a.mp3")) == ErrorCode::internal);
  CHECK(group.threw == 5);
  CHECK(group.warnings == 1);
  CHECK(code_of(group.read("a.mp3")) == ErrorCode::unavailable);
  CHECK(group.songs.asked == 5);
  group.clock.advance(10min);
  CHECK(code_of(group.read("a.mp3")) == ErrorCode::internal);
  // Files that are broken are the files' fault.
  group.songs.answer = [](const OpenedFile&) { return invalid_argument("it is no song"); };
  for (int i = 0; i < 20; ++i) CHECK(code_of(group.read("a.mp3")) == ErrorCode::invalid_argument);
  CHECK(group.warnings == 1);
  // It may say that it is unavailable, but not that it be asked without end.
  group.songs.answer = [](const OpenedFile&) -> Result<Attributes> {
    return Error{ErrorCode::unavailable, "not me", {}};
  };
  CHECK(code_of(group.read("a.mp3")) == ErrorCode::internal);
}

TEST_CASE("one that throws at names reads none") {
  Group group;
  group.songs.throws_at_names = true;
  CHECK_FALSE(group.readers.reads("a.mp3"));
  CHECK(group.threw > 0);
}

TEST_CASE("a reader that does not come back keeps nobody, and is left out until it has") {
  Group group;
  std::atomic<bool> free{false};
  std::atomic<bool> inside{false};
  group.songs.answer = [&](const OpenedFile& file) -> Result<Attributes> {
    inside = true;
    while (!free) std::this_thread::yield();
    // Its descriptor is its own, whatever the caller has closed.
    std::array<char, 1> byte{};
    const auto got = pread(file.descriptor, byte.data(), 1, 0);
    return Attributes{{"title", got == 0 ? "empty" : "closed"}};
  };
  std::thread turns([&] {
    while (!inside) std::this_thread::yield();
    group.clock.advance(2s);
  });
  CHECK(code_of(group.read("a.mp3")) == ErrorCode::timed_out);
  turns.join();
  CHECK(group.warnings == 1);
  group.clock.advance(11min);  // it has rested, and is still inside
  CHECK(code_of(group.read("a.mp3")) == ErrorCode::unavailable);
  CHECK(group.songs.asked == 1);
  free = true;
  while (!group.read("a.mp3").ok()) std::this_thread::yield();
  CHECK(group.read("a.mp3").value() == Attributes{{"title", "empty"}});
  CHECK(group.readers.stop());
}

TEST_CASE("who waits for an answer is let go when the host stops") {
  Group group;
  std::atomic<bool> free{false};
  std::atomic<bool> inside{false};
  group.songs.answer = [&](const OpenedFile&) -> Result<Attributes> {
    inside = true;
    while (!free) std::this_thread::yield();
    return Attributes{};
  };
  auto code = ErrorCode::internal;
  std::thread waits([&] { code = group.read("a.mp3").error().code; });
  while (!inside) std::this_thread::yield();
  std::thread frees([&] {
    waits.join();  // the clock has stood still
    free = true;
  });
  CHECK(group.readers.stop());
  frees.join();
  CHECK(code == ErrorCode::unavailable);
  CHECK(group.warnings == 0);
}

TEST_CASE("at the end one that is still inside is told of") {
  Group group;
  std::atomic<bool> free{false};
  std::atomic<bool> inside{false};
  group.songs.answer = [&](const OpenedFile&) -> Result<Attributes> {
    inside = true;
    while (!free) std::this_thread::yield();
    return Attributes{};
  };
  std::thread turns([&] {
    while (!inside) std::this_thread::yield();
    group.clock.advance(2s);
  });
  CHECK_FALSE(group.read("a.mp3").ok());
  turns.join();
  std::atomic<bool> stopped{false};
  std::thread later([&] {
    while (!stopped) group.clock.advance(1s);
  });
  CHECK_FALSE(group.readers.stop());
  stopped = true;
  later.join();
  CHECK_FALSE(group.readers.reads("a.mp3"));
  CHECK(group.readers.version().empty());
  free = true;
  std::atomic<bool> done{false};
  std::thread last([&] {
    while (!done) group.clock.advance(1s);
  });
  while (!group.readers.stop()) std::this_thread::yield();
  done = true;
  last.join();
}
