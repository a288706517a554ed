// search.process as the host loads it: puts every question to a program of the operator's own.
#include "swapmeet/plugin.h"

#include <memory>

#include "search/process/messages.h"
#include "swapmeet/process/plugin_program.h"
#include "swapmeet/search.h"

namespace {

using namespace swapmeet;

class ProcessSearch final : public Plugin, public Search, public ChangeFollower {
 public:
  Result<void> configure(Host& host) override {
    host_ = &host;
    return {};
  }
  Result<void> start() override {
    auto program = process::start_program(*host_, Kind::search);
    if (!program) return std::move(program).error();
    program_ = std::move(*program);
    return {};
  }
  void stop() override {
    if (program_) program_->stop();
  }
  void* interface(std::string_view id) override { return interface_of<Search>(this, id); }

  ChangeFollower* follower() override {
    return program_->greeting()["follows"].boolean(true) ? this : nullptr;
  }
  Result<FeedPosition> applied() override {
    auto answer = program_->call(R"({"do":"applied"})");
    if (!answer) return std::move(answer).error();
    return search_process::position_from(*answer);
  }
  Result<void> apply(const ChangeBatch& batch) override {
    auto answer = program_->call(search_process::apply_request(batch));
    if (!answer) return std::move(answer).error();
    return {};
  }

  // A query that is wrong never reaches the program.
  Result<SearchPage> search(const SearchRequest& request) override {
    const auto query = parse_query(request.query);
    if (!query) return query.error();
    auto answer = program_->call(search_process::search_request(request, *query, left(request)),
                                 request.deadline);
    if (!answer) return std::move(answer).error();
    return search_process::page_from(*answer, request);
  }
  Result<std::vector<std::string>> suggest(const SuggestRequest& request) override {
    if (!program_->greeting()["suggests"].boolean()) return std::vector<std::string>{};
    auto answer =
        program_->call(search_process::suggest_request(request, left(request)), request.deadline);
    if (!answer) return std::move(answer).error();
    auto queries = (*answer)["queries"].texts();
    if (queries.size() > request.limit) queries.resize(request.limit);
    return queries;
  }

 private:
  template <class Request>
  std::chrono::milliseconds left(const Request& request) const {
    return request.deadline.left(host_->clock(), host_->settings().duration("patience"));
  }

  Host* host_ = nullptr;
  std::unique_ptr<process::Program> program_;
};

constexpr const char* kProvides[] = {Search::kInterface};

}  // namespace

SWAPMEET_PLUGIN(ProcessSearch, {.id = "search.process",
                                .kind = Kind::search,
                                .version = "0.2.0",
                                .summary = "Asks a program of your own, in any language.",
                                .provides = kProvides,
                                .keys = process::kProgramKeys,
                                .may_run_twice = true});
