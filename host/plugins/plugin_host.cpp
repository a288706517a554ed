#include "host/plugins/plugin_host.h"

#include <algorithm>
#include <utility>

#include "host/plugins/answers.h"

namespace swapmeet {
namespace {
constexpr std::chrono::hours kLongest{24};  // of a request without a deadline
constexpr std::chrono::seconds kGauge{1};
}  // namespace

// The host's routes, with everything that is added owned by the plugin, and below the one path
// that is the plugin's.
class PluginHost::OwnedRoutes final : public http::Routes {
 public:
  explicit OwnedRoutes(PluginHost& host)
      : host_(host), below_("/api/v1/ext/" + host.id_.substr(host.id_.rfind('.') + 1)) {
    if (host_.services_.routes_of) real_ = host_.services_.routes_of(host_.id_);
  }
  Result<Registration> add(const std::string& method, const std::string& pattern,
                           http::Handler handler, const http::RouteOptions& options) override {
    if (pattern != below_ && !pattern.starts_with(below_ + '/'))
      return not_allowed(host_.id_ + " may not add the route " + method + ' ' + pattern +
                         ": it is the host's; the routes of this plugin are below " + below_ + '/');
    auto added = real_->add(method, pattern, host_.gated(std::move(handler)), host_.gated(options));
    if (!added) return std::move(added).error();
    return host_.own(std::move(*added));
  }

 private:
  PluginHost& host_;
  const std::string below_;
  std::unique_ptr<http::Routes> real_;
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
      return listener.add(method, pattern, host_.gated(std::move(handler)), host_.gated(options));
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
  auto listener = services_.listen(id_, options);
  if (!listener) return std::move(listener).error();
  return std::unique_ptr<http::Listener>(
      std::make_unique<OwnedListener>(*this, std::move(*listener)));
}

http::Handler PluginHost::gated(http::Handler handler) {
  return [this, handler = std::move(handler)](http::Request& request) {
    const Doing doing(request.method, request.path, request.id);
    auto response = gate_.call(
        doing, [&]() -> Result<http::Response> { return gated(handler(request)); },
        request.deadline.left(services_.clock, kLongest));
    return response ? std::move(*response) : http::problem(response.error(), request.id);
  };
}

// All of these run on the socket thread, where nothing may throw.
http::Response PluginHost::gated(http::Response response) {
  check_answer(response);
  if (auto* file = std::get_if<http::FileBody>(&response.body)) {
    if (file->on_sent)
      file->on_sent = [this, on_sent = std::move(file->on_sent)](std::uint64_t bytes) {
        run_guarded("on_sent()", [&] { on_sent(bytes); });
      };
    if (file->on_end)
      file->on_end = [this, on_end = std::move(file->on_end)](bool complete) {
        run_guarded("on_end()", [&] { on_end(complete); });
      };
    if (file->allowance)
      file->allowance = [this, allowance = std::move(file->allowance)](std::uint64_t wanted) {
        const auto may = gate_.call("allowance()",
                                    [&]() -> Result<http::Allowance> { return allowance(wanted); });
        return may.value_or({.bytes = wanted});
      };
  } else if (auto* stream = std::get_if<http::StreamBody>(&response.body);
             stream && stream->opened) {
    stream->opened = [this, opened = std::move(stream->opened)](auto writer) {
      run_guarded("opened()", [&] { opened(std::move(writer)); });
    };
  }
  return response;
}

http::RouteOptions PluginHost::gated(http::RouteOptions options) {
  if (options.at_once)
    options.at_once = [this, work = std::move(options.at_once)](http::Request& request) {
      const Doing doing(request.method, request.path, request.id);
      auto response = gate_.call(doing, [&]() -> Result<std::optional<http::Response>> {
        auto answer = work(request);
        if (answer) answer = gated(std::move(*answer));
        return answer;
      });
      return response ? std::move(*response) : std::nullopt;
    };
  return options;
}

Registration PluginHost::every(std::chrono::milliseconds interval, std::function<void()> task) {
  const std::lock_guard lock(tasks_mutex_);
  if (!tasks_) tasks_ = std::make_unique<Scheduler>(1, services_.clock);
  return own(tasks_->attempt_every(interval, [this, interval, task = std::move(task)] {
    return run_guarded("a scheduled task", task, std::max(interval, Gate::kAllowed));
  }));
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
  return own(services_.follow(gate_, feed, follower));
}

std::shared_ptr<Counter> PluginHost::counter(const std::string& name, const std::string& help) {
  check_metric(name);
  return services_.metrics.counter(name, help);
}

Registration PluginHost::gauge(const std::string& name, const std::string& help,
                               std::function<double()> read) {
  check_metric(name);
  return own(services_.metrics.gauge(
      name, help,
      [this, name, read = std::move(read)]() -> std::optional<double> {
        const auto value = gate_.call(
            "the gauge " + name, [&]() -> Result<double> { return read(); }, kGauge);
        return value ? std::optional(*value) : std::nullopt;
      },
      &gauges_));
}

void PluginHost::check_metric(const std::string& name) {
  if (!Metrics::is_name(name))
    gate_.count_fault("a metric", "'" + name +
                                      "' is no name by Prometheus' rules ([a-zA-Z_][a-zA-Z0-9_]*), "
                                      "so it is not shown");
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

void PluginHost::tell_fault(std::string_view doing, std::string_view what) {
  fault_news_.tell(id_, doing, what, gate_.health().faults);
  const auto times = repeated_.take(doing, what, services_.clock.steady());
  if (times > 0)
    log(LogLevel::error, "the plugin failed",
        {{"in", std::string(doing)},
         {"what", std::string(what)},
         {"times", std::to_string(times)}});
}

bool PluginHost::run_guarded(const Doing& doing, const std::function<void()>& call,
                             std::chrono::milliseconds allowed) {
  return gate_
      .call(
          doing,
          [&]() -> Result<void> {
            call();
            return {};
          },
          allowed)
      .ok();
}

}  // namespace swapmeet
