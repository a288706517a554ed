// All keys of a host and of its plugins: what each is set to, where that comes from, and how the
// file is changed. The value is checked before the file is touched; what a running host then says
// of it is for the caller.
// Threads: no state; one caller at a time changes the file.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "host/config/config.h"
#include "swapmeet/wire/settings.h"

namespace swapmeet {

// What the API says of a key; without its value.
wire::KeyListing listing_of(const KeySpec& spec);

class SettingsBook {
 public:
  SettingsBook(std::filesystem::path file, Overrides overrides)
      : file_(std::move(file)), overrides_(std::move(overrides)) {}

  Result<wire::SettingsReport> list() const;
  // "upload_limit" is [transfer] upload_limit where no other section has such a key. `not_found`,
  // with the key that may have been meant; `invalid_argument`: several sections have it.
  Result<std::string> full_name(const std::string& key) const;

  enum class From : std::uint8_t { this_machine, api };
  // What the file held before. Nothing is changed after an error. `not_allowed`: the API may not
  // change that key, or this user not write the file.
  Result<std::string> change(const std::vector<wire::SettingChange>& changes, From from) const;
  Result<void> restore(const std::string& text) const;
  const std::filesystem::path& file() const { return file_; }

 private:
  std::filesystem::path file_;
  Overrides overrides_;
};

}  // namespace swapmeet
