#include "swapmeet/testing/plugin_under_test.h"

#include <dlfcn.h>

#include "swapmeet/loading.h"

namespace swapmeet::testing {

Result<const PluginDescriptor*> open_plugin(const std::filesystem::path& file) {
  const auto refused = [&](const std::string& why) {
    return invalid_argument(file.string() + ": " + why);
  };
  if (auto checked = check_plugin_file(file); !checked) return std::move(checked).error();
  void* library = ::dlopen(std::filesystem::absolute(file).c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) return refused(std::string("cannot be loaded: ") + ::dlerror());
  const auto* descriptor =
      static_cast<const PluginDescriptor*>(::dlsym(library, "swapmeet_plugin"));
  if (!descriptor)
    return refused(
        "does not export 'swapmeet_plugin'; use SWAPMEET_PLUGIN and "
        "swapmeet_add_plugin()");
  if (auto checked = check_plugin_descriptor(file, *descriptor); !checked)
    return std::move(checked).error();
  return descriptor;
}

PluginUnderTest::PluginUnderTest(const std::filesystem::path& file, const RawSettings& raw) {
  auto descriptor = open_plugin(file);
  if (!descriptor) throw std::runtime_error(descriptor.error().message);
  descriptor_ = *descriptor;
  host_.set_settings(checked(raw));
}

PluginUnderTest::~PluginUnderTest() { stop(); }

Settings PluginUnderTest::checked(const RawSettings& raw) const {
  const auto info = info_of(*descriptor_);
  auto settings = Settings::check(info.id, raw, info.keys.rows(), host_.data_folder());
  if (!settings) throw std::runtime_error(settings.error().message);
  return std::move(*settings);
}

void PluginUnderTest::reconfigure(const RawSettings& raw) {
  const auto settings = checked(raw);
  auto changed = plugin_->check(settings);
  if (changed) changed = plugin_->reconfigure(settings);
  if (!changed) throw std::runtime_error(changed.error().message);
  host_.set_settings(settings);
}

void PluginUnderTest::start() {
  plugin_ = {descriptor_->create(), descriptor_->destroy};
  auto started = plugin_->check(host_.settings());
  if (started) started = plugin_->configure(host_);
  if (started) started = plugin_->start();
  if (!started) throw std::runtime_error(started.error().message);
}

void PluginUnderTest::stop() {
  if (!plugin_) return;
  plugin_->stop();
  host_.sweep();
  plugin_.reset();
}

}  // namespace swapmeet::testing
