#include "host/cli/search_picking.h"

#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "host/cli/commands.h"
#include "host/cli/hit_rows.h"
#include "host/cli/screen.h"
#include "host/cli/search_list.h"

namespace swapmeet::cli {
namespace {

// Whoever leaves does not wait for an index that does not answer.
constexpr std::chrono::seconds kPatience{5};

// Asks the host, one request at a time, and wakes whoever waits for the answer.
class Asking {
 public:
  using Request = SearchList::Request;
  struct Answer {
    Request request;
    Result<FoundPage> found;
  };

  Asking(Session session, std::function<void()> wake)
      : session_(std::move(session)), wake_(std::move(wake)), thread_([this] { run(); }) {}
  ~Asking() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    asked_.notify_one();
    thread_.join();
  }
  Asking(const Asking&) = delete;
  Asking& operator=(const Asking&) = delete;

  void ask(Request request) {
    {
      const std::lock_guard lock(mutex_);
      request_ = std::move(request);
    }
    asked_.notify_one();
  }
  std::optional<Answer> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(answer_, std::nullopt);
  }

 private:
  void run() {
    session_.wait_for_answers(kPatience);
    PeerNames names(session_);
    std::unique_lock lock(mutex_);
    while (true) {
      asked_.wait(lock, [this] { return stopping_ || request_; });
      if (stopping_) return;
      auto request = *std::exchange(request_, std::nullopt);
      lock.unlock();
      auto found = find(request, names);
      lock.lock();
      answer_ = {std::move(request), std::move(found)};
      wake_();
    }
  }

  Result<FoundPage> find(const Request& request, PeerNames& names) {
    auto page = session_.ask<SearchPage>("GET", target_of(request.search, request.after));
    if (!page) return std::move(page).error();
    names.learn(page->hits);
    FoundPage found;
    for (const auto& hit : page->hits) found.from.push_back(holders_of(hit, names));
    found.page = std::move(*page);
    return found;
  }

  Session session_;
  const std::function<void()> wake_;
  std::mutex mutex_;
  std::condition_variable asked_;
  std::optional<Request> request_;
  std::optional<Answer> answer_;
  bool stopping_ = false;
  std::thread thread_;
};

// Until the person has chosen or left; the signal that ended it, or 0.
int run(SearchList& list, Screen& screen, Asking& asking) {
  KeyReader keys;
  while (!list.over()) {
    if (auto request = list.next_request()) asking.ask(std::move(*request));
    screen.draw(list.frame());
    const auto event = screen.wait(keys.waits());
    if (event.ended_by != 0) return event.ended_by;
    auto pressed = keys.read(event.bytes);
    if (event.timed_out) pressed = keys.end_waiting();
    for (const auto& key : pressed) {
      if (key == Key{Key::Kind::control, "z"})
        screen.suspend();
      else if (!list.over())
        list.press(key);
    }
    if (event.resized) list.resize(screen.size().width, screen.size().height);
    if (auto answer = asking.take()) list.answer(answer->request, std::move(answer->found));
  }
  return 0;
}

struct Choice {
  std::vector<Hit> hits;
  ShownSearch search;
  int ended_by = 0;
};

Result<Choice> choose(const Session& session, const ShownSearch& search) {
  auto other = Session::open(session.arguments(), session.clock());
  if (!other) return std::move(other).error();
  auto screen = Screen::open();
  if (!screen) return std::move(screen).error();
  SearchList list(search, (*screen)->size().width, (*screen)->size().height);
  Choice choice;
  {
    Asking asking(std::move(*other), [&screen] { (*screen)->wake(); });
    choice.ended_by = run(list, **screen, asking);
    (*screen)->close();
  }
  choice.hits = list.chosen();
  choice.search = list.search();
  return choice;
}

}  // namespace

int pick_and_get(Session& session, const ShownSearch& search) try {
  constexpr int kBySignal = 128;
  auto choice = choose(session, search);
  if (!choice) return fail(choice.error());
  if (choice->ended_by != 0) return kBySignal + choice->ended_by;
  if (choice->hits.empty()) return 0;
  SearchPage picked;
  picked.query = choice->search.query;
  picked.hits = std::move(choice->hits);
  picked.total = picked.hits.size();
  remember(picked);  // for `get 1`, if it is needed again
  auto arguments = session.arguments();
  arguments.words.clear();
  for (std::size_t i = 1; i <= picked.hits.size(); ++i)
    arguments.words.push_back(std::to_string(i));
  auto getting = Session::open(std::move(arguments), session.clock());
  if (!getting) return fail(getting.error());
  return get(*getting);
} catch (const std::exception& error) {  // the terminal is as it was
  return fail(internal_error(error.what()));
}

}  // namespace swapmeet::cli
