// Whose turn it is, who waits until when, and who is listed where.
#include "transfer/swarm/fetch/download_line.h"

#include "catch.h"

namespace swapmeet::transfer_swarm {
namespace {

using namespace std::chrono_literals;

constexpr Instant kNow{1h};

struct Line {
  DownloadPointer add(const std::string& id, std::uint8_t content = 1) {
    auto download = std::make_shared<Download>();
    download->kept.seq = line.next_seq();
    download->kept.plan.id = id;
    download->kept.plan.content.bytes[0] = content;
    line.add(download);
    return download;
  }
  std::string newest(const std::string& after, std::size_t most) const {
    std::string ids;
    const auto part = line.newest(after, most);
    for (const auto& download : part.downloads) ids += download->id();
    return ids + (part.is_last ? "." : "…");
  }

  DownloadLine line;
};

}  // namespace

TEST_CASE("downloads begin in the order in which they joined the line, and again at its end") {
  Line l;
  const auto a = l.add("a"), b = l.add("b");
  CHECK(l.line.next() == nullptr);  // known, and in no line yet
  l.line.queue(a);
  l.line.queue(b);
  CHECK(l.line.next() == a);
  l.line.queue(a);
  CHECK(l.line.next() == b);
  l.line.leave(b);
  CHECK(l.line.next() == a);
  l.line.leave(a);
  l.line.leave(a);
  CHECK(l.line.next() == nullptr);
  CHECK(l.line.all().size() == 2);
}

TEST_CASE("a download that waits is due at its moment, the earliest first") {
  Line l;
  const auto a = l.add("a"), b = l.add("b");
  CHECK_FALSE(l.line.next_due());
  l.line.wait(a, kNow + 5s);
  l.line.wait(b, kNow + 2s);
  CHECK(l.line.next_due() == kNow + 2s);
  CHECK(l.line.due(kNow) == nullptr);
  CHECK(l.line.due(kNow + 2s) == b);
  l.line.wait(b, kNow + 9s);  // later after all
  CHECK(l.line.due(kNow + 2s) == nullptr);
  CHECK(l.line.next_due() == kNow + 5s);
  CHECK(l.line.next() == nullptr);
}

TEST_CASE("no download stands in both lines") {
  Line l;
  const auto a = l.add("a");
  l.line.wait(a, kNow);
  l.line.queue(a);
  CHECK(l.line.next() == a);
  CHECK_FALSE(l.line.next_due());
  l.line.wait(a, kNow);
  CHECK(l.line.next() == nullptr);
  CHECK(l.line.due(kNow) == a);
  l.line.remove(a);
  CHECK_FALSE(l.line.next_due());
  CHECK(l.line.all().empty());
}

TEST_CASE("downloads are found by id and by content, but not while they are cancelled") {
  Line l;
  const auto a = l.add("a", 1), b = l.add("b", 2), c = l.add("c", 1);
  CHECK(l.line.find("b") == b);
  CHECK(l.line.find("x") == nullptr);
  CHECK(l.line.of(a->kept.plan.content) == std::vector{a, c});
  a->cancelled = true;
  CHECK(l.line.find("a") == nullptr);
  l.line.remove(a);
  CHECK(l.line.of(c->kept.plan.content) == std::vector{c});
  CHECK(l.line.next_seq() == 4);
}

TEST_CASE("the list is newest first, in parts, without those that are cancelled") {
  Line l;
  const auto a = l.add("a"), b = l.add("b"), c = l.add("c"), d = l.add("d");
  CHECK(l.newest("", 9) == "dcba.");
  CHECK(l.newest("", 2) == "dc…");
  CHECK(l.newest("c", 2) == "ba.");
  CHECK(l.newest("a", 2) == ".");
  CHECK(l.newest("x", 2) == ".");
  c->cancelled = true;
  CHECK(l.newest("", 2) == "db…");
  CHECK(l.newest("c", 1) == "b…");  // it was on the last page a moment ago
  a->cancelled = true;
  CHECK(l.newest("", 2) == "db.");
}

}  // namespace swapmeet::transfer_swarm
