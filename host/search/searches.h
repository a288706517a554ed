// The searches of a host: the group that everybody asks, each of its members with a pump of its
// own, and how another instance takes the place of one while searches go on: it is started beside,
// catches up with the registry, and only then all change over at once.
// Threads: gather, follow and stop are the main thread's; all else is anyone's.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "host/config/plugin_choice.h"
#include "host/plugins/manager.h"
#include "host/search/following.h"
#include "host/search/group.h"
#include "host/search/shadow.h"

namespace swapmeet {

// One that was put in place.
struct Replacement {
  std::string id;
  std::string version;
  std::string replaced;  // the id of the one before; empty: it is in addition
};

class Searches {
 public:
  struct Parts {
    Manager& plugins;
    Clock& clock;
    Log log;
    Metrics& metrics;
    std::function<std::uint64_t()> seed;
  };
  explicit Searches(Parts parts);
  ~Searches() { stop(); }
  Searches(const Searches&) = delete;
  Searches& operator=(const Searches&) = delete;

  Search& group() { return group_; }
  // Takes the host's own keys of [search], those that change at once.
  void set(const Settings& settings);
  // Takes the searches that have started as its members.
  void gather();
  // Has the members follow the registry; nullptr: it has no feed.
  void follow(ChangeFeed* feed);
  // Ends the pumps and what is being replaced; idempotent. False: somebody still asks a member,
  // which must not be destroyed.
  bool stop();

  // Whether the searches would have to be others for these choices.
  bool differ_from(const std::vector<PluginChoice>& choices) const;
  // Puts new instances in place: of all, or of those that differ from their choices. All or
  // nothing: after an error everything is as it was. `conflict`: another replacement goes on.
  enum class Which : std::uint8_t { all, different };
  Result<std::vector<Replacement>> replace(const std::vector<PluginChoice>& choices, Which which);

  // Tries this one beside, from the time that it has caught up on; in place of the one before.
  // nullopt: none. It takes as long as that search takes to start.
  Result<void> try_beside(const std::optional<PluginChoice>& choice);
  struct Trial {
    std::string id;
    std::string version;
    unsigned share = 0;
    ShadowFindings findings;
  };
  // `not_found`: none is tried; the message says why if it did not start.
  Result<Trial> trial() const;

 private:
  // A member that runs.
  struct Running {
    Manager::Candidate plugin;
    std::shared_ptr<Member> member;
    std::shared_ptr<Following> following;  // nullptr: it follows nothing
  };
  using Set = std::vector<std::shared_ptr<Running>>;
  struct Plan;

  SearchGroup::Members at_start();
  Result<std::shared_ptr<Running>> run(const Manager::Candidate& plugin);
  void start_following(Running& running);
  Plan plan(const std::vector<PluginChoice>& choices, Which which) const;
  Result<void> start_fresh(Plan& plan);
  Result<void> wait_for(const Plan& plan, Instant until);
  Result<void> put_in_place(Plan& plan);
  Result<void> change_over(Plan& plan);
  void undo(Plan& plan);
  void retire(const std::shared_ptr<Running>& old);
  Result<void> begin_trial(const PluginChoice& choice);
  void end_trial();
  static SearchGroup::Members members_of(const Set& set);
  static std::vector<PluginChoice> searches_of(const std::vector<PluginChoice>& choices);

  const Parts parts_;
  std::atomic<std::chrono::milliseconds> deadline_{std::chrono::seconds(5)};
  std::atomic<unsigned> shadow_share_{10};
  std::atomic<std::chrono::milliseconds> catch_up_{std::chrono::minutes(10)};
  std::atomic<bool> gathered_{false};
  SearchGroup group_;
  mutable std::mutex mutex_;  // guards what follows
  Set running_;
  Set fresh_;  // that are being started
  ChangeFeed* feed_ = nullptr;
  bool stopping_ = false;
  std::shared_ptr<Running> tried_;
  std::shared_ptr<Shadow> shadow_;
  std::string why_no_trial_;
  std::mutex trying_;     // held while another is tried
  std::mutex replacing_;  // held while some are replaced
};

}  // namespace swapmeet
