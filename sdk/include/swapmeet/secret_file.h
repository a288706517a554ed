// Small files that hold a secret: made once with random content, for their owner's eyes only.
// Threads: free functions without shared state; two that make the same file at once must not be.
#pragma once

#include <filesystem>
#include <string>

#include "swapmeet/result.h"

namespace swapmeet {

// So many random bytes from the system, as hex. Throws when it gives none.
std::string random_hex(std::size_t bytes);

// The first word of the file, or `fresh` written to it, durably and with mode 0600, when there is
// no file. `corrupt`: the word in the file has another length than `fresh`.
Result<std::string> read_or_make_secret(const std::filesystem::path& file,
                                        const std::string& fresh);

// The first line of a file that nobody but its owner can read, without its line end. `not_found`;
// `not_allowed`: others can read it; `invalid_argument`: the line is empty or longer than 4,096.
Result<std::string> read_secret(const std::filesystem::path& file);

}  // namespace swapmeet
