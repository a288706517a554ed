// search.fts as the host loads it.
#include "swapmeet/plugin.h"

#include <memory>
#include <optional>

#include "search/fts/store.h"
#include "search/fts/upkeep.h"

namespace {

class FtsSearch final : public swapmeet::Plugin {
 public:
  swapmeet::Result<void> configure(swapmeet::Host& host) override {
    host_ = &host;
    kept_.emplace(swapmeet::search_fts::stores_in(host.data_folder()));
    return {};
  }
  swapmeet::Result<void> start() override {
    return swapmeet::sqlite::attempt([&]() -> swapmeet::Result<void> {
      const auto most = static_cast<std::size_t>(host_->settings().integer("max_results"));
      store_ = swapmeet::search_fts::Store::open(
          host_->data_folder(), most, [&](const std::string& why) {
            host_->log(swapmeet::LogLevel::warning,
                       "set a damaged index aside and makes it anew from the registry",
                       {{"why", why}});
          });
      return {};
    });
  }
  void stop() override { store_.reset(); }
  void* interface(std::string_view id) override {
    if (auto* stores = swapmeet::interface_of<swapmeet::Stores>(&*kept_, id)) return stores;
    return store_ ? swapmeet::interface_of<swapmeet::Search>(store_.get(), id) : nullptr;
  }

 private:
  swapmeet::Host* host_ = nullptr;
  std::optional<swapmeet::sqlite::KeptStores> kept_;
  std::unique_ptr<swapmeet::search_fts::Store> store_;
};

constexpr const char* kProvides[] = {swapmeet::Search::kInterface};
constexpr swapmeet::KeySpec kKeys[] = {{"max_results", swapmeet::KeyType::integer, "1000", "1",
                                        "100000", "How many hits one query can page through."}};

}  // namespace

SWAPMEET_PLUGIN(FtsSearch, {.id = "search.fts",
                            .kind = swapmeet::Kind::search,
                            .version = "0.2.0",
                            .summary = "full-text search in an index of its own (SQLite FTS5)",
                            .provides = kProvides,
                            .keys = kKeys,
                            .may_run_twice = true});
