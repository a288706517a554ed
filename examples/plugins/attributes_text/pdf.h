// The text of a PDF, by poppler, or nothing where the plugin is built without it.
// Threads: free functions; each call has a document of its own.
#pragma once

#include <swapmeet/result.h>

#include <cstddef>
#include <functional>
#include <string>

namespace attributes_text {

struct PdfText {
  std::string title;
  std::string author;
  int pages = 0;
  std::string text;  // of the first pages, some `most` bytes
};

bool reads_pdf();
// `invalid_argument`: it is none, is broken, or is locked with a password.
swapmeet::Result<PdfText> text_of_pdf(int descriptor, std::size_t most,
                                      const std::function<bool()>& is_over);

}  // namespace attributes_text
