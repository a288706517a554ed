#include "pdf.h"

namespace attributes_text {

bool reads_pdf() { return false; }

swapmeet::Result<PdfText> text_of_pdf(int, std::size_t, const std::function<bool()>&) {
  return swapmeet::unsupported("this plugin was built without poppler-cpp");
}

}  // namespace attributes_text
