// attributes.sample: the first line of a text is its title. A transfer plugin asks for the
// attributes of each file that it has hashed, and people find the file by them: `title:holiday`.
// Threads: any, many at a time; it keeps nothing.
#include <swapmeet/attribute_reader.h>
#include <swapmeet/listing.h>
#include <swapmeet/plugin.h>
#include <swapmeet/text.h>
#include <unistd.h>

#include <array>

namespace {

using namespace swapmeet;

class SampleAttributes final : public Plugin, public AttributeReader {
 public:
  Result<void> configure(Host& host) override {
    endings_ = host.settings().list("endings");
    return {};
  }
  Result<void> start() override { return {}; }
  void stop() override {}
  void* interface(std::string_view id) override { return interface_of<AttributeReader>(this, id); }

  // For each file that is shared, so it opens nothing.
  bool reads(std::string_view name) const override {
    const auto small = to_lower(name);
    for (const auto& ending : endings_)
      if (small.ends_with('.' + ending)) return true;
    return false;
  }
  // Files come from anybody: no more is read than is needed, and nothing in it is taken for
  // granted.
  Result<Attributes> read(const OpenedFile& file) override {
    std::array<char, 1024> beginning{};
    const auto got = ::pread(file.descriptor, beginning.data(), beginning.size(), 0);
    if (got < 0) return unavailable("the file cannot be read");
    std::string_view text(beginning.data(), static_cast<std::size_t>(got));
    if (text.find('\0') != std::string_view::npos) return invalid_argument("it is no text");
    text = text.substr(0, text.find('\n'));
    while (text.starts_with('#')) text.remove_prefix(1);
    text = trim(text, " \t\r");
    if (text.empty() || !is_utf8(text) || has_unicode_control(text)) return Attributes{};
    return Attributes{{"title", std::string(text)}};
  }

 private:
  std::vector<std::string> endings_;
};

constexpr const char* kProvides[] = {AttributeReader::kInterface};
constexpr KeySpec kKeys[] = {{"endings", KeyType::list, "txt, md", nullptr, nullptr,
                              "How the names of files end that are read."}};

}  // namespace

SWAPMEET_PLUGIN(SampleAttributes, {.id = "attributes.sample",
                                   .kind = Kind::attributes,
                                   .version = "0.1",
                                   .summary = "The first line of a text is its title.",
                                   .provides = kProvides,
                                   .keys = kKeys});
