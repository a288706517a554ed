// The keys by which this host is known over TLS: one of the peer, by which other peers and the
// index know it, and one of its API, from the operator's files or made here. Both are kept in the
// data folder; the certificates are renewed in time, and the operator's files are read again on
// reload. Connections that are open keep what they were shown.
// Threads: thread-safe, but for open().
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "swapmeet/host.h"
#include "swapmeet/peer_key.h"
#include "swapmeet/result.h"
#include "swapmeet/time.h"
#include "swapmeet/tls/certificate.h"
#include "swapmeet/tls/session.h"

namespace swapmeet {

class TlsKeys final : public PeerKey {
 public:
  // Both empty: the host's own key.
  struct Files {
    std::filesystem::path certificate;
    std::filesystem::path key;
  };
  // The files below `data`, without their endings.
  static constexpr const char* kPeer = "peer";
  static constexpr const char* kApi = "http";

  static Result<std::unique_ptr<TlsKeys>> open(const std::filesystem::path& data, Files files,
                                               const Clock& clock, Log log);

  const std::string& fingerprint() const override { return peer_.fingerprint(); }
  const std::string& public_key() const override { return peer_.public_key(); }
  std::string sign(std::string_view text) const override { return peer_.sign(text); }

  std::string api_fingerprint() const;
  Time api_expires() const;
  Time peer_expires() const;
  // What listeners show to those who connect next.
  std::shared_ptr<const tls::ServerContext> peer_context() const;
  std::shared_ptr<const tls::ServerContext> api_context() const;

  // The API's certificate from now on; after an Error it stays as it was.
  Result<void> use(Files files);
  // Now and then: certificates that have grown old are renewed, the files are read again, and so is
  // the secret by which sessions are resumed.
  void tend();

 private:
  struct Shown {
    tls::Certificate certificate;
    std::shared_ptr<const tls::ServerContext> context;
  };
  TlsKeys(std::filesystem::path data, const Clock& clock, Log log, tls::Certificate peer);
  Result<Shown> api_of(const Files& files) const;
  static Result<Shown> showing(Result<tls::Certificate> certificate);

  const std::filesystem::path data_;
  const Clock& clock_;
  const Log log_;
  const tls::Certificate peer_;  // whose key never changes
  mutable std::mutex mutex_;
  Files files_;
  Time peer_expires_{};
  std::shared_ptr<const tls::ServerContext> peer_context_;
  std::string api_fingerprint_;
  Time api_expires_{};
  std::shared_ptr<const tls::ServerContext> api_context_;
};

}  // namespace swapmeet
