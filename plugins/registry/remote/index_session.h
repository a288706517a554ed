// This host's session at its index: logs in with the account and the password in a file of its own,
// keeps the token until shortly before it runs out, and does not pester an index that says no:
// after a refusal the same password is tried again only after a pause that grows. Threads:
// thread-safe; one logs in, others wait for what comes of it.
#pragma once

#include <chrono>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>

#include "swapmeet/host.h"
#include "swapmeet/result.h"
#include "swapmeet/time.h"
#include "swapmeet/wire/client.h"

namespace swapmeet::registry_remote {

struct IndexAccount {
  std::string name;  // empty: none, this host goes there as a guest
  std::filesystem::path password_file;
};

class IndexSession {
 public:
  // Host and client must outlive it.
  IndexSession(swapmeet::Host& host, swapmeet::wire::Client& client, IndexAccount account);

  // The token; empty: as a guest. Errors as IndexAddress::session.
  swapmeet::Result<std::string> token();
  void ended(const std::string& token);

 private:
  swapmeet::Result<std::string> log_in(const std::string& password);
  std::filesystem::path device_file() const;
  void keep_device(const std::string& device);
  swapmeet::Error refused(const swapmeet::Error& why, const std::string& password);

  swapmeet::Host& host_;
  swapmeet::wire::Client& client_;
  const IndexAccount account_;
  std::mutex mutex_;
  std::string token_;
  swapmeet::Time renew_at_{};
  // The last refusal, and what was refused: another password is tried at once.
  std::optional<swapmeet::Error> refusal_;
  std::string refused_password_;
  Instant next_try_{};
  std::chrono::seconds pause_{};
};

}  // namespace swapmeet::registry_remote
