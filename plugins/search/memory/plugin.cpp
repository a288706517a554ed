// search.memory as the host loads it.
#include "swapmeet/plugin.h"

#include <memory>
#include <optional>

#include "search/memory/index.h"
#include "search/memory/kept_snapshot.h"
#include "swapmeet/random.h"

namespace {

class MemorySearch final : public swapmeet::Plugin {
 public:
  swapmeet::Result<void> configure(swapmeet::Host& host) override {
    host_ = &host;
    kept_.emplace(snapshot());
    return {};
  }
  swapmeet::Result<void> start() override {
    index_ = std::make_unique<swapmeet::search_memory::Index>(swapmeet::search_memory::IndexOptions{
        .clock = host_->clock(),
        .salt = swapmeet::random_seed(),
        .max_results = static_cast<std::size_t>(host_->settings().integer("max_results")),
        .snapshot = snapshot(),
        .report = [this](std::string_view message, const std::string& why) {
          host_->log(swapmeet::LogLevel::warning, message, {{"why", why}});
        }});
    kept_->set_index(index_.get());
    return {};
  }
  void stop() override {
    kept_->set_index(nullptr);
    index_.reset();
  }
  void* interface(std::string_view id) override {
    if (auto* stores = swapmeet::interface_of<swapmeet::Stores>(&*kept_, id)) return stores;
    return index_ ? swapmeet::interface_of<swapmeet::Search>(index_.get(), id) : nullptr;
  }

 private:
  std::filesystem::path snapshot() const { return host_->data_folder() / "search.snapshot"; }

  swapmeet::Host* host_ = nullptr;
  std::optional<swapmeet::search_memory::KeptSnapshot> kept_;
  std::unique_ptr<swapmeet::search_memory::Index> index_;
};

constexpr const char* kProvides[] = {swapmeet::Search::kInterface};
constexpr swapmeet::KeySpec kKeys[] = {{"max_results", swapmeet::KeyType::integer, "1000", "1",
                                        "100000", "How many hits one query can page through."}};

}  // namespace

SWAPMEET_PLUGIN(MemorySearch,
                {.id = "search.memory",
                 .kind = swapmeet::Kind::search,
                 .version = "0.2.0",
                 .summary = "full-text search in memory, ranked by sources; for large indexes",
                 .provides = kProvides,
                 .keys = kKeys,
                 .may_run_twice = true});
