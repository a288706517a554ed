// Whom the command line believes over TLS: the key of a host of one's own, and the keys of hosts
// that a person has confirmed once, kept beside the sessions there. Threads: one.
#pragma once

#include <filesystem>
#include <string>

#include "swapmeet/result.h"
#include "swapmeet/wire/client.h"

namespace swapmeet::cli {

struct CertificateFiles {
  std::filesystem::path certificate;  // empty: the host's own, in its data folder
  std::filesystem::path key;
};

// The fingerprint that a host of these files, with this data folder, shows at its API.
Result<std::string> own_key(const CertificateFiles& files, const std::filesystem::path& data);

// The key by which that host is to be known from now on; empty: its certificate is enough. Asks the
// person on the terminal about a host that nobody vouches for. `not_allowed`: nobody is there to
// ask, the person said no, or a host that is known holds another key; nothing was sent to it.
Result<std::string> key_to_believe(const wire::ClientOptions& options);

}  // namespace swapmeet::cli
