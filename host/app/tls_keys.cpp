#include "host/app/tls_keys.h"

#include <utility>

namespace swapmeet {
namespace {

constexpr const char* kOwnName = "swapmeet";  // in certificates that are made here

}  // namespace

TlsKeys::TlsKeys(std::filesystem::path data, const Clock& clock, Log log, tls::Certificate peer)
    : data_(std::move(data)), clock_(clock), log_(std::move(log)), peer_(std::move(peer)) {}

Result<TlsKeys::Shown> TlsKeys::showing(Result<tls::Certificate> certificate) {
  if (!certificate) return std::move(certificate).error();
  auto context = tls::ServerContext::make(*certificate);
  if (!context) return std::move(context).error();
  return Shown{std::move(*certificate), std::move(*context)};
}

Result<TlsKeys::Shown> TlsKeys::api_of(const Files& files) const {
  if (files.certificate.empty() != files.key.empty())
    return invalid_argument(
        "[http] certificate and certificate_key belong together: set both, or neither");
  return showing(files.certificate.empty() ? tls::Certificate::own(data_ / kApi, tls::KeyKind::p256,
                                                                   kOwnName, clock_.now())
                                           : tls::Certificate::read(files.certificate, files.key));
}

Result<std::unique_ptr<TlsKeys>> TlsKeys::open(const std::filesystem::path& data, Files files,
                                               const Clock& clock, Log log) {
  auto peer =
      showing(tls::Certificate::own(data / kPeer, tls::KeyKind::ed25519, kOwnName, clock.now()));
  if (!peer) return std::move(peer).error();
  std::unique_ptr<TlsKeys> keys(new TlsKeys(data, clock, std::move(log), peer->certificate));
  keys->peer_expires_ = peer->certificate.expires();
  keys->peer_context_ = std::move(peer->context);
  if (auto used = keys->use(std::move(files)); !used) return std::move(used).error();
  return keys;
}

std::string TlsKeys::api_fingerprint() const {
  const std::lock_guard lock(mutex_);
  return api_fingerprint_;
}

Time TlsKeys::api_expires() const {
  const std::lock_guard lock(mutex_);
  return api_expires_;
}

Time TlsKeys::peer_expires() const {
  const std::lock_guard lock(mutex_);
  return peer_expires_;
}

std::shared_ptr<const tls::ServerContext> TlsKeys::peer_context() const {
  const std::lock_guard lock(mutex_);
  return peer_context_;
}

std::shared_ptr<const tls::ServerContext> TlsKeys::api_context() const {
  const std::lock_guard lock(mutex_);
  return api_context_;
}

Result<void> TlsKeys::use(Files files) {
  auto api = api_of(files);
  if (!api) return std::move(api).error();
  if (api->certificate.expires() < clock_.now())
    log_(LogLevel::warning, "the certificate has run out",
         {{"file", files.certificate.string()},
          {"expired", to_rfc3339(api->certificate.expires())}});
  const std::lock_guard lock(mutex_);
  files_ = std::move(files);
  api_fingerprint_ = api->certificate.fingerprint();
  api_expires_ = api->certificate.expires();
  api_context_ = std::move(api->context);
  return {};
}

void TlsKeys::tend() {
  Files files;
  {
    const std::lock_guard lock(mutex_);
    files = files_;
  }
  const auto complain = [&](const Error& why) {
    log_(LogLevel::warning, "a certificate is not renewed", {{"why", why.message}});
  };
  if (auto used = use(std::move(files)); !used) complain(used.error());
  auto peer =
      showing(tls::Certificate::own(data_ / kPeer, tls::KeyKind::ed25519, kOwnName, clock_.now()));
  if (!peer) return complain(peer.error());
  const std::lock_guard lock(mutex_);
  peer_expires_ = peer->certificate.expires();
  peer_context_ = std::move(peer->context);
}

}  // namespace swapmeet
