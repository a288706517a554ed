#include "host/plugins/fault_news.h"

namespace swapmeet {
namespace {

constexpr std::chrono::seconds kPause{10};

}  // namespace

void FaultNews::tell(const std::string& plugin, std::string_view doing, std::string_view what,
                     std::uint64_t failures) {
  {
    const std::lock_guard lock(mutex_);
    const auto now = clock_.steady();
    if (told_ && now - *told_ < kPause) return;
    told_ = now;
  }
  events_.publish({"plugin.faulty",
                   {{"plugin", plugin},
                    {"in", std::string(doing)},
                    {"what", std::string(what)},
                    {"failures", failures}}});
}

}  // namespace swapmeet
