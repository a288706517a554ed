// attributes.text: makes documents findable by their words. `swapmeet search attr.text:word`
#include <swapmeet/attribute_reader.h>
#include <swapmeet/listing.h>
#include <swapmeet/media_type.h>
#include <swapmeet/plugin.h>
#include <swapmeet/text.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "pdf.h"
#include "telling_words.h"

namespace {

using swapmeet::Attributes;
using swapmeet::KeyType;
using swapmeet::OpenedFile;
using swapmeet::Result;

constexpr swapmeet::KeySpec kKeys[] = {
    {"read", KeyType::size, "256K", "1K", "4M",
     "How much of a document's text is looked at, from its beginning."},
};
constexpr std::array<std::string_view, 6> kPlain{"adoc", "md", "org", "rst", "tex", "txt"};

void put(Attributes& attributes, const char* key, const std::string& value) {
  constexpr std::size_t kLongest = 300;
  if (!value.empty() && value.size() <= kLongest && swapmeet::is_utf8(value) &&
      !swapmeet::has_control(value))
    attributes[key] = value;
}

class TextReader final : public swapmeet::Plugin, public swapmeet::AttributeReader {
 public:
  Result<void> configure(swapmeet::Host& host) override {
    host_ = &host;
    most_ = static_cast<std::size_t>(host.settings().size("read"));
    return {};
  }
  Result<void> start() override { return {}; }
  void stop() override {}
  void* interface(std::string_view id) override {
    return swapmeet::interface_of<swapmeet::AttributeReader>(this, id);
  }

  bool reads(std::string_view name) const override {
    const auto ending = swapmeet::extension_of(name);
    return std::find(kPlain.begin(), kPlain.end(), ending) != kPlain.end() ||
           (ending == "pdf" && attributes_text::reads_pdf());
  }

  Result<Attributes> read(const OpenedFile& file) override {
    Attributes attributes;
    if (swapmeet::extension_of(file.name) != "pdf") {
      put_words(attributes, front_of(file));
      return attributes;
    }
    const auto pdf = attributes_text::text_of_pdf(
        file.descriptor, most_, [&] { return file.deadline.is_over(host_->clock()); });
    if (!pdf) return pdf.error();
    put(attributes, "title", pdf->title);
    put(attributes, "author", pdf->author);
    put(attributes, "pages", std::to_string(pdf->pages));
    put_words(attributes, pdf->text);
    return attributes;
  }

  // With another setting, files are read again.
  std::string version() const override { return "read=" + std::to_string(most_); }

 private:
  static void put_words(Attributes& attributes, const std::string& text) {
    if (auto words = attributes_text::telling_words(text); !words.empty())
      attributes["text"] = std::move(words);
  }

  std::string front_of(const OpenedFile& file) const {
    std::string text(static_cast<std::size_t>(std::min<std::uint64_t>(file.size, most_)), '\0');
    std::size_t got = 0;
    while (got < text.size()) {
      const auto more =
          pread(file.descriptor, text.data() + got, text.size() - got, static_cast<off_t>(got));
      if (more <= 0) break;
      got += static_cast<std::size_t>(more);
    }
    text.resize(got);
    return text;
  }

  swapmeet::Host* host_ = nullptr;
  std::size_t most_ = 0;
};

constexpr const char* kProvides[] = {swapmeet::AttributeReader::kInterface};

}  // namespace

SWAPMEET_PLUGIN(TextReader, {.id = "attributes.text",
                             .kind = swapmeet::Kind::attributes,
                             .version = "1.0",
                             .summary = "Makes documents findable by their words (attr.text:word).",
                             .provides = kProvides,
                             .keys = kKeys,
                             .may_run_twice = true});
