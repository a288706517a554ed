// The threads that run handlers, with bounded queues. Each job has a lane, for many that wait for
// the one writer of a store, or send much, must not keep all threads from those who only ask, nor
// all of the processor: bulk has threads of its own, in the background. And each job has an owner,
// the plugin that it ends in: there are twice as many threads as one owner may hold, and one more
// for what is the host's own, so that a plugin that hangs keeps nobody but its own callers waiting.
// A job that nobody waits for any more can be given up: then another thread takes the place of its.
// Thread-safe.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

namespace swapmeet::http {

// Of an owner's threads `asking` may have all, `changing` half of them; `bulk` has as many as a
// quarter of them beside, for all owners together; each at least one (so that of one thread nothing
// is kept free for those who ask).
enum class Lane { asking, changing, bulk };
inline constexpr std::size_t kLanes = 3;

struct Job {
  std::function<void()> run;
  Lane lane = Lane::asking;
  std::string owner = {};  // empty: the host itself
};

class Workers {
 public:
  // Where a thread says which plugin it is in; called once by each.
  using Inside = std::function<const std::atomic<const char*>*()>;

  // `count`: threads that one owner may hold.
  explicit Workers(std::size_t count, Inside inside = {});
  ~Workers() { stop(); }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  // The job's number, to give it up by. 0 when the owner has 1,024 jobs waiting in that lane, or
  // the workers have been stopped.
  std::uint64_t post(Job job);

  enum class Outcome { ended, waited, runs };  // what became of a job that is given up
  struct GivenUp {
    Outcome outcome = Outcome::ended;
    std::string plugin;  // that it waited for, or is in; empty: none
  };
  // Nobody waits for it any more. One that waits will not run, and one that runs is left to itself.
  GivenUp give_up(std::uint64_t number);

  // Lets running jobs end, forgets waiting ones, joins.
  void stop();

 private:
  struct Waiting {
    std::uint64_t number;
    std::function<void()> run;
  };
  struct Owner {
    std::string id;
    std::array<std::deque<Waiting>, kLanes> jobs;  // by Lane, as what follows
    std::array<std::size_t, kLanes> running{};     // without those that were given up
  };
  struct Running {
    Owner* owner;
    Lane lane;
    const std::atomic<const char*>* inside;
    bool is_lost = false;  // given up
  };
  struct Next {
    Owner* owner = nullptr;
    Lane lane = Lane::asking;
  };
  // All with mutex_ held:
  bool may_run(const Owner& owner, Lane lane) const;
  Next next(bool bulk);
  void count(Owner& owner, Lane lane, bool begins);
  void add_thread_for(bool bulk);
  void add_thread(bool bulk);
  bool is_one_too_many(bool bulk) const;

  void work(std::uint64_t thread, bool bulk);
  void run(std::unique_lock<std::mutex>& lock, Next taken, const std::atomic<const char*>* inside);

  const std::size_t count_;
  const Inside inside_;
  std::mutex mutex_;
  // Of those who serve bulk and of those who do not, as what follows.
  std::array<std::condition_variable, 2> ready_;
  std::array<std::size_t, 2> idle_{};
  std::array<std::size_t, 2> alive_{};
  std::array<std::size_t, 2> lost_{};  // threads that are in a job that was given up
  std::map<std::string, Owner, std::less<>> owners_;
  std::array<std::size_t, kLanes> in_lane_{};
  std::size_t owned_ = 0;  // running that are not the host's own, bulk aside
  std::uint64_t numbers_ = 0;
  std::unordered_map<std::uint64_t, Running> running_;
  bool stopping_ = false;
  std::unordered_map<std::uint64_t, std::thread> threads_;
  std::vector<std::thread> ended_;  // to be joined
};

}  // namespace swapmeet::http
