#include "transfer/swarm/serve/uploads.h"

#include <algorithm>
#include <map>
#include <mutex>

namespace swapmeet::transfer_swarm {

struct UploadMeter::Ledger {
  struct Entry {
    UploadStatus status;
    Instant began;
  };
  Ledger(Clock& clock_to_use, std::function<void(const Event&)> publish_to)
      : clock(clock_to_use),
        pacer(clock),
        slots(clock),
        quota(clock),
        publish(std::move(publish_to)) {}

  void tell(const char* topic, std::uint64_t number, const UploadStatus& status) {
    const std::lock_guard lock(telling);
    if (!publish) return;
    publish({topic,
             {{"id", std::to_string(number)},
              {"address", status.address},
              {"account", status.account},
              {"content", status.content.text()},
              {"name", status.name},
              {"size", status.size},
              {"done", status.done}}});
  }

  std::uint64_t begin(const UploadRequest& request) {
    const auto [number, status] = enter(request);
    tell("upload.began", number, status);
    return number;
  }
  std::pair<std::uint64_t, UploadStatus> enter(const UploadRequest& request) {
    const std::lock_guard lock(mutex);
    const auto number = next++;
    ++totals.requests;
    Entry entry;
    entry.status.address = request.address;
    entry.status.account = request.who.account;
    entry.status.content = request.content;
    entry.status.name = request.name;
    entry.status.size = request.size;
    entry.status.started = clock.now();
    entry.began = clock.steady();
    return {number, running.emplace(number, std::move(entry)).first->second.status};
  }
  void sent(std::uint64_t number, std::uint64_t bytes) {
    const std::lock_guard lock(mutex);
    totals.sent += bytes;
    const auto found = running.find(number);
    if (found != running.end()) found->second.status.done += bytes;
  }
  // How much of it was sent.
  std::uint64_t end(std::uint64_t number, bool complete) {
    UploadStatus status;
    {
      const std::lock_guard lock(mutex);
      const auto entry = running.extract(number);
      if (!entry) return 0;
      status = entry.mapped().status;
    }
    tell(complete ? "upload.ended" : "upload.failed", number, status);
    return status.done;
  }

  Clock& clock;
  Pacer pacer;
  UploadSlots slots;
  DailyQuota quota;
  std::mutex telling;  // guards the next
  std::function<void(const Event&)> publish;
  std::mutex mutex;  // guards all below
  std::map<std::uint64_t, Entry> running;
  std::uint64_t next = 1;
  TransferTotals totals;
  HostPort listening;
  std::string announced;
  http::Tls tls = http::Tls::off;
};

UploadMeter::UploadMeter(Clock& clock, std::function<void(const Event&)> publish)
    : ledger_(std::make_shared<Ledger>(clock, std::move(publish))) {}

UploadMeter::~UploadMeter() {
  const std::lock_guard lock(ledger_->telling);
  ledger_->publish = {};
}

UploadMeter::Admission UploadMeter::begin(const UploadRequest& request, bool last) {
  const auto turn = ledger_->slots.enter(request);
  if (!turn.granted) return {std::nullopt, std::nullopt, turn};
  const auto taken = ledger_->quota.take(request.content, request.size);
  if (!taken) {
    ledger_->slots.leave(request, turn.first);  // who had a slot keeps it for other files
    return {std::nullopt, taken.error(), turn};
  }
  const auto reader = ledger_->pacer.reader(request.address);
  const auto number = ledger_->begin(request);
  Callbacks callbacks;
  const auto asked = std::make_shared<const UploadRequest>(request);
  callbacks.on_sent = [ledger = ledger_, reader, number, asked](std::uint64_t bytes) {
    ledger->pacer.sent(*reader, bytes);
    ledger->slots.sent(*asked);
    ledger->sent(number, bytes);
  };
  callbacks.on_end = [ledger = ledger_, number, asked, last, counted = *taken](bool complete) {
    const auto sent = ledger->end(number, complete);
    ledger->quota.give_back(asked->content, counted - std::min(counted, sent));
    ledger->slots.leave(*asked, last || !complete);
  };
  callbacks.allowance = [ledger = ledger_, reader](std::uint64_t wanted) {
    return ledger->pacer.allow(*reader, wanted);
  };
  return {std::move(callbacks), std::nullopt, turn};
}

void UploadMeter::set_slots(std::size_t slots) { ledger_->slots.set_slots(slots); }
void UploadMeter::set_connections(std::size_t of_each_reader) {
  ledger_->slots.set_connections(of_each_reader);
}
std::size_t UploadMeter::connections() const { return ledger_->slots.connections(); }
void UploadMeter::set_weights(UploadWeights weights) {
  ledger_->slots.set_weights(std::move(weights));
}
void UploadMeter::set_daily_limit(std::uint64_t bytes) { ledger_->quota.set_limit(bytes); }
void UploadMeter::set_rates(const Rates& rates) { ledger_->pacer.set_rates(rates); }

void UploadMeter::set_listening(const HostPort& listening, const std::string& announced_address,
                                http::Tls tls) {
  const std::lock_guard lock(ledger_->mutex);
  ledger_->listening = listening;
  ledger_->announced = announced_address;
  ledger_->tls = tls;
}

Result<std::vector<UploadStatus>> UploadMeter::list() {
  const auto waiting = ledger_->slots.waiting();
  const std::lock_guard lock(ledger_->mutex);
  std::vector<UploadStatus> all;
  const auto now = ledger_->clock.steady();
  for (const auto& [number, entry] : ledger_->running) {
    auto status = entry.status;
    const auto passed =
        std::chrono::duration_cast<std::chrono::milliseconds>(now - entry.began).count();
    status.rate = status.done * 1000 / static_cast<std::uint64_t>(std::max<long long>(passed, 1));
    all.push_back(std::move(status));
  }
  all.insert(all.end(), waiting.begin(), waiting.end());
  return all;
}

void UploadMeter::set_totals(const TransferTotals& totals) {
  const std::lock_guard lock(ledger_->mutex);
  ledger_->totals = totals;
}

void UploadMeter::received(std::uint64_t bytes) {
  const std::lock_guard lock(ledger_->mutex);
  ledger_->totals.received += bytes;
}

Result<TransferTotals> UploadMeter::totals() { return counted(); }

TransferTotals UploadMeter::counted() const {
  const std::lock_guard lock(ledger_->mutex);
  return ledger_->totals;
}

HostPort UploadMeter::listening() {
  const std::lock_guard lock(ledger_->mutex);
  return ledger_->listening;
}

std::string UploadMeter::announced_address() {
  const std::lock_guard lock(ledger_->mutex);
  return ledger_->announced;
}

http::Tls UploadMeter::tls() {
  const std::lock_guard lock(ledger_->mutex);
  return ledger_->tls;
}

}  // namespace swapmeet::transfer_swarm
