#include "host/reach/address_proofs.h"

#include <algorithm>
#include <utility>

#include "host/reach/proof_schedule.h"
#include "swapmeet/wire/address_proof.h"

namespace swapmeet {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kHomeThreads = 4;
constexpr std::size_t kElsewhereThreads = 2;
constexpr std::size_t kMostAddresses = 4;         // of one name
constexpr std::chrono::minutes kWithoutDoubt{1};  // after an attempt

// What is told of an attempt elsewhere: why it failed exactly would make this host a port scanner.
constexpr const char* kNobodyThere = "nobody there answers as this peer";

}  // namespace

ProofRules ProofRules::from(const Settings& registry) {
  const auto rate = [&](const char* key) { return static_cast<double>(registry.integer(key)); };
  return {registry.boolean("dial_back"),
          registry.duration("prove_again"),
          {rate("dial_backs"), rate("dial_backs_per_address"), rate("dial_backs_elsewhere"),
           rate("dial_backs_per_network")}};
}

AddressProofs::AddressProofs(Parts parts, const ProofRules& rules)
    : parts_(std::move(parts)),
      limits_(parts_.clock),
      dialled_(parts_.metrics.counter("dial_backs_total",
                                      "Connections made to prove addresses of peers.")),
      failed_(
          parts_.metrics.counter("dial_backs_failed_total", "Of those, such that proved nothing.")),
      refused_(
          parts_.metrics.counter("dial_backs_refused_total",
                                 "Connections to peers' addresses that were not made, by rule, "
                                 "limit or a full queue.")) {
  set(rules);
  const auto staff = [this](Lane& lane, std::size_t threads) {
    for (std::size_t i = 0; i < threads; ++i)
      lane.threads.emplace_back([this, &lane] { work(lane); });
  };
  staff(home_, kHomeThreads);
  staff(elsewhere_, kElsewhereThreads);
}

void AddressProofs::set(const ProofRules& rules) {
  limits_.set(rules.rates);
  const std::lock_guard lock(mutex_);
  rules_ = rules;
}

void AddressProofs::stop() {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_.exchange(true)) return;
  }
  changed_.notify_all();
  for (auto* lane : {&home_, &elsewhere_})
    for (auto& thread : lane->threads) thread.join();
}

void AddressProofs::await_idle() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return under_way_.empty() || stopping_; });
}

Result<Reachability> AddressProofs::known(const PeerId& peer) {
  return through(parts_.gate, "reachability()", [&] { return parts_.registry.reachability(peer); });
}

void AddressProofs::note(const PeerId& peer, const Reachability& reach) {
  const auto noted =
      through(parts_.gate, "reached()", [&] { return parts_.registry.reached(peer, reach); });
  if (!noted)
    parts_.log(LogLevel::warning, "a proof of address is not kept",
               {{"peer", peer.text()}, {"why", noted.error().message}});
}

void AddressProofs::look(const PeerId& peer, const std::string& caller) {
  const auto reach = known(peer);
  const auto now = parts_.clock.now();
  const auto rules = [this] {
    const std::lock_guard lock(mutex_);
    return rules_;
  }();
  if (!reach || !is_due(*reach, now, rules.again)) return;
  if (!rules.dial_back) return note(peer, after_success(*reach, reach->address, now));
  const auto from = wire::NetworkAddress::parse(caller);
  if (!from) return;
  Errand errand{peer, *reach, wire::NetworkAddress::parse(reach->address), *from};
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || under_way_.contains(peer)) return;
  }
  auto allowed = errand.target ? limits_.take(*from, *errand.target) : limits_.take_name(*from);
  if (!allowed) {
    refused_->add();
    // A limit leaves the address as due as it was; a rule is a failure like others.
    if (allowed.error().code == ErrorCode::not_allowed)
      note(peer, after_failure(*reach, allowed.error().message, now));
    return;
  }
  const std::lock_guard lock(mutex_);
  auto& lane = errand.is_home() ? home_ : elsewhere_;
  if (stopping_ || lane.waiting.size() >= kMostWaiting) return refused_->add();
  if (!under_way_.insert(peer).second) return;
  lane.waiting.push_back(std::move(errand));
  changed_.notify_all();
}

void AddressProofs::doubt(const PeerId& peer) {
  auto reach = known(peer);
  if (!reach || reach->reached.empty() || reach->failures > 0) return;
  if (parts_.clock.now() - reach->tried < kWithoutDoubt) return;
  reach->tried = {};
  note(peer, *reach);
}

void AddressProofs::work(Lane& lane) {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return stopping_ || !lane.waiting.empty(); });
    if (stopping_) return;
    const auto errand = std::move(lane.waiting.front());
    lane.waiting.pop_front();
    lock.unlock();
    prove(errand);
    lock.lock();
    under_way_.erase(errand.peer);
    changed_.notify_all();
  }
}

void AddressProofs::prove(const Errand& errand) {
  const auto began = parts_.clock.steady();
  const auto at = reach(errand);
  if (stopping_) return;
  const auto where = HostPort{errand.reach.address, errand.reach.port}.text();
  if (at) {
    parts_.log(LogLevel::debug, "proved", {{"peer", errand.peer.text()}, {"address", where}});
    return note(errand.peer, after_success(errand.reach, *at, parts_.clock.now()));
  }
  failed_->add();
  const auto& why = at.error().message;
  parts_.log(LogLevel::info, "cannot be reached",
             {{"peer", errand.peer.text()}, {"address", where}, {"why", why}});
  if (!errand.is_home()) keep_secret_until(began + wire::ShortCall{}.patience);
  if (stopping_) return;
  note(errand.peer,
       after_failure(errand.reach, errand.is_home() ? why : kNobodyThere, parts_.clock.now()));
}

// When an attempt elsewhere failed tells as much as why it did.
void AddressProofs::keep_secret_until(Instant moment) {
  std::unique_lock lock(mutex_);
  parts_.clock.wait_until(lock, changed_, moment, [this] { return stopping_.load(); });
}

// The IP address at which it answered.
Result<std::string> AddressProofs::reach(const Errand& errand) {
  if (errand.target) {
    if (auto asked = ask(errand, *errand.target); !asked) return std::move(asked).error();
    return errand.target->text();
  }
  auto found = parts_.look_up(errand.reach.address);
  if (!found) return std::move(found).error();
  // Where the call came from goes first: it costs nobody anything.
  std::stable_partition(found->begin(), found->end(),
                        [&](const auto& one) { return one == errand.caller; });
  if (found->size() > kMostAddresses) found->resize(kMostAddresses);
  Result<std::string> outcome = unavailable("the name leads nowhere");
  for (const auto& target : *found) {
    auto asked = limits_.take_resolved(errand.caller, target);
    if (asked) asked = ask(errand, target);
    if (asked) return target.text();
    outcome = std::move(asked).error();
  }
  return outcome;
}

Result<void> AddressProofs::ask(const Errand& errand, const wire::NetworkAddress& target) {
  dialled_->add();
  const auto nonce = parts_.nonce();
  wire::ShortCall call;
  call.target = target;
  call.port = errand.reach.port;
  call.path = "/proof?nonce=" + nonce + "&index=" + parts_.index.text();
  if (!errand.reach.plain) call.fingerprint = errand.reach.fingerprint;
  const auto reply = parts_.call(call, stopping_);
  if (!reply) return reply.error();
  if (reply->status != 200)
    return not_allowed("what answers there gives no proof (HTTP status " +
                       std::to_string(reply->status) + ')');
  const auto proof = wire::address_proof_from(reply->body);
  if (!proof) return not_allowed("what answers there is no peer");
  return wire::check_proof(*proof, nonce, errand.peer, parts_.index, errand.reach.fingerprint);
}

}  // namespace swapmeet
