#include "pdf.h"

#include <poppler/cpp/poppler-document.h>
#include <poppler/cpp/poppler-global.h>
#include <poppler/cpp/poppler-page.h>

#include <memory>
#include <mutex>

namespace attributes_text {
namespace {

std::string utf8(const poppler::ustring& text) {
  const auto bytes = text.to_utf8();
  return {bytes.begin(), bytes.end()};
}

void be_quiet() {
  static std::once_flag once;
  std::call_once(
      once, [] { poppler::set_debug_error_function([](const std::string&, void*) {}, nullptr); });
}

}  // namespace

bool reads_pdf() { return true; }

swapmeet::Result<PdfText> text_of_pdf(int descriptor, std::size_t most,
                                      const std::function<bool()>& is_over) {
  be_quiet();
  // Poppler reads what it needs of the file: no more of it is in memory than that.
  const auto path = "/proc/self/fd/" + std::to_string(descriptor);
  const std::unique_ptr<poppler::document> document(poppler::document::load_from_file(path));
  if (!document) return swapmeet::invalid_argument("it is no PDF, or broken");
  if (document->is_locked()) return swapmeet::invalid_argument("it is locked with a password");
  PdfText found;
  found.title = utf8(document->get_title());
  found.author = utf8(document->get_author());
  found.pages = document->pages();
  for (int number = 0; number < found.pages && found.text.size() < most; ++number) {
    if (is_over()) return swapmeet::timed_out("it takes too long");
    const std::unique_ptr<poppler::page> page(document->create_page(number));
    if (page) found.text += utf8(page->text()) + '\n';
  }
  if (found.text.size() > most) found.text.resize(most);
  return found;
}

}  // namespace attributes_text
