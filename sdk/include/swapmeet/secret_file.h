// Secrets: small files that hold one, made once with random content and for their owner's eyes
// only, and how a secret that somebody sends is compared. Threads: free functions without shared
// state; no two may make the same file at once.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "swapmeet/random.h"
#include "swapmeet/result.h"

namespace swapmeet {

// Whether what was sent is the secret. How long it takes says nothing about where they differ. An
// empty text is nobody's secret: false.
bool equal_in_constant_time(std::string_view sent, std::string_view secret);

// The first word of the file, or `fresh` written to it, durably and with mode 0600, when there is
// no file. `corrupt`: the word in the file has another length than `fresh`.
Result<std::string> read_or_make_secret(const std::filesystem::path& file,
                                        const std::string& fresh);

// Writes a file that nobody but its owner can read, durably: after a crash the old state or the
// whole new file is there.
Result<void> write_secret(const std::filesystem::path& file, const std::string& text);

// Whether a file with this mode may be read by others than the user of this process. What systemd
// hands to the process (LoadCredential=, in $CREDENTIALS_DIRECTORY) is its alone: there an access
// list for its user shows as the group's part of the mode.
bool open_to_others(const std::filesystem::path& file, unsigned mode);

// The first line of a file that nobody but its owner can read, without its line end. `not_found`;
// `not_allowed`: others can read it; `invalid_argument`: the line is empty or longer than 4,096.
Result<std::string> read_secret(const std::filesystem::path& file);

}  // namespace swapmeet
