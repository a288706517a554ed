// search.remote: the search of an index, asked over HTTP.
#include "swapmeet/plugin.h"

#include <mutex>

#include "swapmeet/remote.h"
#include "swapmeet/search.h"
#include "swapmeet/wire/client.h"
#include "swapmeet/wire/json.h"

namespace swapmeet {
namespace {

constexpr const char* kProvides[] = {Search::kInterface};
constexpr KeySpec kKeys[] = {
    {"index", KeyType::url, "", nullptr, nullptr,
     "The index to ask; empty: the one of [registry]."},
    {"timeout", KeyType::duration, "4s", "100ms", "5m", "How long to wait for an answer."},
};

class RemoteSearch final : public Plugin, public Search {
 public:
  Result<void> configure(Host& host) override {
    host_ = &host;
    return {};
  }
  Result<void> start() override {
    if (host_->settings().has("index")) connect(host_->settings().text("index"));
    return {};
  }
  void stop() override {}
  void* interface(std::string_view id) override { return interface_of<Search>(this, id); }

  Result<SearchPage> search(const SearchRequest& request) override {
    const std::string target = "/api/v1/search?q=" + wire::percent_encode(request.query) +
                               "&limit=" + std::to_string(request.page.limit) +
                               "&after=" + wire::percent_encode(request.page.after) +
                               "&sort=" + std::string(name_of(request.sort));
    auto reply = ask(target);
    if (!reply) return std::move(reply).error();
    return wire::from_json<SearchPage>(reply->body);
  }
  Result<std::vector<std::string>> suggest(const SuggestRequest& request) override {
    auto reply = ask("/api/v1/search/suggest?q=" + wire::percent_encode(request.typed) +
                     "&limit=" + std::to_string(request.limit));
    // An index from before there were suggestions has none.
    if (!reply && reply.error().code == ErrorCode::not_found) return std::vector<std::string>{};
    if (!reply) return std::move(reply).error();
    auto suggestions = wire::from_json<wire::Suggestions>(reply->body);
    if (!suggestions) return std::move(suggestions).error();
    return std::move(suggestions->queries);
  }
  ChangeFollower* follower() noexcept override { return nullptr; }

 private:
  // Under the registry's session, if it is the same index.
  Result<wire::Reply> ask(const std::string& target) {
    auto client = this->client();
    if (!client) return std::move(client).error();
    auto* index = host_->find<IndexAddress>();
    return index && index->index_url() == (*client)->url()
               ? wire::request_as_member(**client, *index, "GET", target)
               : (*client)->request("GET", target);
  }

  void connect(std::string url) {
    while (url.ends_with('/')) url.pop_back();
    wire::ClientOptions options;
    options.url = std::move(url);
    options.timeout = host_->settings().duration("timeout");
    client_ = std::make_unique<wire::Client>(options);
  }

  // The registry may start after this plugin, so its index is asked for at the first search.
  Result<wire::Client*> client() {
    const std::lock_guard lock(mutex_);
    if (!client_) {
      auto* address = host_->find<IndexAddress>();
      if (!address)
        return Error{
            ErrorCode::unavailable,
            "[search] index is not set, and the registry is none that asks an index: set it",
            {}};
      connect(address->index_url());
    }
    return client_.get();
  }

  Host* host_ = nullptr;
  std::mutex mutex_;
  std::unique_ptr<wire::Client> client_;
};

}  // namespace
}  // namespace swapmeet

SWAPMEET_PLUGIN(swapmeet::RemoteSearch, {.id = "search.remote",
                                         .kind = swapmeet::Kind::search,
                                         .version = "0.1.0",
                                         .summary = "Asks the search of an index.",
                                         .provides = swapmeet::kProvides,
                                         .keys = swapmeet::kKeys});
