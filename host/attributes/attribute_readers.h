// The readers of attributes, as one: the first that reads a file of the name is asked. Each call
// runs on a thread of its own, so that one which never comes back keeps nobody who hashes; what it
// answers is held to what a listing may have. A reader that is late, or fails again and again, is
// left out for a while: its files have no attributes until then.
// Threads: thread-safe; each call of read() has a thread while it lasts.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "host/plugins/gate.h"
#include "swapmeet/attribute_reader.h"
#include "swapmeet/host.h"
#include "swapmeet/time.h"

namespace swapmeet {

class AttributeReaders final : public AttributeReader {
 public:
  struct Reader {
    std::string id;
    std::string version;
    AttributeReader* reader = nullptr;
    Gate* gate = nullptr;
  };
  // The readers that are there now, in order.
  using Find = std::function<std::vector<Reader>()>;

  // The clock must outlive it.
  AttributeReaders(Find find, Clock& clock, Log log);
  ~AttributeReaders() override { stop(); }

  bool reads(std::string_view name) const override;
  // `unavailable`: whoever reads it is left out for now, or gone; ask again later. `timed_out`,
  // `internal` and whatever a reader says: it has no attributes.
  Result<Attributes> read(const OpenedFile& file) override;
  // Of all of them: "attributes.media 1.0". Empty: there is none.
  std::string version() const override;

  // Asks nobody any more, ends read() at once, and waits a moment for calls that are under way. Idempotent. False: one
  // did not come back, and still uses its plugin.
  bool stop();

 private:
  struct Known;
  struct Call;
  struct UnderWay;
  using Readers = std::vector<std::shared_ptr<Known>>;

  std::shared_ptr<const Readers> readers() const;
  bool reads(const Known& known, std::string_view name) const;
  std::shared_ptr<Known> reader_of(std::string_view name) const;
  bool is_left_out(const Known& known) const;
  bool begin(const std::shared_ptr<Known>& known, const std::shared_ptr<Call>& call);
  Result<Attributes> judge(Known& known, const std::string& name, Result<Attributes> answer);
  void rest(Known& known, const std::string& name, const std::string& why);

  const Find find_;
  Clock& clock_;
  const Log log_;
  mutable std::mutex mutex_;  // guards the next ones, and what is known of each
  mutable std::shared_ptr<const Readers> readers_ = std::make_shared<Readers>();
  mutable Instant looked_up_ = Instant::min();
  bool stopping_ = false;
  const std::shared_ptr<UnderWay> under_way_;
};

}  // namespace swapmeet
