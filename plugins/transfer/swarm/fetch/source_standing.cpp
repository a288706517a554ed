#include "transfer/swarm/fetch/source_standing.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr const char* kWithdrawn = "withdrawn by its sender";

}  // namespace

void SourceStanding::begin() {
  sent_home_.clear();
  in_queue_ = false;
  has_it_not_ = false;
  tried_ = true;
  working_ = true;
  text_ = "active";
}

void SourceStanding::end() {
  working_ = false;
  if (!withdrawn_) text_ = "idle";
}

void SourceStanding::fail(const Error& error, Instant now, const Patience& patience,
                          std::mt19937_64& random) {
  working_ = false;
  if (withdrawn_) return;
  const auto& why = sent_home_.empty() ? error.message : sent_home_;
  if (error.retry_after && sent_home_.empty()) {  // it is well, but busy with others
    in_queue_ = true;
    text_ = "waits: " + why;
    retry_at_ = now + *error.retry_after;
    return;
  }
  has_it_not_ =
      sent_home_.empty() && (error.code == ErrorCode::not_found ||
                             error.code == ErrorCode::conflict || error.code == ErrorCode::corrupt);
  retry_at_ = now + backoff_pause(patience.retry, failures_++, random());
  if (error.code == ErrorCode::corrupt || error.code == ErrorCode::unauthenticated)
    drop(why);
  else
    text_ = "trying again: " + why;
}

bool SourceStanding::send_home(const std::string& why) {
  if (!working_ || !sent_home_.empty()) return false;
  sent_home_ = why;
  return true;
}

void SourceStanding::drop(const std::string& why) {
  dropped_ = true;
  text_ = "dropped: " + why;
}

bool SourceStanding::withdraw() {
  withdrawn_ = true;
  in_queue_ = false;
  text_ = kWithdrawn;
  return send_home(kWithdrawn);
}

}  // namespace swapmeet::transfer_swarm
