// /api/v1/settings: the keys of the host and of its plugins, shown, changed in the file and put in
// force; and reading the file again.
#pragma once

#include <functional>
#include <vector>

#include "host/api/api.h"
#include "swapmeet/wire/settings.h"

namespace swapmeet {

struct SettingsActions {
  std::function<Result<wire::SettingsReport>()> list;
  // Returns when the host has taken them, or has said why not; then the file is as it was.
  std::function<Result<wire::ReloadReport>(const std::vector<wire::SettingChange>&)> change;
  std::function<Result<wire::ReloadReport>()> reload;
};

void add_settings(Api& api, SettingsActions actions);

}  // namespace swapmeet
