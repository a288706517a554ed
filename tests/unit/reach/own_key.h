// A peer's key, made for one test. Threads: immutable.
#pragma once

#include <filesystem>
#include <stdexcept>

#include "swapmeet/peer_key.h"
#include "swapmeet/tls/certificate.h"

namespace swapmeet::testing {

class OwnKey final : public PeerKey {
 public:
  const std::string& fingerprint() const override { return certificate_.fingerprint(); }
  const std::string& public_key() const override { return certificate_.public_key(); }
  std::string sign(std::string_view text) const override { return certificate_.sign(text); }

 private:
  static tls::Certificate make() {
    auto folder = (std::filesystem::temp_directory_path() / "own_key_XXXXXX").string();
    if (!::mkdtemp(folder.data())) throw std::runtime_error("no temporary folder");
    auto made = tls::Certificate::own(std::filesystem::path(folder) / "peer", tls::KeyKind::ed25519,
                                      "peer", Time(std::chrono::days(20'000)));
    std::filesystem::remove_all(folder);
    return std::move(made).value();
  }
  const tls::Certificate certificate_ = make();
};

}  // namespace swapmeet::testing
