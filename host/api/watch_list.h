// The watches that were asked for over the API: saved searches. Each has an id that nobody can
// guess, which is all that it takes to hear what it finds. They are kept on the disk and last over
// restarts, until they are ended, or nobody has listened for as long as they are to be kept.
// Threads: thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "host/api/unheard_matches.h"
#include "host/api/watch_store.h"
#include "host/feed/pump.h"
#include "host/plugins/gate.h"
#include "host/services/event_bus.h"
#include "swapmeet/time.h"
#include "swapmeet/watch.h"

namespace swapmeet {

class WatchList {
 public:
  static constexpr std::chrono::seconds kKeep = std::chrono::days(30);  // unless asked otherwise
  struct Most {
    std::size_t all = 20'000;
    std::size_t of_one = 100;  // asker
    // What is said to who has too many: of all together, or alone.
    std::function<Error(bool in_all)> refusal = [](bool) {
      return too_many("there are too many watches already: end some, or come back later");
    };
  };
  // What it works with; all outlive it.
  struct Parts {
    Watches& watches;
    EventBus& events;
    WatchStore& store;
    const Clock& clock;
    Log log;
    Gate* gate = nullptr;  // of a plugin's watches
  };
  WatchList(Parts parts, const Most& most) : WatchList(std::move(parts), [most] { return most; }) {}
  // `most` is asked for each new one.
  WatchList(Parts parts, std::function<Most()> most)
      : parts_(std::move(parts)), most_(std::move(most)) {}
  explicit WatchList(Parts parts) : WatchList(std::move(parts), Most()) {}
  WatchList(const WatchList&) = delete;
  WatchList& operator=(const WatchList&) = delete;

  // Takes up what was kept, once, before anything else. Nothing is watched for before tend().
  Result<void> restore();
  // Now and then: ends what has not been heard for too long, notes on the disk which were, and
  // watches for those that could not be watched for yet, since an index was away.
  void tend();

  // From here on tend() asks no index for anything that it has not begun to ask. What waits is
  // kept.
  void stop();

  // The id, once the watch is on the disk. What is found is published as events "match" while
  // somebody listens: nothing is done for the others, however much they match, but for those that
  // `collect` what waits for who comes back. `asker`: whose limit it counts to. Errors as of
  // Watches::watch, and of the disk.
  Result<std::string> add(const WatchRequest& request, const std::string& asker,
                          std::chrono::seconds keep = kKeep, bool collect = false);
  // Those that count to the limit of `asker`.
  std::vector<StoredWatch> of(const std::string& asker);
  // What waits, oldest first, which counts as listening to it; nothing where it does not collect.
  // `not_found`: there is none, or no longer.
  Result<wire::WaitingMatches> waiting(const std::string& id);
  std::size_t count_waiting(const std::string& id);  // without listening
  // Forgets of it what was found until then. `not_found`.
  Result<void> forget_waiting(const std::string& id, Time found);
  // To be held for as long as somebody listens: what is found is published, and the watch lasts on.
  // An empty one: there is no such watch, or no longer. May outlive this object.
  Registration listen(const std::string& id);
  // `not_found`: there is none, or no longer.
  Result<void> remove(const std::string& id);
  // The account may see something else now; nullopt: it is no more, and neither are its watches.
  void change_viewer(const std::string& account, const std::optional<Identity>& now);

 private:
  // Those who listen to one watch, and what it finds while they do not.
  struct Hearing {
    explicit Hearing(bool collects, const std::string& kept = {})
        : unheard(collects ? std::make_unique<UnheardMatches>(kept) : nullptr) {}
    std::atomic<int> count{0};
    const std::unique_ptr<UnheardMatches> unheard;  // nullptr: it does not collect
  };
  using Listeners = std::shared_ptr<Hearing>;
  struct Entry {
    StoredWatch stored;
    Instant until;
    bool on_disk = false;  // false: add() is at it
    Listeners listeners;
    Time noted{};               // what the disk knows of when it was heard
    Registration registration;  // empty: not watched for yet
  };
  using Entries = std::map<std::string, Entry>;
  Result<Registration> watch(const StoredWatch& stored, Listeners listeners);
  bool is_alive(Entries::const_iterator at) const;          // with mutex_ held
  Result<void> check_room(const std::string& asker) const;  // with mutex_ held
  void last_on(Entry& entry) const;                         // from now; with mutex_ held
  void end_unheard();
  Result<void> end(const std::vector<std::string>& ids);
  void note_heard();
  void note_waiting();
  Result<Listeners> alive(const std::string& id);
  void watch_missing();
  // Errors are reported, and nothing is told then until it is tried again.
  Result<void> watch_anew(const StoredWatch& stored, Listeners listeners);
  void report(const Error& error);

  const Parts parts_;
  const std::function<Most()> most_;
  std::mutex mutex_;
  Entries entries_;
  std::string last_problem_;
  std::atomic<bool> stopping_{false};
};

}  // namespace swapmeet
