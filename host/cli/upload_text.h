// Uploads in words: to whom something goes.
// Threads: free functions.
#pragma once

#include <string>

#include "swapmeet/uploads.h"

namespace swapmeet::cli {

// "bob", when the registry knows that peer at this address; "ann at bob" when the reader's ticket
// names an account; "10.0.0.7, says bob" when only the reader says so.
std::string reader_text(const UploadStatus& upload);

}  // namespace swapmeet::cli
