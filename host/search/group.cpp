#include "host/search/group.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "host/search/merging.h"
#include "host/search/round.h"

namespace swapmeet {
namespace {

Error nobody() {
  return unavailable("the search of this host has not started yet, or has stopped; try again");
}

// For whoever searches: what happened inside is for the log.
std::string reason(const Error& error) {
  switch (error.code) {
    case ErrorCode::timed_out: return "did not answer in time";
    case ErrorCode::internal: return "failed";
    case ErrorCode::invalid_argument: return "does not take this query: " + error.message;
    default: return error.message;
  }
}

}  // namespace

std::shared_ptr<const SearchGroup::State> SearchGroup::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

std::shared_ptr<const SearchGroup::State> SearchGroup::state_to_ask() const {
  auto state = this->state();
  if (!state->members.empty() || !parts_.until_set) return state;
  return std::make_shared<State>(State{parts_.until_set(), {}});
}

SearchGroup::Members SearchGroup::members() const { return state()->members; }

void SearchGroup::set_members(Members members) {
  std::shared_ptr<const State> before;  // goes after the lock
  const std::lock_guard lock(mutex_);
  auto next = std::make_shared<State>(State{std::move(members), state_->heard});
  before = std::exchange(state_, std::move(next));
}

void SearchGroup::listen(Heard heard) {
  std::shared_ptr<const State> before;
  const std::lock_guard lock(mutex_);
  auto next = std::make_shared<State>(State{state_->members, std::move(heard)});
  before = std::exchange(state_, std::move(next));
}

Deadline SearchGroup::deadline_of(const Deadline& wanted) const {
  return wanted.no_later_than(parts_.clock.steady() + parts_.deadline());
}

Result<SearchPage> SearchGroup::search(const SearchRequest& request) {
  const auto state = state_to_ask();
  const auto& members = state->members;
  if (members.empty()) return nobody();
  const bool is_heard = state->heard && request.page.after.empty();
  const auto began = is_heard ? parts_.clock.steady() : Instant{};
  auto found =
      members.size() == 1 ? search_one(*members.front(), request) : search_all(members, request);
  if (is_heard && found) state->heard(request, *found, parts_.clock.steady() - began);
  return found;
}

Result<SearchPage> SearchGroup::search_one(Member& member, const SearchRequest& request) {
  auto asked = request;
  asked.deadline = deadline_of(request.deadline);
  return member.search(asked);
}

// On the members' own threads, which hold what they need: whoever answers after the end of the
// round tells nobody any more.
template <class T, class Ask>
SearchGroup::Answers<T> SearchGroup::ask_all(const Members& members, const Deadline& deadline,
                                             const Ask& ask) {
  const auto round = std::make_shared<Round<T>>(members.size());
  auto& clock = parts_.clock;
  for (std::size_t at = 0; at < members.size(); ++at) {
    const auto& member = members[at];
    const bool taken = member->lane().run([round, member, at, ask, deadline, &clock] {
      if (deadline.is_over(clock)) return;  // it has waited too long, and nobody waits for it
      auto answer = ask(*member);
      const bool in_time = !deadline.is_over(clock);
      if (in_time && answer) member->keeps_up();
      round->put(at, std::move(answer));
    });
    if (!taken) round->put(at, Error{ErrorCode::too_many, "has too many queries to answer", {}});
  }
  std::vector<bool> waited_for;
  for (const auto& member : members) waited_for.push_back(!member->lags());
  return round->wait(clock, deadline.at(), std::move(waited_for));
}

std::string SearchGroup::left_out(Member& member, const Error& error) {
  if (error.code == ErrorCode::timed_out) member.was_late();
  if (error.code != ErrorCode::invalid_argument) {
    if (parts_.left_out) parts_.left_out->add();
    if (member.was_left_out())
      parts_.log(LogLevel::warning, "a search is left out of answers",
                 {{"plugin", member.id()}, {"why", error.message}});
  }
  return member.id() + ' ' + reason(error);
}

Result<SearchPage> SearchGroup::search_all(const Members& members, const SearchRequest& request) {
  const auto cursor = merged_cursor_from(request.page.after);
  if (!cursor) return cursor.error();
  auto asked = request;
  asked.deadline = deadline_of(request.deadline);
  asked.page = {window_of(*cursor, request.page.limit), ""};
  auto results = ask_all<SearchPage>(members, asked.deadline,
                                     [asked](Member& member) { return member.first_hits(asked); });
  std::vector<MemberAnswer> answers;
  std::vector<std::string> without;
  std::optional<Error> first;
  for (std::size_t at = 0; at < members.size(); ++at) {
    auto& result = results[at];
    if (result) {
      answers.push_back({at, std::move(*result)});
      continue;
    }
    if (!first) first = result.error();
    without.push_back(left_out(*members[at], result.error()));
  }
  if (answers.empty()) return *first;
  auto page = merged(answers, request, *cursor);
  page.left_out = std::move(without);
  page.has_more = page.has_more || !page.left_out.empty();
  return page;
}

Result<std::vector<std::string>> SearchGroup::suggest(const SuggestRequest& request) {
  const auto state = state_to_ask();
  const auto& members = state->members;
  if (members.empty()) return nobody();
  auto asked = request;
  asked.deadline = deadline_of(request.deadline);
  if (members.size() == 1) return members.front()->suggest(asked);
  auto results = ask_all<std::vector<std::string>>(
      members, asked.deadline, [asked](Member& member) { return member.suggest(asked); });
  std::vector<std::vector<std::string>> lists;
  for (auto& result : results)
    if (result) lists.push_back(std::move(*result));
  if (lists.empty()) return results.front().error();
  return merged_suggestions(lists, request.limit);
}

}  // namespace swapmeet
