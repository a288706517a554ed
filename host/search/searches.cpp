#include "host/search/searches.h"

#include <algorithm>
#include <utility>

namespace swapmeet {
namespace {

// How long calls in flight may take before what they are in is left behind.
constexpr std::chrono::seconds kDrain{30};
constexpr std::chrono::seconds kDrainAtStop{1};
constexpr std::chrono::seconds kTrialStart{60};  // for a search that is tried to start

}  // namespace

struct Searches::Plan {
  struct Step {
    PluginChoice choice;
    bool is_new = false;             // it takes an instance that has to be started
    std::shared_ptr<Running> old;    // in whose place; nullptr: in addition
    std::shared_ptr<Running> fresh;  // once it has been started
  };
  std::vector<Step> steps;  // in the order of the members
  Set removed;
};

Searches::Searches(Parts parts)
    : parts_(std::move(parts)),
      group_({.clock = parts_.clock,
              .log = parts_.log,
              .deadline = [this] { return deadline_.load(); },
              .until_set = [this] { return at_start(); },
              .left_out = parts_.metrics.counter(
                  "search_left_out_total",
                  "Searches of several that gave nothing to an answer: late or failed.")}) {}

void Searches::set(const Settings& settings) {
  deadline_ = settings.duration("deadline");
  catch_up_ = settings.duration("catch_up");
  shadow_share_ = static_cast<unsigned>(settings.integer("shadow_share"));
}

SearchGroup::Members Searches::members_of(const Set& set) {
  SearchGroup::Members members;
  for (const auto& one : set) members.push_back(one->member);
  return members;
}

Result<std::shared_ptr<Searches::Running>> Searches::run(const Manager::Candidate& plugin) {
  const auto provider = parts_.plugins.provider(plugin, Search::kInterface);
  auto* search = static_cast<Search*>(provider.interface);
  if (!search)
    return Error{
        ErrorCode::internal, provider.id + ": it does not give the search it provides", {}};
  auto running = std::make_shared<Running>();
  running->plugin = plugin;
  running->member = std::make_shared<Member>(provider.id, *search, *provider.gate);
  return running;
}

// For plugins that search while they start: those that have started before them.
SearchGroup::Members Searches::at_start() {
  SearchGroup::Members members;
  if (gathered_) return members;
  for (const auto& plugin : parts_.plugins.in_place(Kind::search))
    if (auto one = run(plugin)) members.push_back((*one)->member);
  return members;
}

void Searches::gather() {
  Set running;
  for (const auto& plugin : parts_.plugins.in_place(Kind::search)) {
    auto one = run(plugin);
    if (one)
      running.push_back(std::move(*one));
    else
      parts_.log(LogLevel::error, "a search cannot be asked", {{"why", one.error().message}});
  }
  group_.set_members(members_of(running));
  gathered_ = true;
  const std::lock_guard lock(mutex_);
  running_ = std::move(running);
}

void Searches::start_following(Running& running) {
  const auto provider = parts_.plugins.provider(running.plugin, Search::kInterface);
  const auto follower = provider.gate->call("follower()", [&]() -> Result<ChangeFollower*> {
    return running.member->plugin().follower();
  });
  // Nothing will ever reach it, so it stays faulty.
  if (!follower) provider.gate->hold_up("indexing", follower.error().message, true);
  if (!feed_ || !follower || !*follower) return;
  running.following = std::make_shared<Following>(Following::Parts{
      *feed_, **follower, *provider.gate, parts_.log, parts_.clock, parts_.seed()});
  running.following->start();
}

void Searches::follow(ChangeFeed* feed) {
  const std::lock_guard lock(mutex_);
  feed_ = feed;
  for (const auto& one : running_) start_following(*one);
}

bool Searches::stop() {
  Set all;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const auto& one : fresh_)
      if (one->following) one->following->give_up();
  }
  {
    const std::lock_guard trying(trying_);
    end_trial();
  }
  const std::lock_guard replacing(replacing_);  // whoever replaces is told, and ends soon
  {
    const std::lock_guard lock(mutex_);
    all = std::exchange(running_, {});
  }
  for (const auto& one : all)
    if (one->following) one->following->stop();
  group_.set_members({});
  group_.listen({});
  bool is_left = true;
  for (const auto& one : all) {
    const auto leaving = one->member->leaving();
    one->member.reset();
    is_left = leaving->wait(parts_.clock, kDrainAtStop) && is_left;
  }
  return is_left;
}

std::vector<PluginChoice> Searches::searches_of(const std::vector<PluginChoice>& choices) {
  std::vector<PluginChoice> searches;
  for (const auto& choice : choices)
    if (choice.kind == Kind::search) searches.push_back(choice);
  return searches;
}

// A choice goes to the one that it names, or else to the next that none names.
Searches::Plan Searches::plan(const std::vector<PluginChoice>& choices, Which which) const {
  Plan plan;
  {
    const std::lock_guard lock(mutex_);
    plan.removed = running_;
  }
  for (const auto& choice : searches_of(choices)) plan.steps.push_back({choice, false, {}, {}});
  const auto give = [&](Plan::Step& step, auto&& fits) {
    const auto found = std::find_if(plan.removed.begin(), plan.removed.end(), fits);
    if (step.old || found == plan.removed.end()) return;
    step.old = *found;
    plan.removed.erase(found);
  };
  for (auto& step : plan.steps)
    give(step, [&](const auto& one) { return Manager::is_chosen(one->plugin, step.choice); });
  for (auto& step : plan.steps) give(step, [](const auto&) { return true; });
  for (auto& step : plan.steps)
    step.is_new =
        which == Which::all || !step.old || Manager::differs(step.old->plugin, step.choice);
  return plan;
}

bool Searches::differ_from(const std::vector<PluginChoice>& choices) const {
  const auto plan = this->plan(choices, Which::different);
  return !plan.removed.empty() || std::any_of(plan.steps.begin(), plan.steps.end(),
                                              [](const auto& step) { return step.is_new; });
}

Result<void> Searches::start_fresh(Plan& plan) {
  for (auto& step : plan.steps) {
    if (!step.is_new) continue;
    auto plugin = parts_.plugins.start_beside(step.choice, catch_up_);
    if (!plugin) return std::move(plugin).error();
    auto fresh = run(*plugin);
    if (!fresh) {
      parts_.plugins.retire(std::move(*plugin), true);
      return std::move(fresh).error();
    }
    step.fresh = std::move(*fresh);
    const std::lock_guard lock(mutex_);
    if (stopping_) return Error{ErrorCode::cancelled, "the host stops", {}};
    start_following(*step.fresh);
    fresh_.push_back(step.fresh);
  }
  return {};
}

Result<void> Searches::wait_for(const Plan& plan, Instant until) {
  for (const auto& step : plan.steps) {
    if (!step.fresh || !step.fresh->following) continue;
    if (auto caught_up = step.fresh->following->wait_until_caught_up(until); !caught_up)
      return Error{
          caught_up.error().code, step.fresh->member->id() + ": " + caught_up.error().message, {}};
  }
  return {};
}

// All, or none.
Result<void> Searches::put_in_place(Plan& plan) {
  auto& plugins = parts_.plugins;
  for (std::size_t at = 0; at < plan.steps.size(); ++at) {
    const auto& [choice, is_new, old, fresh] = plan.steps[at];
    if (!fresh) continue;
    auto adopted = plugins.adopt(fresh->plugin, old ? old->plugin : nullptr);
    if (adopted) continue;
    for (; at-- > 0;) {
      const auto& done = plan.steps[at];
      if (!done.fresh) continue;
      if (!done.old)
        plugins.withdraw(done.fresh->plugin);
      else if (auto back = plugins.adopt(done.old->plugin, done.fresh->plugin); !back)
        parts_.log(LogLevel::error, "begins from its old data at the next start",
                   {{"plugin", done.old->member->id()}, {"why", back.error().message}});
    }
    return adopted;
  }
  return {};
}

// Who asks from here on asks the new ones.
Result<void> Searches::change_over(Plan& plan) {
  if (auto placed = put_in_place(plan); !placed) return placed;
  for (const auto& old : plan.removed) parts_.plugins.withdraw(old->plugin);
  Set running;
  for (const auto& step : plan.steps) running.push_back(step.fresh ? step.fresh : step.old);
  group_.set_members(members_of(running));
  const std::lock_guard lock(mutex_);
  running_ = std::move(running);
  fresh_.clear();
  return {};
}

void Searches::undo(Plan& plan) {
  {
    const std::lock_guard lock(mutex_);
    fresh_.clear();
  }
  for (auto& step : plan.steps)
    if (step.fresh) retire(step.fresh);
}

void Searches::retire(const std::shared_ptr<Running>& old) {
  if (old->following) old->following->stop();
  const auto leaving = old->member->leaving();
  old->member.reset();
  bool is_stopping = false;
  {
    const std::lock_guard lock(mutex_);
    is_stopping = stopping_;
  }
  const bool is_left = leaving->wait(parts_.clock, is_stopping ? kDrainAtStop : kDrain);
  old->following.reset();
  parts_.plugins.retire(std::move(old->plugin), is_left);
}

Result<std::vector<Replacement>> Searches::replace(const std::vector<PluginChoice>& choices,
                                                   Which which) {
  const std::unique_lock replacing(replacing_, std::try_to_lock);
  if (!replacing)
    return conflict("the searches are being replaced already; wait until that has ended");
  const auto until = parts_.clock.steady() + catch_up_.load();
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return Error{ErrorCode::cancelled, "the host stops", {}};
  }
  auto plan = this->plan(choices, which);
  if (plan.steps.empty()) return unsupported("without any search nothing can be replaced");
  auto done = start_fresh(plan);
  if (done) done = wait_for(plan, until);
  if (done) done = change_over(plan);
  if (!done) {
    undo(plan);
    return std::move(done).error();
  }
  std::vector<Replacement> replaced;
  for (auto& step : plan.steps) {
    if (!step.fresh) continue;
    replaced.push_back({step.fresh->member->id(), Manager::version_of(step.fresh->plugin),
                        step.old ? step.old->member->id() : ""});
    parts_.log(LogLevel::info, "another search is in place",
               {{"plugin", replaced.back().id}, {"instead_of", replaced.back().replaced}});
    if (step.old) retire(step.old);
    parts_.plugins.open_routes(step.fresh->plugin);
  }
  for (auto& old : plan.removed) retire(old);
  return replaced;
}

Result<void> Searches::begin_trial(const PluginChoice& choice) {
  auto plugin = parts_.plugins.start_beside(choice, kTrialStart, Manager::Purpose::is_tried);
  if (!plugin) return std::move(plugin).error();
  auto started = run(*plugin);
  if (!started) {
    parts_.plugins.retire(std::move(*plugin), true);
    return std::move(started).error();
  }
  const auto running = std::move(*started);
  {
    const std::lock_guard lock(mutex_);
    tried_ = running;
    if (stopping_) return Error{ErrorCode::cancelled, "the host stops", {}};
    start_following(*running);
  }
  const auto following = running->following;
  auto shadow = std::make_shared<Shadow>(Shadow::Parts{
      .member = running->member,
      .clock = parts_.clock,
      .share = [this] { return shadow_share_.load(); },
      .deadline = [this] { return deadline_.load(); },
      .has_caught_up = [following] { return !following || following->has_caught_up_once(); }});
  group_.listen([shadow](const SearchRequest& request, const SearchPage& page,
                         std::chrono::nanoseconds took) { shadow->hear(request, page, took); });
  parts_.log(LogLevel::info, "a search is tried beside", {{"plugin", running->member->id()}});
  const std::lock_guard lock(mutex_);
  shadow_ = std::move(shadow);
  return {};
}

void Searches::end_trial() {
  group_.listen({});
  std::shared_ptr<Running> running;
  {
    const std::lock_guard lock(mutex_);
    running = std::exchange(tried_, nullptr);
    shadow_.reset();
  }
  if (running) retire(running);
}

Result<void> Searches::try_beside(const std::optional<PluginChoice>& choice) {
  const std::unique_lock trying(trying_, std::try_to_lock);
  if (!trying) return conflict("a search is being started beside already");
  end_trial();
  auto begun = choice ? begin_trial(*choice) : Result<void>();
  {
    const std::lock_guard lock(mutex_);
    why_no_trial_ = begun ? std::string() : begun.error().message;
  }
  if (!begun)
    parts_.log(LogLevel::warning, "a search cannot be tried", {{"why", begun.error().message}});
  return begun;
}

Result<Searches::Trial> Searches::trial() const {
  std::shared_ptr<Shadow> shadow;
  Trial trial;
  {
    const std::lock_guard lock(mutex_);
    if (!shadow_)
      return not_found(why_no_trial_.empty()
                           ? "no search is tried beside: [search] shadow names one"
                           : "no search is tried beside, for it did not start: " + why_no_trial_);
    shadow = shadow_;
    trial.id = tried_->member->id();
    trial.version = Manager::version_of(tried_->plugin);
  }
  trial.share = shadow_share_;
  trial.findings = shadow->findings();
  return trial;
}

}  // namespace swapmeet
