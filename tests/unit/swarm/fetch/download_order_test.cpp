// The order in which people see downloads, and how many there are of each kind.
#include "transfer/swarm/fetch/download_order.h"

#include "catch.h"

namespace swapmeet::transfer_swarm {
namespace {

struct Order {
  DownloadPointer add(const std::string& id, DownloadState state) {
    auto download = std::make_shared<Download>();
    download->kept.seq = ++last;
    download->kept.plan.id = id;
    become(download, state);
    return download;
  }
  void become(const DownloadPointer& download, DownloadState state) {
    download->kept.status.state = state;
    download->turn = state == DownloadState::queued ? ++turns : 0;
    if (is_over(state)) download->kept.status.finished = Time(std::chrono::seconds(++turns));
    order.put(download);
  }
  std::string ids(const DownloadQuery& query = {}) const {
    std::string text;
    const auto part = order.part(DownloadFilter::of(query), query.page.after, query.page.limit);
    for (const auto& download : part.downloads) text += download->id();
    return text + (part.next.empty() ? "." : "…");
  }

  DownloadOrder order;
  std::int64_t last = 0;
  std::uint64_t turns = 0;
};

}  // namespace

TEST_CASE("what runs comes first, and what is done last, the newest of it first") {
  Order o;
  o.add("a", DownloadState::done);
  o.add("b", DownloadState::failed);
  const auto c = o.add("c", DownloadState::queued);
  o.add("d", DownloadState::paused);
  o.add("e", DownloadState::waiting);
  o.add("f", DownloadState::queued);
  const auto g = o.add("g", DownloadState::running);
  o.add("h", DownloadState::done);
  CHECK(o.ids() == "gecfdbha.");
  CHECK(o.order.counts() == DownloadCounts{2, 1, 1, 1, 2, 1});
  o.become(c, DownloadState::queued);  // it tried in vain, and is the last again
  CHECK(o.ids() == "gefcdbha.");
  o.become(g, DownloadState::done);
  CHECK(o.ids() == "efcdbgha.");
  CHECK(o.order.counts() == DownloadCounts{2, 0, 1, 1, 3, 1});
}

TEST_CASE("the order is told in parts, of some states only, and by the beginning of an id") {
  Order o;
  o.add("aa", DownloadState::queued);
  const auto b = o.add("ab", DownloadState::queued);
  o.add("ba", DownloadState::queued);
  o.add("bb", DownloadState::done);
  DownloadQuery query;
  query.page.limit = 2;
  CHECK(o.ids(query) == "aaab…");
  query.page.after = o.order.part(DownloadFilter::of(query), "", 2).next;
  CHECK(o.ids(query) == "babb.");
  query.page.after = "nonsense";
  CHECK(o.ids(query) == ".");
  CHECK(o.ids({.states = {DownloadState::done, DownloadState::running}}) == "bb.");
  CHECK(o.ids({.id = "b"}) == "babb.");
  b->cancelled = true;
  CHECK(o.ids({.id = "a"}) == "aa.");
  o.order.put(b);
  CHECK(o.order.counts().queued == 2);
  o.order.remove(b);
  CHECK(o.order.counts().queued == 2);
}

}  // namespace swapmeet::transfer_swarm
