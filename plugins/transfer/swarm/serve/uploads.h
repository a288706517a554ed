// What others fetch from this host: the content routes tell the meter when an answer begins, how
// it goes and when it ends, and the meter keeps the list of files that go (FileUploads), the
// totals, the pace and the queue. Threads: thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "swapmeet/event.h"
#include "swapmeet/public_endpoint.h"
#include "swapmeet/uploads.h"
#include "transfer/swarm/pace/daily_quota.h"
#include "transfer/swarm/pace/pacer.h"
#include "transfer/swarm/pace/upload_slots.h"
#include "transfer/swarm/serve/file_uploads.h"
#include "transfer/swarm/serve/reader_names.h"
#include "transfer/swarm/serve/upload_history.h"

namespace swapmeet::transfer_swarm {

class UploadMeter final : public Uploads, public PublicEndpoint {
 public:
  // The clock must outlive what begin() returns. `publish`, if any, is not called after the meter
  // is gone; it must be quick.
  explicit UploadMeter(Clock& clock, std::function<void(const Event&)> publish = {});
  ~UploadMeter() override;

  // For http::FileBody; they may outlive the meter.
  struct Callbacks {
    std::function<void(std::uint64_t bytes)> on_sent;
    std::function<void(bool complete)> on_end;
    std::function<http::Allowance(std::uint64_t wanted)> allowance;
  };
  struct Admission {
    std::optional<Callbacks> callbacks;  // none: not now
    std::optional<Error> refused;        // then why, when it is not for the upload slots
    UploadSlots::Turn turn;
  };
  // `last`: no more is to come over that connection.
  Admission begin(const UploadRequest& request, bool last);
  // From now on; rates also for running answers.
  void set_rates(const Rates& rates);
  void set_slots(std::size_t slots);
  void set_connections(std::size_t of_each_reader);
  std::size_t connections() const;  // over which a reader may have answers at a time
  void set_weights(UploadWeights weights);
  void set_daily_limit(std::uint64_t bytes_of_each_file);  // 0: none
  void set_totals(const TransferTotals& totals);           // of earlier runs of the host
  void received(std::uint64_t bytes);                      // by a download; for the totals
  // Where the public listener really listens, what to announce, and how it speaks TLS.
  void set_listening(const HostPort& listening, const std::string& announced_address,
                     http::Tls tls);

  // Names for who fetches, and what is over; both may be null, and outlive the meter.
  void set_names(ReaderNames* names);
  void set_history(UploadHistory* history);
  // Those that are over since it was called last. Whoever takes them names them, and then has them
  // told as events.
  std::vector<FileUpload> take_ended();
  void tell_ended(const FileUpload& upload);

  Result<std::vector<UploadStatus>> list() override;
  Result<TransferTotals> totals() override;
  Result<Page<UploadStatus>> history(const PageRequest& page) override;
  TransferTotals counted() const;  // the same, without the doubt
  HostPort listening() override;
  std::string announced_address() override;
  http::Tls tls() override;

 private:
  struct Ledger;
  std::shared_ptr<Ledger> ledger_;
};

}  // namespace swapmeet::transfer_swarm
