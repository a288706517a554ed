#include "swapmeet/plugin.h"

#include <algorithm>
#include <cstring>
#include <type_traits>

namespace swapmeet {

static_assert(std::is_trivially_copyable_v<PluginInfo>);

PluginInfo info_of(const PluginDescriptor& plugin) {
  PluginInfo info;
  const auto known = std::min<std::size_t>(plugin.info->size, sizeof info);
  std::memcpy(static_cast<void*>(&info), plugin.info, known);
  return info;
}

}  // namespace swapmeet
