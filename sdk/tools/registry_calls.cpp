// A registry: peers come, announce and go from many threads at once, and say what cannot be.
#include <optional>

#include "calls.h"
#include "samples.h"
#include "swapmeet/registry.h"

namespace swapmeet::tools {
namespace {

constexpr unsigned kThreads = 16;
constexpr const char* kContract = "the contract suite, registry_contract, says more";

Enrollment enrollment_of(unsigned number) {
  return {.id = peer_number(number),
          .name = "peer " + std::to_string(number),
          .address = "127.0.0.1",
          .port = 6699,
          .dialable = true,
          .token = std::string(40, static_cast<char>('a' + number))};
}

void must_refuse(const char* call, bool ok, const std::string& what) {
  if (ok) throw Failure(std::string(call) + " accepted " + what, kContract);
}

void check_record(const ContentRecord& record, const ContentId& content) {
  const auto wrong = [](const std::string& what) {
    throw Failure("content() gave " + what, kContract);
  };
  if (record.content != content) wrong("another content than was asked for");
  if (record.names.empty() || record.names.size() > 20) wrong("no name, or more than 20");
  if (record.sources.size() > 200) wrong("more than 200 sources");
  for (const auto& source : record.sources)
    if (!source.url.starts_with("http") || source.url.find(content.text()) == std::string::npos)
      wrong("a source whose URL is none of this content: " + source.url);
}

// One peer's life, with what it shares, beside others.
void live(Registry& registry, unsigned number, unsigned seed) {
  Random random(seed + number);
  const auto enrollment = enrollment_of(number);
  const auto enrolled = must("enroll()", [&] {
    return registry.enroll(enrollment, {{}, "127.0.0.1"});
  });
  if (enrolled->token != enrollment.token || enrolled->lease.count() <= 0)
    throw Failure("enroll() gave another token than was proposed, or no lease", kContract);
  Revision stands = 0;
  for (int round = 0; round < 10; ++round) {
    ChangeBatch batch{"catalogue", stands, stands + 20, {}};
    for (Revision i = 1; i <= 20; ++i)
      batch.changes.push_back({stands + i, ChangeKind::put, {}, {}, random_listing(random)});
    static_cast<void>(must(
        "announce()", [&] { return registry.announce(enrollment.id, enrollment.token, batch); }));
    stands = batch.upto;
    static_cast<void>(
        must("renew()", [&] { return registry.renew(enrollment.id, enrollment.token); }));
    const auto page = must("browse()", [&] {
      return registry.browse(enrollment.id, {.page = {7, {}}, .folder = "share"});
    });
    if (page->items.size() > 7) throw Failure("browse() gave more than `limit`", kContract);
    static_cast<void>(must("peers()", [&] {
      return registry.peers({.page = {5, {}}, .name = {}});
    }));
    const auto content = content_number(static_cast<unsigned>(random() % 60));
    const auto record = called("content()", [&] { return registry.content({.content = content}); });
    if (record) check_record(*record, content);
    if (!record && record.error().code != ErrorCode::not_found)
      throw Failure("content() returned an error: " + record.error().message, kContract);
    static_cast<void>(must("counts()", [&] { return registry.counts(); }));
  }
  const auto announced =
      must("announced()", [&] { return registry.announced(enrollment.id, enrollment.token); });
  if (*announced != FeedPosition{"catalogue", stands})
    throw Failure("announced() is not where the last batch that announce() took ends", kContract);
}

void bear_nonsense(Registry& registry, Random& random) {
  const auto known = enrollment_of(0);
  must_refuse("renew()", called("renew()", [&] { return registry.renew(known.id, "no"); }).ok(),
              "a wrong token");
  must_refuse("renew()",
              called("renew()", [&] { return registry.renew(peer_number(99), known.token); }).ok(),
              "a peer that is not registered");
  for (const auto& text : nonsense(random)) {
    auto enrollment = enrollment_of(30);
    enrollment.name = "x\n" + text;
    must_refuse("enroll()",
                called("enroll()",
                       [&] {
                         return registry.enroll(enrollment, {{}, text});
                       })
                    .ok(),
                "a name with a control character");
    Change change{1, ChangeKind::put, {}, {}, random_listing(random)};
    change.listing.path = "/" + text;
    const auto announced =
        must("announced()", [&] { return registry.announced(known.id, known.token); });
    must_refuse(
        "announce()",
        called("announce()",
               [&] {
                 return registry.announce(
                     known.id, known.token,
                     {announced->feed, announced->revision, announced->revision + 1, {change}});
               })
            .ok(),
        "a path that is none");
    static_cast<void>(called("browse()", [&] {
      return registry.browse(known.id, {.page = {10, text}, .folder = text});
    }));
    static_cast<void>(called("peers()", [&] {
      return registry.peers({.page = {10, text}, .name = text});
    }));
  }
}

// Whoever follows the feed from the beginning comes to its end.
void follow(ChangeFeed& feed) {
  const auto state = must("state()", [&] { return feed.state(); });
  Revision stands = 0;
  while (stands != state->latest) {
    const auto batch = must("changes_after()", [&] { return feed.changes_after(stands, 50); });
    if (batch->base != stands || batch->upto <= stands || batch->changes.size() > 50)
      throw Failure("changes_after(" + std::to_string(stands) + ", 50) gave " +
                        std::to_string(batch->changes.size()) + " changes from " +
                        std::to_string(batch->base) + " to " + std::to_string(batch->upto),
                    "`upto` is where to go on from, and comes to the feed's latest");
    stands = batch->upto;
  }
}

}  // namespace

Outcome check_registers(const Subject& subject) {
  Bench bench(subject);
  const auto running = bench.started();
  auto* registry = running->find<Registry>();
  if (!registry) throw Failure("interface() has no registry, though it provides one", "");
  const auto first = called("enroll()", [&] {
    return registry->enroll(enrollment_of(0), {{}, "127.0.0.1"});
  });
  if (!first && first.error().code == ErrorCode::unavailable)
    return {Verdict::skipped, "it asks another server: " + first.error().message};
  in_threads(kThreads, [&](unsigned number) { live(*registry, number, subject.seed); });
  Random random(subject.seed);
  bear_nonsense(*registry, random);
  if (auto* feed = called("feed()", [&] { return registry->feed(); })) follow(*feed);
  bench.host().advance(std::chrono::hours(2));  // every lease runs out
  if (auto* feed = registry->feed()) follow(*feed);
  running->stop();
  return {Verdict::ok, "16 peers at once, wrong tokens, nonsense, its feed from the beginning"};
}

}  // namespace swapmeet::tools
