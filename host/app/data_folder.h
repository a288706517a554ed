// The host's data folder: locked while a host runs on it, with the peer id and the API token that
// are made at the first start, and the ledger of what it has had.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "host/app/ledger.h"
#include "swapmeet/id.h"
#include "swapmeet/result.h"

namespace swapmeet {

// Movable owner of the lock; the lock ends with it.
class DataFolder {
 public:
  // Makes the folder (0700), takes its lock, reads or makes peer id and token. `conflict`: another
  // host runs on it. `not_allowed`: others may look into it, or read a secret. `corrupt`: a secret
  // or a store of the host itself was lost; with `accepted` that is accepted instead, and told
  // there in sentences.
  static Result<DataFolder> open(const std::filesystem::path& path,
                                 std::vector<std::string>* accepted = nullptr);
  // Of a folder that is there: nobody else may look into it or change it, nor read a secret in it.
  // `not_allowed`: names what is open to whom, and the chmod that helps.
  static Result<void> check_modes(const std::filesystem::path& path);
  ~DataFolder();
  DataFolder(DataFolder&& other) noexcept;
  DataFolder& operator=(DataFolder&&) = delete;

  // Writes down beside the lock which process this is (host/config/data_lock.h).
  void sign() const;

  const std::filesystem::path& path() const { return path_; }
  Ledger& ledger() { return *ledger_; }
  const PeerId& peer() const { return peer_; }
  const std::string& api_token() const { return api_token_; }
  // Proves to a registry that the peer id is this peer's.
  const std::string& registration_token() const { return registration_token_; }

 private:
  DataFolder() = default;
  Result<void> check_losses(std::vector<std::string>* accepted);
  std::filesystem::path path_;
  int lock_ = -1;
  std::optional<Ledger> ledger_;
  PeerId peer_;
  std::string api_token_;
  std::string registration_token_;
};

}  // namespace swapmeet
