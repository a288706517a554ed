#include "bench.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

namespace swapmeet::tools {
namespace {

constexpr std::chrono::seconds kStopWithin{3};

const PluginDescriptor* load(const std::filesystem::path& file) {
  doing("the file's own initializers");
  auto opened = testing::open_plugin(file);
  if (!opened) throw Failure(opened.error().message, "");
  return *opened;
}

}  // namespace

// The default of a key must be a value that the key admits; nobody can see that until somebody
// leaves the key out.
std::string problem_of(const KeySpec& key) {
  if (!key.name || !*key.name) return "a key has no name";
  const std::string name = key.name;
  if (name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.*") != std::string::npos)
    return name + ": a key's name has a-z, 0-9, '_' and '.' only";
  if (name == "plugin") return "plugin: is the host's own key";
  if (!key.help || !*key.help) return name + ": has no help";
  if (key.type == KeyType::choice && !key.choices) return name + ": names no choices";
  if (!key.default_value || !*key.default_value || name.find(".*") != std::string::npos) return {};
  const KeySpec alone[] = {key};
  const auto checked = Settings::check("key", {{name, key.default_value}}, alone, "/");
  if (!checked) return name + ": its own default is refused: " + checked.error().message;
  return {};
}

Bench::Bench(const Subject& subject) : subject_(subject), descriptor_(*load(subject.file)) {
  host_->provide<Registry>(registry_);
  const auto rows = info().keys.rows();
  auto checked = Settings::check(info().id, subject.settings, rows, host_->data_folder());
  if (!checked) {
    for (const auto& key : rows)
      if (auto problem = problem_of(key); !problem.empty())
        throw Failure(problem,
                      "give the key a default within its bounds, or nullptr if it must "
                      "be given");
    throw Failure(checked.error().message, "--set key=value gives another value");
  }
  host_->set_settings(std::move(*checked));
}

bool Bench::provides(std::string_view interface_id) const {
  const auto ids = info().provides;
  return std::any_of(ids.begin(), ids.end(),
                     [&](const char* id) { return std::string_view(id) == interface_id; });
}

Bench::Object Bench::create() const {
  auto* plugin = called("create()", [&] { return descriptor_.create(); });
  if (!plugin) throw Failure("create() made no object", "use SWAPMEET_PLUGIN, which does");
  return {plugin, descriptor_.destroy};
}

void Bench::configure(Plugin& plugin) {
  const auto checked = called("check()", [&] { return plugin.check(host_->settings()); });
  if (!checked)
    throw Failure("check() refuses the settings: " + checked.error().message,
                  "the defaults must go together; --set key=value gives other values");
  static_cast<void>(must("configure()", [&] { return plugin.configure(*host_); }));
}

std::unique_ptr<Running> Bench::started() {
  auto plugin = create();
  configure(*plugin);
  auto running = std::make_unique<Running>(*this, std::move(plugin));
  static_cast<void>(must("start()", [&] { return running->plugin().start(); }));
  return running;
}

void Bench::run_once() { started()->stop(); }

void Bench::stop(Plugin& plugin) {
  if (subject_.in_process) {
    called("stop()", [&] { plugin.stop(); });
    host_->sweep();
    return;
  }
  struct Ending {
    std::mutex mutex;
    std::condition_variable changed;
    bool ended = false;
    std::exception_ptr thrown;
  };
  const auto ending = std::make_shared<Ending>();  // of the two threads, whoever stays longer
  std::thread thread([ending, &plugin] {
    std::exception_ptr thrown;
    try {
      called("stop()", [&] { plugin.stop(); });
    } catch (...) {
      thrown = std::current_exception();
    }
    const std::lock_guard lock(ending->mutex);
    ending->thrown = thrown;
    ending->ended = true;
    ending->changed.notify_all();
  });
  std::unique_lock lock(ending->mutex);
  if (!subject_.clock.wait_for(lock, ending->changed, kStopWithin, [&] { return ending->ended; })) {
    thread.detach();
    static_cast<void>(host_.release());  // which the plugin may still use
    throw Failure("stop() did not end within the three seconds that the host waits",
                  "have stop() wake what waits, and look at a flag in every loop; the host "
                  "leaves a plugin behind that takes longer");
  }
  lock.unlock();
  thread.join();
  if (ending->thrown) std::rethrow_exception(ending->thrown);
  host_->sweep();
}

Running::~Running() {
  if (ended_) return;
  try {
    stop();
  } catch (const std::exception&) {  // another failure is on its way already
    ended_ = true;
  }
}

void Running::stop() {
  ended_ = true;
  try {
    bench_.stop(*plugin_);
  } catch (...) {
    static_cast<void>(plugin_.release());  // a thread of it may still run
    throw;
  }
}

}  // namespace swapmeet::tools
