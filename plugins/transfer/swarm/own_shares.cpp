#include "transfer/swarm/own_shares.h"

#include <filesystem>
#include <system_error>

#include "swapmeet/sqlite/database.h"
#include "transfer/swarm/base/shown_name.h"

namespace swapmeet::transfer_swarm {
namespace {

// The first file of that content that is still there.
std::string place_of(Catalogue& catalogue, const ContentId& content) {
  for (const auto& place : catalogue.places(content)) {
    std::error_code ignored;
    if (std::filesystem::exists(place.file, ignored)) return shown_name(place.file);
  }
  return {};
}

std::string folder_of(Catalogue& catalogue, const std::string& path) {
  const auto slash = path.find('/');
  const auto share = catalogue.share(path.substr(0, slash));
  if (!share) return {};
  return share->spec.folder + (slash == std::string::npos ? "" : path.substr(slash));
}

// A catalogue that cannot be read knows of nothing.
template <class Find>
std::string tried(Find find) {
  auto found = sqlite::attempt([&]() -> Result<std::string> { return find(); });
  return found ? *found : std::string();
}

}  // namespace

OwnShares own_shares(Catalogue& catalogue) {
  return {[&catalogue](const ContentId& content) {
            return tried([&] { return place_of(catalogue, content); });
          },
          [&catalogue](const std::string& path) {
            return tried([&] { return folder_of(catalogue, path); });
          }};
}

}  // namespace swapmeet::transfer_swarm
