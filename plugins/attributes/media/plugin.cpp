// attributes.media: what sound files and pictures say of themselves.
#include "swapmeet/plugin.h"

#include "attributes/media/media_files.h"

namespace swapmeet {
namespace {

class MediaReader final : public Plugin, public AttributeReader {
 public:
  Result<void> configure(Host& host) override {
    host_ = &host;
    return {};
  }
  Result<void> start() override {
    attributes_media::prepare_libraries();
    return {};
  }
  void stop() override {}
  void* interface(std::string_view id) override { return interface_of<AttributeReader>(this, id); }

  bool reads(std::string_view name) const override {
    return attributes_media::is_sound(name) || attributes_media::is_picture(name);
  }
  Result<Attributes> read(const OpenedFile& file) override {
    if (attributes_media::is_picture(file.name)) return attributes_media::read_picture(file);
    return attributes_media::read_sound(file,
                                        [&] { return file.deadline.is_over(host_->clock()); });
  }

 private:
  Host* host_ = nullptr;
};

constexpr const char* kProvides[] = {AttributeReader::kInterface};

}  // namespace
}  // namespace swapmeet

SWAPMEET_PLUGIN(swapmeet::MediaReader,
                {.id = "attributes.media",
                 .kind = swapmeet::Kind::attributes,
                 .version = "0.2.0",
                 .summary = "Reads artist, title, length and the like from sound files, and the "
                            "size of pictures.",
                 .provides = swapmeet::kProvides,
                 .may_run_twice = true});
