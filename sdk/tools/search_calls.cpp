// A search: it takes changes, answers from many threads, and bears what nobody would ask.
#include <cmath>
#include <optional>

#include "calls.h"
#include "samples.h"
#include "swapmeet/search.h"

namespace swapmeet::tools {
namespace {

constexpr const char* kFeed = "0123456789abcdef0123456789abcdef";
constexpr unsigned kThreads = 16;
constexpr const char* kContract = "the contract suite, search_contract, says more";

// A search that asks another server cannot answer here; one with an index of its own always can.
bool may_fail(ErrorCode code, bool has_index) {
  if (code == ErrorCode::timed_out || code == ErrorCode::cancelled) return true;
  return !has_index && (code == ErrorCode::unavailable || code == ErrorCode::unauthenticated ||
                        code == ErrorCode::not_allowed);
}

// While changes come, a hit may have lost its last source since it was found.
void check_hit(const Hit& hit, bool quiet) {
  const auto wrong = [&](const std::string& what) {
    throw Failure("search() gave a hit " + what, kContract);
  };
  if (hit.content.is_zero()) wrong("without a content id");
  if (hit.name.empty() || !is_utf8(hit.name)) wrong("whose name is empty, or not UTF-8");
  if (!check_path(hit.path)) wrong("whose path is none: " + check_path(hit.path).error().message);
  if (hit.name != name_of_path(hit.path)) wrong("whose name is not the last part of its path");
  if (static_cast<std::size_t>(hit.type) >= kMediaTypes)
    wrong("with a media type that there is not");
  if (hit.sources == 0 && quiet) wrong("that no present peer has: leave it out");
  if (hit.names.size() > 10) wrong("with more than 10 other names");
  if (std::isnan(hit.score) || hit.score < 0 || hit.score > 1)
    wrong("whose score is not between 0 and 1");
}

void check_page(const SearchPage& page, std::size_t limit, bool quiet) {
  if (page.hits.size() > limit)
    throw Failure("search() gave " + std::to_string(page.hits.size()) + " hits where at most " +
                      std::to_string(limit) + " were asked for",
                  "respect request.page.limit");
  if (page.total < page.hits.size())
    throw Failure("search() says that there are fewer hits in total than on the page",
                  "`total` counts the hits of all pages");
  for (const auto& hit : page.hits) check_hit(hit, quiet);
}

SearchRequest request_for(const std::string& query, Random& random) {
  SearchRequest request;
  request.query = query;
  request.page.limit = 1 + random() % 30;
  request.sort = static_cast<SortOrder>(random() % 4);
  if (random() % 2 == 0) request.viewer = {"ann", {"staff"}, {}};
  return request;
}

// Asks for a page, and for the next one where there is one.
void ask(Search& search, SearchRequest request, bool has_index, bool must_be_right,
         bool quiet = true) {
  for (int pages = 0; pages < 3; ++pages) {
    const auto page = called("search()", [&] { return search.search(request); });
    if (page) {
      check_page(*page, request.page.limit, quiet);
      if (page->next.empty()) return;
      request.page.after = page->next;
      continue;
    }
    const auto code = page.error().code;
    if (may_fail(code, has_index)) return;
    if (!must_be_right && code == ErrorCode::invalid_argument) return;
    throw Failure("search() answered '" + request.query.substr(0, 40) + "' with " +
                      std::string(name_of(code)) + ": " + page.error().message,
                  must_be_right ? "this query is right: it should find something, or nothing"
                                : "what is no query is `invalid_argument`, or finds nothing");
  }
}

struct Opened {
  explicit Opened(const Subject& subject)
      : bench(subject), running(bench.started()), search(running->find<Search>()) {
    if (!search)
      throw Failure("interface() has no " + std::string(Search::kInterface) +
                        ", though it says that it provides it",
                    "interface_of<Search>(this, id) implements interface()");
    follower = called("follower()", [&] { return search->follower(); });
  }
  // Batches of changes, as the host's pump brings them.
  void apply(Random& random, int batches) {
    for (int i = 0; follower && i < batches; ++i) {
      const auto batch = random_batch(random, kFeed, stands, 100);
      static_cast<void>(must("apply()", [&] { return follower->apply(batch); }));
      stands = batch.upto;
    }
  }

  Bench bench;
  std::unique_ptr<Running> running;
  Search* search;
  ChangeFollower* follower = nullptr;
  Revision stands = 0;
};

FeedPosition applied(ChangeFollower& follower) {
  return *must("applied()", [&] { return follower.applied(); });
}

}  // namespace

Outcome check_follows(const Subject& subject) {
  Opened one(subject);
  if (!one.follower) return {Verdict::skipped, "it has no index of its own"};
  Random random(subject.seed);
  one.apply(random, 5);
  if (applied(*one.follower) != FeedPosition{kFeed, one.stands})
    throw Failure("applied() is not where the last batch that apply() took ends",
                  "keep {batch.feed, batch.upto} together with what the batch changed");
  auto other = random_batch(random, kFeed, one.stands + 7, 10);
  const auto gap = called("apply()", [&] { return one.follower->apply(other); });
  if (gap || gap.error().code != ErrorCode::conflict)
    throw Failure("apply() took a batch that begins elsewhere than where it stands",
                  "when batch.base is not 0 and not applied(), return `conflict`");
  if (applied(*one.follower).revision != one.stands)
    throw Failure("applied() moved with a batch that apply() refused",
                  "all of a batch is applied, or nothing of it");
  one.running->stop();
  one.running = one.bench.started();
  one.search = one.running->find<Search>();
  one.follower = one.search ? one.search->follower() : nullptr;
  if (!one.follower) throw Failure("follower() is there only before a restart", "");
  const auto after = applied(*one.follower);
  if (after.feed == kFeed && after.revision > one.stands)
    throw Failure("applied() is ahead of the feed after a restart", kContract);
  // From the beginning again, as another feed.
  Random again(subject.seed);
  const auto fresh = random_batch(again, "another feed", 0, 50);
  static_cast<void>(must("apply()", [&] { return one.follower->apply(fresh); }));
  one.running->stop();
  return {Verdict::ok, "500 changes, a gap, a restart, another feed"};
}

Outcome check_searches(const Subject& subject) {
  Opened one(subject);
  Random random(subject.seed);
  one.apply(random, 3);
  for (int i = 0; i < 20; ++i)
    ask(*one.search, request_for(random_query(random), random), one.follower != nullptr, true);
  in_threads(kThreads + 1, [&](unsigned number) {
    if (number == kThreads) {
      one.apply(random, 10);
      return;
    }
    Random own(subject.seed + number + 1);
    for (int i = 0; i < 20; ++i) {
      ask(*one.search, request_for(random_query(own), own), one.follower != nullptr, true, false);
      const SuggestRequest typed{.typed = "su", .limit = 5, .viewer = {}};
      const auto suggested = called("suggest()", [&] { return one.search->suggest(typed); });
      if (suggested && suggested->size() > typed.limit)
        throw Failure("suggest() gave more than `limit`", "respect request.limit");
    }
  });
  one.running->stop();
  return {Verdict::ok, one.follower ? "320 queries from 16 threads, while changes come"
                                    : "320 queries from 16 threads"};
}

Outcome check_nonsense(const Subject& subject) {
  Opened one(subject);
  Random random(subject.seed);
  one.apply(random, 2);
  const auto texts = nonsense(random);
  for (const auto& text : texts) {
    ask(*one.search, request_for(text, random), one.follower != nullptr, false);
    static_cast<void>(called("suggest()", [&] {
      return one.search->suggest({.typed = text, .limit = 10, .viewer = {}});
    }));
    auto request = request_for("summer", random);
    request.page.after = text;
    ask(*one.search, request, one.follower != nullptr, false);
  }
  auto request = request_for("summer", random);
  request.page.limit = std::size_t{1} << 20;
  ask(*one.search, request, one.follower != nullptr, false);
  one.running->stop();
  return {Verdict::ok,
          std::to_string(texts.size()) + " texts as query, as place and as what is typed"};
}

Outcome check_deadline(const Subject& subject) {
  constexpr std::chrono::seconds kAtOnce{3};
  Opened one(subject);
  Random random(subject.seed);
  one.apply(random, 3);
  const auto cancelled = std::make_shared<std::atomic<bool>>(true);
  for (const auto& deadline :
       {Deadline(one.bench.host().clock().steady()), Deadline(Instant::max(), cancelled)}) {
    auto request = request_for("summer", random);
    request.deadline = deadline;
    const auto begun = subject.clock.steady();
    ask(*one.search, request, one.follower != nullptr, true);
    if (subject.clock.steady() - begun > kAtOnce)
      throw Failure("search() went on for seconds after its deadline was over",
                    "look at request.deadline.is_over(clock) now and then, and give what is left "
                    "of it to those whom you ask");
  }
  one.running->stop();
  return {Verdict::ok, "a request that nobody waits for any more ends at once"};
}

}  // namespace swapmeet::tools
