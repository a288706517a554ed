// The host's data folder: locked while a host runs on it, with the peer id and the API token that
// are made at the first start.
#pragma once

#include <filesystem>
#include <string>

#include "swapmeet/id.h"
#include "swapmeet/result.h"

namespace swapmeet {

// Movable owner of the lock; the lock ends with it.
class DataFolder {
 public:
  // Makes the folder (0700), takes its lock, reads or makes peer id and token. `conflict`: another
  // host runs on it.
  static Result<DataFolder> open(const std::filesystem::path& path);
  ~DataFolder();
  DataFolder(DataFolder&& other) noexcept;
  DataFolder& operator=(DataFolder&&) = delete;

  const std::filesystem::path& path() const { return path_; }
  const PeerId& peer() const { return peer_; }
  const std::string& api_token() const { return api_token_; }
  // Proves to a registry that the peer id is this peer's.
  const std::string& registration_token() const { return registration_token_; }

 private:
  DataFolder() = default;
  std::filesystem::path path_;
  int lock_ = -1;
  PeerId peer_;
  std::string api_token_;
  std::string registration_token_;
};

}  // namespace swapmeet
