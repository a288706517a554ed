#include "host/plugins/plugin_host.h"

#include <stdexcept>
#include <utility>

#include "host/plugins/gated_follower.h"

namespace swapmeet {

// The host's routes, with everything that is added owned by the plugin.
class PluginHost::OwnedRoutes final : public http::Routes {
 public:
  explicit OwnedRoutes(PluginHost& host) : host_(host) {}
  Result<Registration> add(const std::string& method, const std::string& pattern,
                           http::Handler handler, const http::RouteOptions& options) override {
    auto added = host_.services_.routes->add(method, pattern, host_.counted(std::move(handler)),
                                             host_.counted(options));
    if (!added) return std::move(added).error();
    return host_.own(std::move(*added));
  }

 private:
  PluginHost& host_;
};

// A listener of the plugin's own. The plugin holds this; the real one is closed when the plugin
// lets go of it or when the host sweeps, whichever comes first.
class PluginHost::OwnedListener final : public http::Listener {
 public:
  OwnedListener(PluginHost& host, std::unique_ptr<http::Listener> listener)
      : host_(host), address_(listener->address()), real_(std::make_shared<Real>()) {
    real_->listener = std::move(listener);
    closing_ = host_.own(Registration([real = real_] { real->close(); }));
  }

  HostPort address() const override { return address_; }
  void set_limits(const http::ListenOptions& options) override {
    const std::lock_guard lock(real_->mutex);
    if (real_->listener) real_->listener->set_limits(options);
  }
  Result<Registration> add(const std::string& method, const std::string& pattern,
                           http::Handler handler, const http::RouteOptions& options) override {
    return add_to([&](http::Listener& listener) {
      return listener.add(method, pattern, host_.counted(std::move(handler)),
                          host_.counted(options));
    });
  }

 private:
  template <class Add>
  Result<Registration> add_to(Add add) {
    std::unique_lock lock(real_->mutex);
    if (!real_->listener)
      return Error{ErrorCode::unavailable, "the listener has been closed: the plugin stops", {}};
    auto added = add(*real_->listener);
    lock.unlock();
    if (!added) return std::move(added).error();
    return host_.own(std::move(*added));
  }

  struct Real {
    std::mutex mutex;
    std::unique_ptr<http::Listener> listener;

    void close() {
      std::unique_lock lock(mutex);
      const auto taken = std::move(listener);
      lock.unlock();  // closing waits for handlers, which may use the listener
    }
  };

  PluginHost& host_;
  const HostPort address_;
  const std::shared_ptr<Real> real_;
  Registration closing_;
};

PluginHost::PluginHost(const Services& services, std::string id, Settings settings,
                       std::function<void*(std::string_view)> find)
    : services_(services),
      id_(std::move(id)),
      settings_(std::move(settings)),
      find_(std::move(find)),
      routes_(std::make_unique<OwnedRoutes>(*this)) {}

void PluginHost::log(LogLevel level, std::string_view message,
                     std::initializer_list<LogField> fields) {
  services_.log(id_, level, message, fields);
}

http::Routes& PluginHost::routes() { return *routes_; }

Result<std::unique_ptr<http::Listener>> PluginHost::listen(const http::ListenOptions& options) {
  auto listener = services_.listen(options);
  if (!listener) return std::move(listener).error();
  return std::unique_ptr<http::Listener>(
      std::make_unique<OwnedListener>(*this, std::move(*listener)));
}

// `work` with what it throws counted against the plugin; the front answers 500.
template <class Work>
auto PluginHost::counting(Work work) {
  return [this, work = std::move(work)](http::Request& request) {
    try {
      return work(request);
    } catch (const std::exception& exception) {
      count_failure(request.path, exception.what());
      throw;
    } catch (...) {
      count_failure(request.path, "something that is no exception");
      throw std::runtime_error("a handler threw something that is no exception");
    }
  };
}

http::Handler PluginHost::counted(http::Handler handler) { return counting(std::move(handler)); }

http::RouteOptions PluginHost::counted(http::RouteOptions options) {
  if (options.at_once) options.at_once = counting(std::move(options.at_once));
  return options;
}

Registration PluginHost::every(std::chrono::milliseconds interval, std::function<void()> task) {
  return own(services_.scheduler.every(
      interval, [this, task = std::move(task)] { run_guarded("a scheduled task", task); }));
}

Registration PluginHost::subscribe(std::function<void(const Event&)> listener) {
  return own(listeners_.add([this, listener = std::move(listener)](const Event& event) {
    run_guarded("an event", [&] { listener(event); });
  }));
}

void PluginHost::dropped_event() {
  counter("events_dropped_total", "Events that the listeners of plugins were too slow for.")->add();
  if (!told_of_dropped_.exchange(true))
    log(LogLevel::warning, "is too slow for the events: the oldest are dropped", {});
}

Registration PluginHost::follow(ChangeFeed& feed, ChangeFollower& follower) {
  auto gated = std::make_shared<GatedFollower>(gate_, follower);
  auto following = services_.follow(id_, feed, *gated);
  return own(Registration(
      [gated, ending = std::make_shared<Registration>(std::move(following))] { ending->reset(); }));
}

std::shared_ptr<Counter> PluginHost::counter(const std::string& name, const std::string& help) {
  return services_.metrics.counter(name, help);
}

Registration PluginHost::gauge(const std::string& name, const std::string& help,
                               std::function<double()> read) {
  return own(services_.metrics.gauge(name, help, [this, read = std::move(read)] {
    double value = 0;
    run_guarded("a gauge", [&] { value = read(); });
    return value;
  }));
}

Registration PluginHost::own(Registration registration) {
  std::unique_lock lock(owned_->mutex);
  if (owned_->swept) {
    lock.unlock();
    registration.reset();
    return {};
  }
  const auto number = owned_->next++;
  owned_->registrations.emplace(number, std::move(registration));
  return Registration([owned = owned_, number] { owned->end(number); });
}

// Whoever comes first undoes it, without the lock, for that waits for running callbacks; whoever
// comes second waits for the first, unless that is further up on its own stack.
void PluginHost::Owned::end(std::uint64_t number) {
  std::unique_lock lock(mutex);
  auto taken = registrations.extract(number);
  if (taken.empty()) {
    changed.wait(lock, [&] {
      const auto found = ending.find(number);
      return found == ending.end() || found->second == std::this_thread::get_id();
    });
    return;
  }
  ending.emplace(number, std::this_thread::get_id());
  lock.unlock();
  taken.mapped().reset();
  lock.lock();
  ending.erase(number);
  changed.notify_all();
}

void PluginHost::sweep() {
  std::unique_lock lock(owned_->mutex);
  owned_->swept = true;
  while (!owned_->registrations.empty()) {
    const auto number = owned_->registrations.begin()->first;
    lock.unlock();
    owned_->end(number);
    lock.lock();
  }
  owned_->changed.wait(lock, [&] { return owned_->ending.empty(); });
}

void PluginHost::count_failure(std::string_view doing, std::string_view what) {
  const auto failures = ++failures_;
  log(LogLevel::error, "the plugin threw",
      {{"in", std::string(doing)}, {"what", std::string(what)}});
  fault_news_.tell(id_, doing, what, failures);
}

void PluginHost::run_guarded(std::string_view doing, const std::function<void()>& call) {
  try {
    call();
  } catch (const std::exception& exception) {
    count_failure(doing, exception.what());
  } catch (...) {
    count_failure(doing, "something that is no exception");
  }
}

}  // namespace swapmeet
