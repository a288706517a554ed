#include "transfer/swarm/serve/uploads.h"

#include <algorithm>
#include <iterator>
#include <mutex>
#include <utility>

namespace swapmeet::transfer_swarm {

struct UploadMeter::Ledger {
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
              {"peer", status.peer.is_zero() ? std::string() : status.peer.text()},
              {"peer_name", status.peer_name},
              {"content", status.content.text()},
              {"name", status.name},
              {"size", status.size},
              {"done", status.done}}});
  }

  // The number of the upload, and of the answer.
  std::pair<std::uint64_t, std::uint64_t> begin(const UploadRequest& request) {
    FileUploads::Begun begun;
    std::uint64_t answer = 0;
    {
      const std::lock_guard lock(mutex);
      ++totals.requests;
      answer = next++;
      begun = uploads.begin(request, answer, clock.steady(), clock.now());
    }
    if (begun.is_new) tell("upload.began", begun.number, as_begun(request));
    return {begun.number, answer};
  }
  static UploadStatus as_begun(const UploadRequest& request) {
    UploadStatus status;
    status.address = request.address;
    status.account = request.who.account;
    status.peer = PeerId::parse(request.reader).value_or(PeerId{});
    status.content = request.content;
    status.name = request.name;
    status.size = std::max(request.file_size, request.size);
    return status;
  }
  void sent(std::uint64_t number, std::uint64_t answer, std::uint64_t bytes) {
    const std::lock_guard lock(mutex);
    totals.sent += bytes;
    uploads.sent(number, answer, bytes, clock.steady());
  }
  // How much of it was sent.
  std::uint64_t end(std::uint64_t number, std::uint64_t answer, bool complete) {
    const std::lock_guard lock(mutex);
    return uploads.end(number, answer, complete, clock.steady());
  }

  Clock& clock;
  Pacer pacer;
  UploadSlots slots;
  DailyQuota quota;
  std::mutex telling;  // guards the next
  std::function<void(const Event&)> publish;
  std::mutex mutex;  // guards all below
  FileUploads uploads;
  std::uint64_t next = 1;
  TransferTotals totals;
  ReaderNames* names = nullptr;
  UploadHistory* history = nullptr;
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
  const auto [number, answer] = ledger_->begin(request);
  Callbacks callbacks;
  const auto asked = std::make_shared<const UploadRequest>(request);
  callbacks.on_sent = [ledger = ledger_, reader, number = number, answer = answer,
                       asked](std::uint64_t bytes) {
    ledger->pacer.sent(*reader, bytes);
    ledger->slots.sent(*asked);
    ledger->sent(number, answer, bytes);
  };
  callbacks.on_end = [ledger = ledger_, number = number, answer = answer, asked, last,
                      counted = *taken](bool complete) {
    const auto sent = ledger->end(number, answer, complete);
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

void UploadMeter::set_names(ReaderNames* names) {
  const std::lock_guard lock(ledger_->mutex);
  ledger_->names = names;
}

void UploadMeter::set_history(UploadHistory* history) {
  const std::lock_guard lock(ledger_->mutex);
  ledger_->history = history;
}

Result<std::vector<UploadStatus>> UploadMeter::list() {
  auto waiting = ledger_->slots.waiting();
  std::vector<UploadStatus> all;
  const std::lock_guard lock(ledger_->mutex);
  for (auto& one : ledger_->uploads.list(ledger_->clock.steady()))
    all.push_back(std::move(one.status));
  all.insert(all.end(), std::make_move_iterator(waiting.begin()),
             std::make_move_iterator(waiting.end()));
  if (ledger_->names != nullptr)
    for (auto& one : all) ledger_->names->name(one);
  return all;
}

std::vector<FileUpload> UploadMeter::take_ended() {
  const std::lock_guard lock(ledger_->mutex);
  return ledger_->uploads.take_ended(ledger_->clock.steady(), ledger_->clock.now());
}

void UploadMeter::tell_ended(const FileUpload& upload) {
  ledger_->tell(upload.broken ? "upload.failed" : "upload.ended", upload.number, upload.status);
}

Result<Page<UploadStatus>> UploadMeter::history(const PageRequest& page) {
  UploadHistory* history = nullptr;
  {
    const std::lock_guard lock(ledger_->mutex);
    history = ledger_->history;
  }
  return history == nullptr ? Page<UploadStatus>{} : history->page(page);
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
