#include "host/reach/proof_answer.h"

#include <utility>

#include "swapmeet/wire/address_proof.h"

namespace swapmeet {
namespace {

constexpr std::chrono::milliseconds kPatience{2'000};  // for the own registration
constexpr int kMostWaiting = 2;                        // so that others find a free worker

class ListenerWithProof final : public http::Listener {
 public:
  explicit ListenerWithProof(std::unique_ptr<http::Listener> listener)
      : listener_(std::move(listener)) {}
  Result<Registration> add(const std::string& method, const std::string& pattern,
                           http::Handler handler, const http::RouteOptions& options) override {
    return listener_->add(method, pattern, std::move(handler), options);
  }
  HostPort address() const override { return listener_->address(); }
  void set_limits(const http::ListenOptions& options) override { listener_->set_limits(options); }
  void keep(Registration route) { route_ = std::move(route); }

 private:
  const std::unique_ptr<http::Listener> listener_;
  Registration route_;  // ends first
};

}  // namespace

void ProofAnswer::registering() {
  const std::lock_guard lock(mutex_);
  is_registering_ = true;
}

void ProofAnswer::registered(const PeerId& index) {
  const std::lock_guard lock(mutex_);
  is_registering_ = false;
  index_ = index;
  changed_.notify_all();
}

void ProofAnswer::not_registered() {
  const std::lock_guard lock(mutex_);
  is_registering_ = false;
  changed_.notify_all();
}

Result<void> ProofAnswer::await(const PeerId& index) {
  std::unique_lock lock(mutex_);
  if (is_registering_ && index != index_ && waiting_ < kMostWaiting) {
    ++waiting_;
    clock_.wait_for(lock, changed_, kPatience, [this] { return !is_registering_; });
    --waiting_;
  }
  if (index.is_zero() || index != index_)
    return not_allowed("this peer is not registered with that index");
  return {};
}

http::Response ProofAnswer::answer(const http::Request& request) {
  const auto* nonce = request.query_value("nonce");
  const auto* named = request.query_value("index");
  const auto index = named ? PeerId::parse(*named) : std::nullopt;
  if (!nonce || !wire::is_nonce(*nonce) || !index)
    return http::problem(
        invalid_argument("nonce (32 to 128 small hex digits) and index (a peer id) are wanted"),
        request.id);
  if (auto mine = await(*index); !mine) return http::problem(mine.error(), request.id);
  return http::json(wire::to_json(wire::AddressProof{
      self_, key_.public_key(), key_.sign(wire::proof_text(*nonce, self_, *index))}));
}

std::unique_ptr<http::Listener> ProofAnswer::on(std::unique_ptr<http::Listener> listener) {
  auto with_proof = std::make_unique<ListenerWithProof>(std::move(listener));
  // A plugin of its own mind may have such a route itself.
  if (auto route = with_proof->add("GET", "/proof",
                                   [this](http::Request& request) { return answer(request); }, {}))
    with_proof->keep(std::move(*route));
  return with_proof;
}

}  // namespace swapmeet
