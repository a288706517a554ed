#include "transfer/swarm/inbox/confirmations.h"

#include <chrono>
#include <utility>

namespace swapmeet::transfer_swarm {
namespace {

// A minute; those that were confirmed are not counted.
constexpr wire::DialRates kRates{
    .in_all = 120, .per_caller = 10, .elsewhere = 30, .per_network = 3};
constexpr int kMostAtOnce = 3;  // so that others find a free worker
// A sender that does not confirm has taken the time of others.
constexpr int kCostOfFailure = 3;

}  // namespace

Confirmations::Confirmations(const Clock& clock, Call call)
    : call_(call ? std::move(call)
                 : [&clock](const wire::ShortCall& one) { return wire::call_shortly(one, clock); }),
      limits_(clock) {
  limits_.set(kRates);
}

Result<void> Confirmations::ask(const PeerRecord& sender, const std::string& caller,
                                const std::string& token, const std::string& path,
                                const std::string& expected) {
  const auto target = wire::NetworkAddress::parse(sender.address);
  const auto from = wire::NetworkAddress::parse(caller);
  if (!target || !from || (!sender.dialable && *target != *from))
    return unavailable("the index has not reached the sender where it says that it is");
  struct Place {
    explicit Place(std::atomic<int>& all) : count(all), number(++all) {}
    ~Place() { --count; }
    std::atomic<int>& count;
    const int number;
  } place(asking_);
  if (place.number > kMostAtOnce)
    return Error{ErrorCode::too_many,
                 "many offers are being confirmed at this moment",
                 {},
                 std::chrono::seconds(1)};
  if (auto allowed = limits_.take(*from, *target, sender.dialable); !allowed) return allowed;
  auto confirmed = this->call(sender, *target, token, path, expected);
  if (confirmed) {
    limits_.give_back(*from, *target);
    return {};
  }
  for (int more = 1; more < kCostOfFailure; ++more)
    static_cast<void>(limits_.take(*from, *target, sender.dialable));
  return confirmed;
}

Result<void> Confirmations::call(const PeerRecord& sender, const wire::NetworkAddress& target,
                                 const std::string& token, const std::string& path,
                                 const std::string& expected) {
  wire::ShortCall call;
  call.target = target;
  call.port = sender.port;
  call.path = path;
  call.token = token;
  if (!sender.plain) call.fingerprint = sender.fingerprint;
  const auto reply = call_(call);
  if (!reply) {
    const auto code = reply.error().code;
    if (code == ErrorCode::unavailable || code == ErrorCode::timed_out) return reply.error();
    return not_allowed(reply.error().message);
  }
  if (reply->status == 200 && reply->body == expected) return {};
  if (reply->status >= 500) return unavailable("it is in trouble");
  return not_allowed("it says no");
}

}  // namespace swapmeet::transfer_swarm
