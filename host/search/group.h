// Several searches as one: what everybody else takes for the search of this host. All are asked at
// once, each on threads of its own and only until the deadline; what they find is merged, and the
// answer says who was left out. One alone is simply asked, by the thread that asks.
// Threads: any, many at a time, also while members change: a call goes on with those that it began
// with.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "host/search/member.h"
#include "swapmeet/host.h"
#include "swapmeet/search.h"

namespace swapmeet {

class SearchGroup final : public Search {
 public:
  using Members = std::vector<std::shared_ptr<Member>>;
  // Hears of a first page that was answered, and how long that took. On the thread that asked, so
  // it must be quick.
  using Heard =
      std::function<void(const SearchRequest&, const SearchPage&, std::chrono::nanoseconds)>;
  struct Parts {
    Clock& clock;
    Log log;
    std::function<std::chrono::milliseconds()> deadline;  // of each search
    std::function<Members()> until_set;                   // who is asked while there are no members
    std::shared_ptr<Counter> left_out;                    // or none
  };

  explicit SearchGroup(Parts parts) : parts_(std::move(parts)) {}

  Result<SearchPage> search(const SearchRequest& request) override;
  Result<std::vector<std::string>> suggest(const SuggestRequest& request) override;
  // None: each member follows the registry by itself.
  ChangeFollower* follower() override { return nullptr; }

  // From the next call on these are asked, in this order.
  void set_members(Members members);
  Members members() const;
  // From the next call on; an empty function ends it.
  void listen(Heard heard);

 private:
  struct State {
    Members members;
    Heard heard;
  };
  // What each of the members answered; a `timed_out` of one that did not.
  template <class T>
  using Answers = std::vector<Result<T>>;
  template <class T, class Ask>
  Answers<T> ask_all(const Members& members, const Deadline& deadline, const Ask& ask);

  std::shared_ptr<const State> state() const;
  std::shared_ptr<const State> state_to_ask() const;
  Deadline deadline_of(const Deadline& wanted) const;
  Result<SearchPage> search_one(Member& member, const SearchRequest& request);
  Result<SearchPage> search_all(const Members& members, const SearchRequest& request);
  // Tells of it, the first time; the sentence for the answer.
  std::string left_out(Member& member, const Error& error);

  const Parts parts_;
  mutable std::mutex mutex_;
  std::shared_ptr<const State> state_ = std::make_shared<State>();
};

}  // namespace swapmeet
